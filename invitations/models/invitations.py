"""An emailed offer of a membership."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from invitations.querysets import InvitationQuerySet
from organizations.models import Organization, Role, validate_phone

NOTE_LENGTH = 500


def mail_key(key: UUID | str, version: int) -> str:
    """The outbox's key of the mail that carries that version of the invitation with this id."""
    return f"invitation:{key}:{version}"


class InvitationStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"


class Invitation(models.Model):
    """Organization, role and address come from this row alone; a link only proves which row and version is meant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Without an index of its own: those below begin with it.
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations", db_index=False)
    email = models.EmailField()
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="invitations")
    status = models.CharField(max_length=8, choices=InvitationStatus.choices, default=InvitationStatus.PENDING)
    version = models.PositiveIntegerField(default=1, help_text="Each sending raises it; only the newest link counts.")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    inviter_label = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now, help_text="When its newest version was put on its way.")
    days = models.PositiveSmallIntegerField(default=7, help_text="For how long each sending offers it.")
    expires_at = models.DateTimeField()
    access_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When the access ends that it offers; empty: never."
    )
    group_ids = models.JSONField(default=list, blank=True, help_text="Groups that its person comes into.")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, help_text="What the inviter says beside it.")
    name = models.CharField(max_length=100, blank=True, validators=[validate_name])
    job_title = models.CharField("title", max_length=100, blank=True, validators=[validate_name])
    phone = models.CharField(max_length=32, blank=True, validators=[validate_phone])
    remind_at = models.DateTimeField(null=True, help_text="When its person is reminded next.")
    end_reminded_at = models.DateTimeField(
        null=True, help_text="When its newest version was reminded of a day before the end."
    )
    mail_failed_at = models.DateTimeField(null=True, help_text="When the mail with the newest link was given up.")
    asked_at = models.DateTimeField(null=True, help_text="When its person asked for a new one, once it had expired.")
    answered_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"], condition=Q(status="pending"), name="invitations_one_pending"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitations_email_lower"),
            models.CheckConstraint(condition=Q(version__gte=1), name="invitations_version"),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-id"], name="invitations_by_status"),
            models.Index(
                fields=["organization", "expires_at"], condition=Q(status="pending"), name="invitations_by_end"
            ),
            # Also for how an address begins, whatever the database's collation.
            models.Index(
                fields=["email", "organization"],
                opclasses=["varchar_pattern_ops", "uuid_ops"],
                name="invitations_by_beginning",
            ),
            models.Index(
                fields=["remind_at"],
                condition=Q(status="pending", remind_at__isnull=False),
                name="invitations_to_remind",
            ),
            models.Index(
                fields=["organization", "-id"],
                condition=Q(status="pending", mail_failed_at__isnull=False),
                name="invitations_mail_failed",
            ),
            models.Index(
                fields=["accepted_by"], condition=Q(accepted_by__isnull=False), name="invitations_accepted_by"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def mail_key(self) -> str:
        """The outbox's key of the mail that carries the newest link."""
        return mail_key(self.pk, self.version)

    @property
    def is_in_a_closed_name(self) -> bool:
        """Whether staff closed its inviter's account: nobody can accept it, so nothing more is mailed for it."""
        return self.invited_by is not None and not self.invited_by.is_active

    def status_at(self, at: datetime) -> InvitationStatus:
        """Its status as decided at read: pending only until it ends."""
        if self.status == InvitationStatus.PENDING and (self.expires_at <= at or self.offers_nothing_at(at)):
            return InvitationStatus.EXPIRED
        return InvitationStatus(self.status)

    def offers_nothing_at(self, at: datetime) -> bool:
        """Whether it stood open until the access that it offers would have ended."""
        over = self.access_ends_at is not None and self.access_ends_at <= at
        return over and self.status in (InvitationStatus.PENDING, InvitationStatus.EXPIRED)

    def is_pending_at(self, at: datetime) -> bool:
        return self.status_at(at) is InvitationStatus.PENDING
