"""What several stories about organizations need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from organizations.schemes import load_schemes


@pytest.fixture
def own_schemes(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A folder of the deployment's own schemes. Whoever changes what was read already clears the cache."""
    settings.SCHEMES_DIR = str(tmp_path)
    load_schemes.cache_clear()
    yield tmp_path
    load_schemes.cache_clear()
