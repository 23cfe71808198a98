"""How accounts are made and found."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import BaseUserManager
from django.db.models import Q, QuerySet

from accounts.addresses import normalise

if TYPE_CHECKING:
    from accounts.models import User


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=normalise(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def labels(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """What these accounts are called."""
        rows = self.filter(id__in=ids).values_list("id", "name", "email")
        return {pk: name or email for pk, name, email in rows}

    def with_address(self, address: str) -> QuerySet[User]:
        """Whose address this is: the main one of their account, or one that they confirmed; naming it is not enough."""
        confirmed = Q(emailaddress__email=address, emailaddress__verified=True)
        return self.filter(Q(email=address) | confirmed).distinct()

    def never_opened(self, address: str) -> QuerySet[User]:
        """Who signed up with this address, never confirmed one and never came in."""
        named = self.filter(email=address, emailaddress__email=address, is_staff=False, last_login=None)
        return named.exclude(emailaddress__verified=True)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())
