"""The form that asks what a change of many people has to know besides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from audit.actors import Actor
from organizations import policies
from organizations.bulk.deed import Deed
from organizations.forms.bulk import EndForAllForm, GroupForAllForm, RoleForAllForm
from organizations.models import Organization, Role
from organizations.visible_groups import visible_groups


def form_of(deed: Deed[Any], organization: Organization, actor: Actor, posted: QueryDict | None) -> forms.Form:
    """Bound where its field was sent."""
    if deed.asks == "role":
        roles = [(role, policies.may_give(actor, role, organization)) for role in _roles(organization)]
        return RoleForAllForm(_bound(posted, "role"), roles=roles)
    if deed.asks == "group":
        return GroupForAllForm(_bound(posted, "group"), groups=visible_groups(organization, actor))
    return EndForAllForm(_bound(posted, "when"))


def argument_of(deed: Deed[Any], organization: Organization, actor: Actor, stored: str) -> Any:
    """What the page sent along again. Raises ValidationError for what is none, or not the actor's to see."""
    try:
        found = deed.found(organization, stored)
        if deed.asks == "group" and found not in visible_groups(organization, actor):
            raise ValueError(stored)
        return found
    except ValueError as wrong:
        message = "Something is missing here. Open the members again and select anew."
        raise ValidationError(message, code="unknown") from wrong


def _roles(organization: Organization) -> list[Role]:
    return list(Role.objects.of(organization).by_hand())


def _bound(posted: QueryDict | None, field: str) -> QueryDict | None:
    return posted if posted is not None and field in posted else None
