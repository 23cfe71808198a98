"""What a command of Django's does to an account, with its event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save, pre_save

from accounts.models import User
from audit.actors import SYSTEM, Actor


@contextmanager
def telling(command: str, tell: Callable[[Actor, User], None]) -> Iterator[None]:
    """Save the account that the command saves in one transaction with what `tell` writes about it.

    The transaction is begun when the account is saved: the questions that come before would keep others waiting.
    """
    actor = replace(SYSTEM, label=f"manage.py {command}")
    with ExitStack() as stack:

        def begin(sender: Any, using: str, **kwargs: Any) -> None:
            stack.enter_context(transaction.atomic(using=using))

        def end(sender: Any, instance: User, **kwargs: Any) -> None:
            tell(actor, instance)
            stack.close()

        pre_save.connect(begin, sender=User)
        post_save.connect(end, sender=User)
        try:
            yield
        finally:
            pre_save.disconnect(begin, sender=User)
            post_save.disconnect(end, sender=User)
