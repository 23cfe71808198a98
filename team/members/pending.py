"""People who are invited and have not answered: at most ten head the table, all of them have a page of their own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from invitations.models import Invitation
from invitations.querysets import InvitationQuerySet
from mail.models import Mail
from mail.outbox import latest
from organizations.member_filters import Filters, Listed
from organizations.models import Organization, Role
from team.members.listing import ROWS, Listing

HEAD = 10


def list_pending(
    query: QueryDict, filters: Filters, organization: Organization, at: datetime
) -> tuple[list[tuple[Invitation, Mail | None]], bool, Listing]:
    """Those of this page with their newest mails, whether there are more, and the pages beside it where they are all
    that is shown. None where nobody pending can match, or where the page is not the first.
    """
    nowhere = Listing([], {}, {})
    if not filters.admits_pending or not organization.reserved_seats:  # each that waits reserves one
        return [], False, nowhere
    alone = filters.status == Listed.PENDING
    if not alone and any(name in query for name in ("after", "before", "page")):
        return [], False, nowhere
    rows = offers_that_match(filters, organization, at)
    size = ROWS if alone else HEAD
    moved = False
    if alone and (place := _place(query)):
        rows, moved = rows.before(place), True
    found = list(rows[: size + 1])
    shown = found[:size]
    mails = latest([one.mail_key for one in shown]) if shown else {}
    more = len(found) > size
    beside = Listing([], {"after": shown[-1].pk.hex} if alone and more else {}, {"first": "1"} if moved else {})
    return [(one, mails.get(one.mail_key)) for one in shown], more, beside


def offers_that_match(filters: Filters, organization: Organization, at: datetime) -> InvitationQuerySet:
    """Of the pending invitations those that the filters leave, the newest first."""
    rows: InvitationQuerySet = organization.invitations.pending(at).newest_first()
    if filters.role:
        rows = rows.filter(role=filters.role if isinstance(filters.role, Role) else None)
    if filters.search:
        rows = rows.filter(Q(email__contains=filters.q.lower()) | Q(email__contains=filters.search))
    return rows


def _place(query: QueryDict) -> UUID | None:
    try:
        return UUID(hex=query.get("after", "").replace("\x00", ""))
    except ValueError:
        return None
