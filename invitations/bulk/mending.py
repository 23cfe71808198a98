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


def correct_rows(invite_list: InviteList, actor: Actor, typed: dict[int, dict[str, str]]) -> None:
    """Take over what was typed anew, by the row's id and the name of its column, and sort again."""
    with unsent(invite_list):
        rows = {row.pk: row for row in invite_list.rows.filter(pk__in=typed).exclude(bucket__in=SETTLED)}
        for key, row in rows.items():
            for name, text in typed[key].items():
                new = text.replace("\x00", "").strip()[: WORDS[name]]
                row.problem = "" if new != getattr(row, name) else row.problem
                setattr(row, name, new)
        InviteRow.objects.bulk_update(rows.values(), [*WORDS, "problem"], batch_size=500)
        sort_again(invite_list, actor)


def mend_word(invite_list: InviteList, actor: Actor, column: str, word: str, typed: str) -> None:
    """Take over one word for another in every row that says it and wants mending, and sort again.

    Raises ValidationError (`sent`, `nothing`): a field that nobody typed into takes no word from any row.
    """
    new = typed.replace("\x00", "").strip()[: WORDS[column]]
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
