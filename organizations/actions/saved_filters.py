"""Filters of the members table that a person keeps. They change nobody's team, so no event tells of them."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import ValidationError

from audit.actors import Actor
from organizations import policies
from organizations.actions.base import action, as_of_now, locked
from organizations.member_filters import Filters
from organizations.models import LONGEST_QUERY, Membership, Organization, SavedFilter


@action
def save_filter(*, actor: Actor, membership: Membership, name: str, query: str) -> SavedFilter:
    """Keep the filters of this query, in their one spelling, under a name.

    Raises ValidationError (a field's own, `empty`, `too_long`, `taken`, `too_many`) and PermissionDenied.
    """
    organization = locked(membership.organization_id)
    actor = as_of_now(actor, organization)
    found = _own(actor, organization, membership)
    kept = found.saved_filters.all()
    wanted = SavedFilter(membership=found, name=" ".join(name.split()), query=_canonical(query, organization, actor))
    wanted.clean_fields(exclude=["membership", "query"])
    same = kept.filter(name__iexact=wanted.name).first()
    if same is not None and (same.name, same.query) == (wanted.name, wanted.query):
        return same
    if same is not None:
        message = f"You have a filter named {same.name} already. Choose another name, or delete that one first."
        raise ValidationError({"name": ValidationError(message, code="taken")})
    policies.has_room_for_filter(kept.count()).demand()
    wanted.save(force_insert=True)
    return wanted


@action
def delete_filter(*, actor: Actor, membership: Membership, saved_filter: SavedFilter) -> None:
    """Keep it no longer. Deleting twice changes nothing. Raises PermissionDenied."""
    organization = locked(membership.organization_id)
    actor = as_of_now(actor, organization)
    _own(actor, organization, membership).saved_filters.filter(pk=saved_filter.pk).delete()


def _own(actor: Actor, organization: Organization, membership: Membership) -> Membership:
    found: Membership | None = organization.memberships.filter(pk=membership.pk).first()
    policies.still_here([found] if found else []).demand()
    found = cast("Membership", found)
    policies.may_keep_filters(actor, found).enforce()
    return found


def _canonical(query: str, organization: Organization, actor: Actor) -> str:
    """What the table would make of the query."""
    text = Filters.parse(query, organization, actor).query()
    if not text:
        message = "There is no filter to be saved. Filter the members first."
        raise ValidationError(message, code="empty")
    if len(text) > LONGEST_QUERY:
        message = "This search is too long to be saved. Shorten it."
        raise ValidationError(message, code="too_long")
    return text
