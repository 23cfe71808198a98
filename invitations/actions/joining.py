"""Joining without an invitation: by a way that is open, or with a link."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from invitations import join_events as events
from invitations import policies
from invitations.actions.openers import comer, opener_of, proven_domains, themself
from invitations.models import JoinLink, JoinRequest, JoinStatus, WayIn, WayKind
from invitations.policies import Comer
from organizations.actions.base import action, locked
from organizations.actions.members import admit
from organizations.models import Membership, MembershipSource, Organization, Role


@action
def join(*, actor: Actor, user: User, organization: Organization, kind: WayKind) -> Membership | JoinRequest:
    """The person becomes a member by that way, or waits where no seat is free. Joining twice answers the same.

    Raises ValidationError with the sentence and code of the policy that says no, and PermissionDenied.
    """
    themself(actor, user)
    organization = locked(organization)
    person = comer(organization, current_act().users[user.pk])
    source = MembershipSource(kind.value)
    if same := _joined_so(person, source):
        return same
    way = open_way_of(organization, kind)
    policies.may_join_at_once(way).demand()
    policies.fits_way(way, person, proven_domains(organization, person)).demand()
    policies.may_come(organization, person).demand()
    policies.stands(way, opener_of(way)).demand()
    if not policies.has_seat(organization, way.role, person):
        return _wait(organization, user, kind, way.role, link=None, actor=actor)
    return _admit(organization, user, way.role, source, actor=actor)


@action
def join_by_link(*, actor: Actor, user: User, link: JoinLink) -> Membership | JoinRequest:
    """The person becomes a member with the link's role, which uses it once, or waits where no seat is free.

    Joining twice answers the same. Raises ValidationError (`gone`, or of a policy) and PermissionDenied.
    """
    themself(actor, user)
    organization = locked(link.organization_id)
    person = comer(organization, current_act().users[user.pk])
    if same := _joined_so(person, MembershipSource.LINK):
        return same
    found = organization.join_links.select_related("role").filter(pk=link.pk).first()
    if found is None:
        message = f"This link does not work any more. Ask {organization} for a new one."
        raise ValidationError(message, code="gone")
    found.organization = organization
    policies.may_come(organization, person).demand()
    policies.link_is_open(found, current_act().now).demand()
    policies.stands(found, opener_of(found)).demand()
    if not policies.has_seat(organization, found.role, person):
        return _wait(organization, user, WayKind.LINK, found.role, link=found, actor=actor)
    _use(found)
    return _admit(organization, user, found.role, MembershipSource.LINK, actor=actor)


def open_way_of(organization: Organization, kind: WayKind) -> WayIn:
    """That way, of the locked organization. Raises ValidationError (`closed`) where it is not open."""
    way: WayIn | None = organization.ways_in.select_related("role").filter(kind=kind).first()
    if way is None:
        message = f"This way to join {organization} is not open. Ask its people for an invitation."
        raise ValidationError(message, code="closed")
    way.organization = organization
    return way


def record_request(kind: EventKind, actor: Actor, asked: JoinRequest, **changes: dict[str, Any]) -> None:
    record(
        kind,
        actor=actor,
        chain=asked.organization_id,
        target_id=asked.user_id,
        target_label=asked.user.label,
        **changes,
    )


def _joined_so(person: Comer, source: MembershipSource) -> Membership | None:
    """The membership of somebody who has joined this way already, and presses the button again."""
    found = person.membership
    return found if found and found.source == source and found.is_active_at(current_act().now) else None


def _use(link: JoinLink) -> None:
    """The one conditional update of its uses."""
    open_still = JoinLink.objects.open(current_act().now).filter(pk=link.pk)
    if not open_still.update(used=F("used") + 1):
        message = f"The link {link.pk} was used outside the organization's lock."
        raise RuntimeError(message)


def _admit(organization: Organization, user: User, role: Role, source: MembershipSource, *, actor: Actor) -> Membership:
    user = current_act().users[user.pk]
    return admit(organization, user, role, source=source, actor=actor, ends_at=None)


def _wait(
    organization: Organization, user: User, kind: WayKind, role: Role, *, link: JoinLink | None, actor: Actor
) -> JoinRequest:
    """Wait for a seat, behind those who came before; who waits already keeps the place."""
    asked = organization.join_requests.open().filter(user=user).first()
    if asked is None:
        asked = JoinRequest(organization=organization, user=user, asked_at=current_act().now)
    elif (asked.status, asked.via, asked.link_id) == (JoinStatus.WAITING, kind, link.pk if link else None):
        return asked
    asked.user, asked.organization = current_act().users[user.pk], organization
    asked.status, asked.via, asked.link = JoinStatus.WAITING, kind, link
    asked.save()
    record_request(events.WAITS, actor, asked, after={"via": kind.value, "role": role.label})
    return asked
