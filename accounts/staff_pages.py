"""What every write in the Django admin has in common: who acts, and that it is told where staff lack the permission."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.decorators import action as unfold_action

from accounts.models import User
from audit import refusing
from audit.actors import Actor, ActorKind
from audit.models import Chain


def staff(request: HttpRequest) -> Actor:
    """The member of staff who is signed in."""
    user = cast("User", request.user)
    return Actor(kind=ActorKind.STAFF, label=user.label, id=user.pk)


class Writes(ModelAdmin):  # type: ignore[misc]
    """Shows the buttons of the writes for which whoever looks has the permission."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        shown = super().get_actions_detail(request, object_id)
        return [one for one in shown if request.user.has_perm(one.method.needs)]


def action(*, needs: str, permissions: Sequence[str] = (), **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A write of an admin that `Writes`, on a page of its own, for staff with the permission `needs`.

    Who lacks it gets a 403, which is noted. `permissions` are asked besides, as the package does with a
    `has_…_permission`: whether there is something to do. To give `needs` to the package would have it ask the database
    at every start whether there is such a permission.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        asked = unfold_action(permissions=permissions or None, **options)(function)

        @functools.wraps(asked)
        def write(self: ModelAdmin, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(needs):
                refusing.note(
                    chain=_chain_of(self, request, kwargs.get("object_id", "")),
                    actor=staff(request),
                    what=function.__name__,
                    reason=f"The permission {needs} is missing.",
                )
                raise PermissionDenied
            return cast("HttpResponse", asked(self, request, *args, **kwargs))

        write.needs = needs  # type: ignore[attr-defined]
        return write

    return decorate


def _chain_of(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> UUID:
    """Of the organization or account that the row is of; where there is none, of whoever tried."""
    row = model_admin.get_object(request, object_id)
    place: UUID | None = getattr(row, "chain_id", None) or getattr(row, "organization_id", None)
    if place is None and row is not None and (isinstance(row, User) or Chain.objects.filter(pk=row.pk).exists()):
        place = row.pk
    return place or cast("User", request.user).pk
