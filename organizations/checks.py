"""What `manage.py check --database` says of the organizations."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import OperationalError, ProgrammingError

from organizations import builtin_roles


def every_scheme_is_declared(databases: Collection[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """An error for every role scheme that organizations have and no file declares."""
    try:
        return [
            Error(sentence, id="organizations.E001")
            for using in databases or ()
            for sentence in builtin_roles.undeclared(using)
        ]
    except (OperationalError, ProgrammingError):
        return []  # not migrated yet: no organization has a scheme
