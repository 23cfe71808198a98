"""What keeps the look one: icons that exist, colours that are tokens, no style or script in the markup."""

import re
from pathlib import Path

import pytest

from audit.events import event_kinds

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).resolve().parents[2]
SPRITE = (ROOT / "static/img/icons.svg").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "email" not in path.parts and path.parent.name != "mail"]
STYLES = sorted(path for path in (ROOT / "static/css").rglob("*.css") if path.name != "tokens.css")


def names_in(text: str) -> set[str]:
    tags = re.findall(r'{%\s*icon\s+"([a-z0-9-]+)"', text)
    return {*tags, *re.findall(r'\bicon="([a-z0-9-]+)"', text)}


def test_every_icon_that_a_template_or_an_app_names_exists():
    code = [path for path in ROOT.glob("*/**/*.py") if not {".venv", "var", "tests"} & set(path.parts)]
    wanted = set().union(*(names_in(path.read_text()) for path in [*TEMPLATES, *code]))
    wanted |= {kind.icon for kind in event_kinds()}
    assert not [name for name in sorted(wanted) if f'id="i-{name}"' not in SPRITE]


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_colours_stand_in_the_tokens_alone(path):
    rules = re.sub(r"url\([^)]*\)|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|light-dark)\(", rules)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_page_holds_a_style_or_a_script(path):
    page = path.read_text()
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert all("src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", page))


def test_every_style_sheet_is_linked_once():
    linked = [name for path in TEMPLATES for name in re.findall(r"'(css/[a-z/-]+\.css)'", path.read_text())]
    own = [str(path.relative_to(ROOT / "static")) for path in (ROOT / "static/css").rglob("*.css")]
    assert sorted(linked) == sorted(own)
