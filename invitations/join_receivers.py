"""What becomes of ways in, links and requests when something happens to the people of their organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.dispatch import receiver

from accounts.models import User
from audit.actions import now
from audit.actors import Actor
from audit.erasing import ERASED
from invitations import join_events as events
from invitations.actions.asking import withdraw
from invitations.actions.join_links import change_role_of_link, revoke_links
from invitations.actions.joining import record_request
from invitations.actions.openers import opener_of
from invitations.actions.ways import change_role_of_way, close_ways
from invitations.models import JoinLink, JoinRequest, JoinStatus, WayIn
from invitations.policies import may_let_in, stands
from organizations.actions.base import locked
from organizations.models import Membership, Organization, Role
from organizations.signals import (
    account_going,
    authority_changed,
    forgetting,
    member_added,
    members_removed,
    person_reaches,
    role_let_in,
    role_removed,
    unnaming,
)


@receiver(authority_changed)
def close_what_may_no_longer_be_offered(
    sender: Any, organization: Organization, memberships: QuerySet[Membership], actor: Actor, **kwargs: Any
) -> None:
    """Whoever was demoted or suspended lets nobody in with more than they could give now."""
    # Few people have opened anything, while those who may do something else can be all that there are.
    ways, links = organization.ways_in.order_by(), _standing_links(organization).order_by()
    opened = Q(user__in=ways.values("opened_by")) | Q(user__in=links.values("opened_by"))
    openers = {}
    for one in memberships.filter(opened).select_related("role"):
        one.organization = organization
        openers[one.user_id] = one.as_actor(now())
    if not openers:
        return
    for way in ways.filter(opened_by__in=list(openers)).select_related("role"):
        if not may_let_in(openers[way.opened_by_id], organization, way.role):  # type: ignore[index]
            close_ways(organization, [way], actor=actor, reason="whoever opened it may no longer offer it")
    for link in links.filter(opened_by__in=list(openers)).select_related("role"):
        if not may_let_in(openers[link.opened_by_id], organization, link.role):  # type: ignore[index]
            revoke_links(organization, [link], actor=actor, reason="whoever opened it may no longer offer it")


@receiver(members_removed)
def close_what_they_opened(
    sender: Any, organization: Organization, memberships: Sequence[Membership], actor: Actor, **kwargs: Any
) -> None:
    """Whoever has gone lets nobody in any more."""
    gone = {one.user_id for one in memberships}
    for way in organization.ways_in.filter(opened_by__id__among=gone).select_related("role"):
        close_ways(organization, [way], actor=actor, reason="whoever opened it no longer belongs here")
    for link in _standing_links(organization).filter(opened_by__id__among=gone).select_related("role"):
        revoke_links(organization, [link], actor=actor, reason="whoever opened it no longer belongs here")


@receiver(role_removed)
def answer_for_ways_to_a_role(
    sender: Any, organization: Organization, role: Role, replacement: Role | None, actor: Actor, **kwargs: Any
) -> None:
    """What leads to a role that goes leads to the one that takes its place, where its opener may give that; or ends."""
    reason = f"{role.label} was deleted"
    for way in organization.ways_in.filter(role=role).select_related("role"):
        way.organization = organization
        if replacement is not None and _may_lead(way, replacement):
            change_role_of_way(way, replacement, actor=actor, reason=reason)
        else:
            close_ways(organization, [way], actor=actor, reason=reason)
    for link in _standing_links(organization).filter(role=role).select_related("role"):
        link.organization = organization
        if replacement is not None and _may_lead(link, replacement):
            change_role_of_link(link, replacement, actor=actor, reason=reason)
        else:
            revoke_links(organization, [link], actor=actor, reason=reason)


@receiver(role_let_in)
def count_ways_to_a_role(sender: Any, organization: Organization, role: Role, **kwargs: Any) -> int:
    """Those that are switched on, and links that still stand."""
    return organization.ways_in.filter(role=role).count() + _standing_links(organization).filter(role=role).count()


@receiver(member_added)
def close_their_request(
    sender: Any, organization: Organization, membership: Membership, actor: Actor, **kwargs: Any
) -> None:
    """Whoever has come in, however that was, asks and waits no longer."""
    rows = organization.join_requests.open().order_by().filter(user=membership.user_id)
    if not rows.exists():  # as with nearly everyone; whole rows with their person cost three times that to ask for
        return
    for asked in rows.select_related("user"):
        before, asked.status = asked.status, JoinStatus.JOINED
        asked.role_id, asked.answered_at = membership.role_id, now()
        asked.save(update_fields=["status", "role", "answered_at"])
        after = {"status": JoinStatus.JOINED.value}
        record_request(events.JOINED, actor, asked, before={"status": before}, after=after)


@receiver(person_reaches)
def organizations_asked(sender: Any, person: UUID, **kwargs: Any) -> set[UUID]:
    """Where they have asked to join, or wait for a seat."""
    asked = JoinRequest.objects.open().filter(user=person).order_by()
    return set(asked.values_list("organization_id", flat=True))


@receiver(account_going)
def withdraw_their_requests(sender: Any, user: User, actor: Actor, **kwargs: Any) -> None:
    """Whoever goes asks and waits no longer."""
    for asked in JoinRequest.objects.open().filter(user=user.pk).order_by("organization"):
        asked.user, asked.organization = user, locked(asked.organization_id)
        withdraw(asked, actor=actor)


@receiver(unnaming)
def unname_openers(sender: Any, person: UUID, **kwargs: Any) -> None:
    """Links and answers of theirs."""
    for model in (WayIn, JoinLink):
        model._default_manager.filter(opened_by=person).update(opener_label=ERASED)
    JoinRequest.objects.filter(answered_by=person).update(answerer_label=ERASED)


@receiver(forgetting)
def forget_openers(sender: Any, labels: set[str], organizations: set[UUID], **kwargs: Any) -> None:
    """Links and answers of theirs stay, and say no more whose they were."""
    here = {"organization__in": organizations}
    for model in (WayIn, JoinLink):
        model._default_manager.filter(opened_by=None, opener_label__in=labels, **here).update(opener_label=ERASED)
    answered = JoinRequest.objects.filter(answered_by=None, answerer_label__in=labels, **here)
    answered.update(answerer_label=ERASED)


def _standing_links(organization: Organization) -> QuerySet[JoinLink]:
    links: QuerySet[JoinLink] = organization.join_links.open(now())
    return links


def _may_lead(offer: WayIn | JoinLink, role: Role) -> bool:
    return bool(stands(offer, opener_of(offer), role))
