"""How invitations are found. One past its end is not pending, whatever its row says: lapse is decided at read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from organizations.among import as_stored

if TYPE_CHECKING:
    from invitations.models import Invitation, Refusal  # noqa: F401
    from organizations.models import Organization


# What a mail to an invited person says, and whether it is still wanted: a third of all the columns, in the order of the
# tables. In SQL, as it is asked for each mail: to put it together took twice what the database takes (decision 23).
_OF_IT = (
    "id", "email", "organization_id", "role_id", "expires_at", "access_ends_at", "invited_by_id", "inviter_label",
    "status", "version", "note", "sent_at",
)  # fmt: skip
_OF_RELATED = {
    "organization": ("name", "reminders", "trusted"),
    "role": ("label", "description"),
    "invited_by": ("email", "is_active", "name"),
}
_TO_MAIL = f"""
    SELECT {", ".join(f"invitation.{column}" for column in _OF_IT)},
        {", ".join(f"{name}.{column} AS {name}_{column}" for name, some in _OF_RELATED.items() for column in some)}
    FROM invitations_invitation invitation
    JOIN organizations_organization organization ON organization.id = invitation.organization_id
    LEFT JOIN organizations_role role ON role.id = invitation.role_id
    LEFT JOIN accounts_user invited_by ON invited_by.id = invitation.invited_by_id
    WHERE invitation.id = %s AND invitation.version = %s AND NOT EXISTS (
        SELECT 1 FROM invitations_refusal refusal WHERE refusal.email = invitation.email
        AND (refusal.organization_id = invitation.organization_id OR refusal.organization_id IS NULL)
    )
"""  # noqa: S608 - made of the names above


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

    def to_mail(self, invitation_id: UUID, version: int) -> Invitation | None:
        """That version with what its mails say, unless its person refused to get any; one query."""
        for found in self.raw(_TO_MAIL, [as_stored(invitation_id), version]):
            for name, columns in _OF_RELATED.items():
                setattr(found, name, self._related(found, name, columns))
            return found
        return None

    def _related(self, found: Invitation, name: str, columns: Sequence[str]) -> Model | None:
        """What was read of it; the rest would be read where it is asked for."""
        key = getattr(found, f"{name}_id")
        model = cast("type[Model]", self.model._meta.get_field(name).related_model)
        if key is None:
            return None
        read = {"id": key} | {column: getattr(found, f"{name}_{column}") for column in columns}
        names = [field.attname for field in model._meta.concrete_fields if field.attname in read]
        return model.from_db(self.db, names, [read[one] for one in names])

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
