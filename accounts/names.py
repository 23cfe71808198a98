"""What a name may hold: anything that people and organizations are called, nothing that deceives a reader."""

import unicodedata

from django.core.exceptions import ValidationError

from accounts.links_in_names import holds_link

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # Persian and Indic names are spelled with them
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and marks that show nothing at all


def _is_hidden(letter: str) -> bool:
    return letter in _BLANK or (unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS)


def _shows(letter: str) -> bool:
    """Whether something is seen of it alone: a letter, number, sign; marks and spaces show beside one only."""
    return unicodedata.category(letter)[0] in "LNPS"


def validate_name(name: str) -> None:
    """Refuses control and direction characters (`control_characters`) and links (`link`), each with a sentence."""
    shows_nothing = bool(name.strip()) and not any(_shows(letter) for letter in name)
    if shows_nothing or any(_is_hidden(letter) for letter in name):
        message = "Please leave out invisible and control characters."
        raise ValidationError(message, code="control_characters")
    if holds_link(name):
        message = "Please leave out links and web addresses."
        raise ValidationError(message, code="link")
