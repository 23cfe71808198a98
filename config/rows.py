"""The second template language, for the rows of long tables alone: it writes 50 of them in the time of five (0015)."""

from typing import Any

from jinja2 import Environment

from config.templatetags import look


def environment(**options: Any) -> Environment:
    """Jinja with the words and marks that all pages use."""
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - Django switches escaping on
    made.filters |= {"shortly": look.shortly, "on_day": look.on_day, "initials": look.initials}
    made.globals |= {"icon": look.icon}
    return made
