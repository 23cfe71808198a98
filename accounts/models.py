"""A person's own account. It belongs to nobody but them, and may be in many organizations."""

import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.names import validate_name
from accounts.querysets import UserManager


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        message = "Choose a time zone from the list."
        raise ValidationError(message, code="unknown_time_zone")


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=100, blank=True, validators=[validate_name])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    phone = models.CharField(
        max_length=32,
        blank=True,
        validators=[RegexValidator(r"^\+?[0-9 ()./-]*\Z", "Use digits, spaces and + ( ) - only.", "invalid_phone")],
    )
    job_title = models.CharField(max_length=100, blank=True, validators=[validate_name])
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("staff", default=False)
    date_joined = models.DateTimeField("created", default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["-date_joined"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="accounts_user_email_lower"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name, or the address of someone who gave none."""
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.label
