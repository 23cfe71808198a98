"""Mending a list of people to invite where it stands: one row's words, or a word that many rows say."""

from __future__ import annotations

from collections import Counter

from django.core.exceptions import ValidationError
from django.db.models import Count

from audit.actors import Actor
from invitations.bulk.lists import SETTLED, sort_again, unsent
from invitations.bulk.understanding import Words
from invitations.models import WORDS, Bucket, InviteList, InviteRow

MENDED = (Bucket.MALFORMED, Bucket.ROLE)
_SHARED = ("role", "groups", "ends")
_MOST_COMBINED, _MOST_SHARED = 200, 5


def correct_rows(invite_list: InviteList, actor: Actor, typed: dict[int, dict[str, str]]) -> bool:
    """Take over what was typed anew, by the row's id and the name of its column, and sort again.

    Answers whether anything was other than it stood there; else nothing is sorted. Raises ValidationError (`sent`).
    """
    with unsent(invite_list):
        changed = []
        for row in invite_list.rows.filter(pk__in=typed).exclude(bucket__in=SETTLED):
            said = {name: _short(text, name) for name, text in typed[row.pk].items()}
            new = {name: text for name, text in said.items() if text != getattr(row, name)}
            if new:
                changed.append(row)
                vars(row).update(new, problem="")
        if changed:
            InviteRow.objects.bulk_update(changed, [*WORDS, "problem"], batch_size=500)
            sort_again(invite_list, actor)
    return bool(changed)


def mend_word(invite_list: InviteList, actor: Actor, column: str, word: str, typed: str) -> None:
    """Take over one word for another in every row that says it and wants mending, and sort again.

    Raises ValidationError (`sent`, `nothing`): a field that nobody typed into takes no word from any row.
    """
    new = _short(typed, column)
    if not new:
        message = f"Type first what those rows say instead of “{word}”."
        raise ValidationError(message, code="nothing")
    with unsent(invite_list):
        invite_list.rows.filter(bucket__in=MENDED, **{column: word}).update(**{column: new})
        sort_again(invite_list, actor)


def shared_words(invite_list: InviteList) -> list[tuple[str, str, int]]:
    """Words that keep several rows from being sent, the most frequent first: column, word, how many rows."""
    rows = invite_list.rows.filter(bucket__in=MENDED, problem="").order_by()
    found: Counter[tuple[str, str]] = Counter()
    for *said, number in rows.values_list(*_SHARED).annotate(n=Count("pk")).order_by("-n")[:_MOST_COMBINED]:
        found.update({(column, word): number for column, word in zip(_SHARED, said, strict=True) if word})
    words = Words(invite_list.organization, invite_list)
    return [
        (column, word, number)
        for (column, word), number in found.most_common()
        if number > 1 and not words.knows(column, word)
    ][:_MOST_SHARED]


def _short(typed: str, column: str) -> str:
    return typed.replace("\x00", "").strip()[: WORDS[column]]
