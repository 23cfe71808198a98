"""Writes new invitations at once: by COPY where the database has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def write(invitations: Sequence[Invitation]) -> None:
    """Insert these invitations of one sending, in the transaction that is open."""
    if pays(len(invitations)):
        copy_lines(Invitation, ("id", "email", *_OFFERED, *_SAME), _lines(invitations))
    else:
        Invitation.objects.bulk_create(invitations, batch_size=500)


def _lines(invitations: Sequence[Invitation]) -> Iterator[str]:
    same = "\t".join(as_text(getattr(invitations[0], name)) for name in _SAME)
    offered = attrgetter(*_OFFERED)
    written: dict[str, str] = {}
    for one in invitations:
        what = offered(one)
        key = repr(what)
        rest = written.get(key)
        if rest is None:
            rest = written[key] = "\t".join(map(as_text, what))
        yield f"{one.pk}\t{as_text(one.email)}\t{rest}\t{same}\n"
