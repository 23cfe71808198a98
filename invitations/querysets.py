"""How invitations are found. One past its end is not pending, whatever its row says: lapse is decided at read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from invitations.models import Invitation, Refusal  # noqa: F401
    from organizations.models import Organization


class InvitationQuerySet(QuerySet["Invitation"]):
    def pending(self, at: datetime) -> InvitationQuerySet:
        return self.filter(status="pending", expires_at__gt=at)

    def lapsed(self, at: datetime) -> InvitationQuerySet:
        """Past their end, and not yet written down as expired."""
        return self.filter(status="pending", expires_at__lte=at)

    def mail_failed(self, at: datetime) -> InvitationQuerySet:
        """Those that are open, while the mail with their link was given up."""
        return self.pending(at).filter(mail_failed_at__isnull=False)

    def with_status(self, status: str, at: datetime) -> InvitationQuerySet:
        """Those that a person would say have that status at that time."""
        if status == "pending":
            return self.pending(at)
        if status == "expired":
            return self.filter(Q(status="expired") | Q(status="pending", expires_at__lte=at))
        return self.filter(status=status)

    def to_addresses(self, addresses: Iterable[str]) -> InvitationQuerySet:
        return self.filter(email__in=list(addresses))

    def to_remind(self, at: datetime) -> InvitationQuerySet:
        """Those whose people are due to be reminded."""
        return self.pending(at).filter(remind_at__lte=at)

    def before(self, invitation_id: UUID) -> InvitationQuerySet:
        """What follows that place in the order newest first, found by index and not by counting."""
        return self.filter(id__lt=invitation_id)

    def newest_first(self) -> InvitationQuerySet:
        return self.order_by("-id")


class RefusalQuerySet(QuerySet["Refusal"]):
    def against(self, organization: Organization) -> RefusalQuerySet:
        """Those that bind this organization: made to it, or to all."""
        return self.filter(Q(organization=organization) | Q(organization=None))

    def of_addresses(self, addresses: Iterable[str]) -> RefusalQuerySet:
        return self.filter(email__in=list(addresses))
