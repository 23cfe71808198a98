"""What of a name mail programs make a link of: an address with its scheme, and every word that reads like a domain.

A word does where its last label is a top-level domain and the one before has three letters or more: shorter ones are
initials and titles, but before the endings that short links are known by. What titles and forms of companies look like
is none.
"""

import re
import unicodedata
from functools import cache

from publicsuffixlist import PSLFILE, PublicSuffixList

# Endings that people are lured with after one letter or two already, and those of two letters after two: J.Ch. Bach is
# no domain, and J.Kim, Dr.in, Co.KG and M.Sc. are none, though the list knows their endings.
_AFTER_ONE = (
    "com|org|net|info|biz|xyz|top|app|dev|site|online|shop|store|club|link|click|live|pro|icu|vip|work|tech|space|website|"
    "fun|cloud|page|buzz|rest|cam|mobi|blog|news|email|help|support|login|bank|finance|money|win|bid|loan|date|stream|"
    "download|zip|mov|example|gov|edu|int|me|io"
)
_AFTER_TWO = (
    "io|me|ru|cn|de|uk|fr|nl|eu|es|pl|pt|br|jp|au|ca|us|co|tv|cc|ly|gg|to|sh|ai|im|be|ch|at|it|se|dk|fi|cz|gr|ie|nz|mx|ar|"
    "tr|ua|kr|hk|tw|sg|vn|za|ng|il|ir|ae|su|pw|ws|tk|ml|cf|ga|gq"
)
_KNOWN = re.compile(
    rf"(?i)\b(?:https?|hxxps?|ftps?|mailto|javascript):|\bwww\.|://|\w\.(?:{_AFTER_ONE})\b"
    rf"|[\w-][\w-]\.(?:{_AFTER_TWO})\b|\w\.[a-z]{{2,}}[/:]\S|\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b"
)
_WORTH_A_LOOK = re.compile(r"\.\w|(?<=www)\.", re.IGNORECASE)
_DOTTED = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)+")
_INITIALS = 2
# Written without a space as often as with one, and each a single domain at most.
_TITLES = frozenset(
    ["pvt.ltd", "pty.ltd", "soc.coop", "med.vet", "dr.med.vet", "dipl.ing", "univ.prof", "prof.in", "mag.in", "ing.in"]
)
_PERMISSION = "read"  # members.read is one, and nobody can have a domain that ends like it


def holds_link(name: str) -> bool:
    """Whether a mail that carries the name would lead somewhere by it."""
    text = _as_browsers_read(name)
    if ":" not in text and not _WORTH_A_LOOK.search(text):
        return False
    return _KNOWN.search(text) is not None or any(_is_domain(word) for word in _DOTTED.findall(text.replace("_", " ")))


def _as_browsers_read(name: str) -> str:
    """In letters of any width, with the full stops of other scripts, and without marks and joiners: they drop these."""
    if name.isascii():
        return name
    letters = unicodedata.normalize("NFKC", name).replace("。", ".")
    return "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Mc", "Cf"))


def _is_domain(word: str) -> bool:
    *others, last = word.casefold().split(".")
    last = last if last.startswith("xn--") else last.partition("-")[0]
    if last == _PERMISSION or ".".join([*others, last]) in _TITLES:
        return False
    before = others[-1].strip("-")
    return len(before) > (_INITIALS if _has_initials(before) else 1) and _is_ending(last)


def _has_initials(label: str) -> bool:
    """Names are shortened to initials in scripts that have capitals; numbers are no names."""
    return not label.isalpha() or label.upper() != label.lower()


def _is_ending(label: str) -> bool:
    return any(endings.is_public(label) for endings in _endings())


@cache
def _endings() -> tuple[PublicSuffixList, PublicSuffixList]:
    """The list of the domains that ICANN has given out, as it is written, and as we read names: without marks."""
    with open(PSLFILE, encoding="utf-8") as file:
        bare = "\n".join(_as_browsers_read(line) for line in file)
    listed = PublicSuffixList(accept_unknown=False, only_icann=True)
    return listed, PublicSuffixList(bare, accept_unknown=False, only_icann=True, accept_encoded_idn=False)
