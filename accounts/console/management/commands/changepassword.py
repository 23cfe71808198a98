"""`manage.py changepassword`: Django's own, with the event of the account and of each session that ends with it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts import events
from accounts.actions import end_other_sessions, note
from accounts.console.telling import telling
from accounts.models import User
from audit.actors import Actor


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with telling("changepassword", _tell):
            return super().handle(*args, **options)


def _tell(actor: Actor, user: User) -> None:
    note(actor=actor, user=user, kind=events.PASSWORD_CHANGED)
    end_other_sessions(actor=actor, user=user, but=None)
