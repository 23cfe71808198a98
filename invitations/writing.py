"""Writes new invitations at once: by COPY where the database has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from invitations.models import Invitation
from jobs.copying import as_text, copy_lines, pays

# What all of one sending have in common is written out once, and what is offered once for all to whom it is.
_SAME = (
    "organization_id", "status", "version", "invited_by_id", "inviter_label", "created_at", "sent_at", "days", "note",
)  # fmt: skip
_OFFERED = (
    "role_id", "expires_at", "access_ends_at", "group_ids", "name", "job_title", "phone", "remind_at",
)  # fmt: skip


def write(invitations: Iterable[Invitation], number: int) -> list[Invitation]:
    """Insert so many invitations of one sending, in the transaction that is open, as they are made; these come back."""
    made: list[Invitation] = []
    if pays(number):
        copy_lines(Invitation, ("id", "email", *_OFFERED, *_SAME), _lines(invitations, made))
    else:
        made += invitations
        Invitation.objects.bulk_create(made, batch_size=500)
    return made


def _lines(invitations: Iterable[Invitation], made: list[Invitation]) -> Iterator[str]:
    offered = attrgetter(*_OFFERED)
    before, rest, same = None, "", ""
    for one in invitations:
        if (what := offered(one)) != before:
            before, rest = what, "\t".join(map(as_text, what))
            same = same or "\t".join(as_text(getattr(one, name)) for name in _SAME)
        made.append(one)
        yield f"{one.id.hex}\t{as_text(one.email)}\t{rest}\t{same}\n"
