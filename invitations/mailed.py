"""Who was mailed enough for a day, as the outbox tells.

For what mails invitations inside of somebody else's transaction, where no cache is asked. Every mail of an invitation
is a row of the outbox, by the invitation and its version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from invitations.models import Invitation, mail_key
from mail.outbox import put_since
from organizations.models import Organization

_DAY = timedelta(days=1)
_Row = tuple[str, UUID, UUID, int]  # address, organization, invitation, version


def mailed_enough(organization: Organization, emails: Collection[str], at: datetime) -> set[str]:
    """Those of the addresses to which no more may go from here today; two queries, mostly one."""
    if not emails:
        return set()
    since, most = at - _DAY, settings.INVITATION_LIMITS["address"]
    rows = Invitation.objects.filter(email__among=set(emails), sent_at__gt=since).order_by()
    found: list[_Row] = list(rows.values_list("email", "organization_id", "pk", "version"))
    # Nobody got more of an invitation than it has versions: of most people that alone says that it was not enough.
    possibly = _enough(organization, ((row, min(row[3], most)) for row in found))
    if not possibly:
        return set()
    keys = {
        mail_key(row[2], version): row
        for row in found
        if row[0] in possibly
        for version in range(max(1, row[3] - most + 1), row[3] + 1)
    }
    return _enough(organization, ((keys[key], 1) for key in put_since(keys, since)))


def _enough(organization: Organization, mails: Iterable[tuple[_Row, int]]) -> set[str]:
    """Who has had as many as an address gets from all organizations together, or from this one."""
    limits = settings.INVITATION_LIMITS
    of_all: Counter[str] = Counter()
    of_one: Counter[str] = Counter()
    for (email, sender, _, _), number in mails:
        of_all[email] += number
        if sender == organization.pk:
            of_one[email] += number
    return {
        email
        for email, number in of_all.items()
        if number >= limits["address"] or of_one[email] >= limits["address_from_one"]
    }
