"""What a name may hold: anything that people and organizations are called, nothing that deceives a reader."""

import re
import unicodedata

from django.core.exceptions import ValidationError

# Mail programs make links of what ends like a domain. Of the endings that are in use those that people are lured with;
# of two letters without those that names are shortened to, and after two letters or more: J.Ch. Bach is no domain.
_LONG = (
    "com|org|net|info|biz|xyz|top|app|dev|site|online|shop|store|club|link|click|live|pro|icu|vip|work|tech|space|website|"
    "fun|cloud|page|buzz|rest|cam|mobi|blog|news|email|help|support|login|bank|finance|money|win|bid|loan|date|stream|"
    "download|zip|mov|example|gov|edu|int"
)
_SHORT = (
    "io|ru|cn|de|uk|fr|nl|eu|es|pl|pt|br|jp|au|ca|us|me|co|tv|cc|ly|gg|to|sh|ai|im|be|ch|at|it|se|dk|fi|cz|gr|ie|nz|mx|ar|"
    "tr|ua|kr|hk|tw|sg|vn|za|ng|il|ir|ae|su|pw|ws|tk|ml|cf|ga|gq"
)
_LINK = re.compile(
    rf"(?i)\b(?:https?|hxxps?|ftps?|mailto|javascript):|\bwww\.|://|\w\.(?:{_LONG})\b|[\w-][\w-]\.(?:{_SHORT})\b"
    r"|\w\.[a-z]{2,}[/:]\S|\b\d{1,3}(?:\.\d{1,3}){3}\b"
)


_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # Persian and Indic names are spelled with them
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and marks that show nothing at all


def _is_hidden(letter: str) -> bool:
    return letter in _BLANK or (unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS)


def _shows(letter: str) -> bool:
    """Whether something is seen of it alone: a letter, number, sign; marks and spaces show beside one only."""
    return unicodedata.category(letter)[0] in "LNPS"


def _as_browsers_read(name: str) -> str:
    """In letters of any width, with the full stops of other scripts, and without marks and joiners: they drop these."""
    letters = unicodedata.normalize("NFKC", name).replace("。", ".")
    return "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf"))


def validate_name(name: str) -> None:
    """Refuses control and direction characters (`control_characters`) and links (`link`), each with a sentence."""
    shows_nothing = bool(name.strip()) and not any(_shows(letter) for letter in name)
    if shows_nothing or any(_is_hidden(letter) for letter in name):
        message = "Please leave out invisible and control characters."
        raise ValidationError(message, code="control_characters")
    if _LINK.search(_as_browsers_read(name)):
        message = "Please leave out links and web addresses."
        raise ValidationError(message, code="link")
