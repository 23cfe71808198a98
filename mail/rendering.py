"""Turns the three templates of a mail into a message: its subject, its plain text and its page."""

import re
from functools import cache
from typing import Any

import css_inline
from django.template import Context, Template
from django.template.loader import get_template

from mail.kinds import Message

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def render(template: str, context: dict[str, Any], to: str) -> Message:
    """The mail that `<template>_subject.txt`, `_message.txt` and `_message.html` make of the context.

    The latter two extend `mail/letter.txt` and `mail/letter.html`, and see the `subject` too. A line break inside the
    subject is kept: a header with one is refused when the mail is sent.
    """
    subject = _plain(f"{template}_subject.txt", context).strip()
    context = {**context, "subject": subject}
    return Message(
        to=to,
        subject=subject,
        text=_BLANK_LINES.sub("\n\n", _plain(f"{template}_message.txt", context).strip()) + "\n",
        html=_inliner().inline(get_template(f"{template}_message.html").render(context)),
    )


def _plain(name: str, context: dict[str, Any]) -> str:
    # Plain text is not HTML: "Fish & Chips" stays what it is, whether or not the template says so.
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template.render(Context(context, autoescape=False))


@cache
def _inliner() -> css_inline.CSSInliner:
    # Mail programs read no linked sheet and many drop <style>: rules go into the tags, @media rules stay for the rest.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
