"""Writes new invitations at once: by COPY where the database has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from invitations.models import Invitation
from jobs.copying import as_text, copy_lines, pays

# What all of one sending have in common is written out once.
_SAME = (
    "organization_id", "status", "version", "invited_by_id", "inviter_label", "created_at", "sent_at", "days", "note",
)  # fmt: skip
_OWN = (
    "id", "email", "role_id", "expires_at", "access_ends_at", "group_ids", "name", "job_title", "phone", "remind_at",
)  # fmt: skip


def write(invitations: Sequence[Invitation]) -> None:
    """Insert these invitations of one sending, in the transaction that is open."""
    if pays(len(invitations)):
        copy_lines(Invitation, (*_OWN, *_SAME), _lines(invitations))
    else:
        Invitation.objects.bulk_create(invitations, batch_size=500)


def _lines(invitations: Sequence[Invitation]) -> Iterator[str]:
    same = "\t".join(as_text(getattr(invitations[0], name)) for name in _SAME)
    for one in invitations:
        yield "\t".join([as_text(getattr(one, name)) for name in _OWN]) + f"\t{same}\n"
