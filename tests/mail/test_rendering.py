"""A mail reads well as a page and as plain text, and says nothing that its writer did not mean."""

from pathlib import Path

import pytest

from mail.rendering import render

CONTEXT = {"name": "Fish & <b>Chips</b>", "note": "5 < 6", "url": "https://roster.example.org/i/1?a=1&b=2"}


@pytest.fixture(autouse=True)
def templates(settings) -> None:
    ours = Path(__file__).parent / "templates"
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [ours, *settings.TEMPLATES[0]["DIRS"]]}]


def test_plain_text_is_not_escaped_and_has_no_gaps():
    message = render("tests/note", CONTEXT, to="ines@example.org")
    assert message.to == "ines@example.org"
    assert message.subject == "Fish & <b>Chips</b> wrote to you"
    assert message.text == (
        "Fish & <b>Chips</b> wrote: 5 < 6\n\nRead it:\nhttps://roster.example.org/i/1?a=1&b=2\n\n"
        "-- \nYou get this mail because Fish & <b>Chips</b> wrote to you.\n"
    )


def test_page_is_escaped_and_carries_its_rules_in_its_tags():
    html = render("tests/note", CONTEXT, to="ines@example.org").html
    assert "Fish &amp; &lt;b&gt;Chips&lt;/b&gt;" in html
    assert "<b>Chips" not in html
    assert '<p class="quote" style="' in html
    assert 'href="https://roster.example.org/i/1?a=1&amp;b=2"' in html
    assert "prefers-color-scheme: dark" in html, "what a tag cannot say stays in the style"
    assert "<link" not in html


def test_line_break_in_a_subject_is_left_for_the_header_check():
    assert "\n" in render("tests/note", CONTEXT | {"name": "A\nB"}, to="ines@example.org").subject
