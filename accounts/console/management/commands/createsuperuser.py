"""`manage.py createsuperuser`: Django's own, whose account begins with its event."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from accounts import events
from accounts.actions import note
from accounts.console.telling import telling
from accounts.models import User
from audit.actors import Actor


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with telling("createsuperuser", _tell):
            return super().handle(*args, **options)


def _tell(actor: Actor, user: User) -> None:
    note(actor=actor, user=user, kind=events.SUPERUSER_CREATED, after={"email": user.email})
