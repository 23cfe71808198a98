"""docs/security.md says which test shows what. Each of them exists, so that the page stays true."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_is_there(path, name):
    assert (ROOT / path).is_file()
    assert name in named_in(path)


def test_every_row_names_one():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    without = [row for row in rows if "::test_" not in row and "shown by" not in row]
    assert len(rows) == 10 + 5 + 2  # the rows and their two heads
    assert not without


def test_files_that_are_named_are_there():
    for name in re.findall(r"`((?:accounts|config|invitations)/\w+\.py)`", PAGE):
        assert (ROOT / name).is_file(), name
