"""Making offers of which everything was read under the lock; for the actions that invite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models.base import ModelState
from uuid_utils.compat import uuid7

from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events, policies
from invitations.actions.books import record_of
from invitations.models import MOST_ROWS, Bucket, Invitation
from invitations.offers import Offer, next_reminder, open_until
from invitations.sorting import Sorted, sort_offers
from invitations.writing import write
from organizations.actions.outcome import Outcome
from organizations.models import Group, Organization, Role

_DETAILS = {"name", "job_title", "phone"}


def as_of_now(organization: Organization, offers: Sequence[Offer]) -> list[Offer]:
    """The offers with their roles and groups as they stand under the lock. Raises ValidationError (`unknown_role`)."""
    roles = {role.pk: role for role in Role.objects.listed(organization, {one.role.pk for one in offers})}
    groups = {one.pk: one for one in groups_here(organization, {group for one in offers for group in one.groups})}
    found = []
    for one in offers:
        if (role := roles.get(one.role.pk)) is None:
            message = f"The role {one.role.label} no longer exists. Choose another one."
            raise ValidationError(message, code="unknown_role")
        kept = tuple(groups[group.pk] for group in one.groups if group.pk in groups)
        found.append(one._replace(role=role, groups=kept))
    return found


def groups_here(organization: Organization, groups: Collection[Group]) -> list[Group]:
    """Those of the groups that are this organization's, as they stand under the lock."""
    return list(organization.groups.filter(pk__in={group.pk for group in groups})) if groups else []


def offer_again(
    organization: Organization, actor: Actor, invitation: Invitation, email: str, *, too_often: Collection[str]
) -> Outcome[Invitation]:
    """Make the same offer to another address, in its seat; for actions that have asked, and have taken it back."""
    assert invitation.role is not None  # noqa: S101 - they have asked
    groups = organization.groups.filter(pk__in=[UUID(hex=one) for one in invitation.group_ids])
    same = Offer(
        email,
        invitation.role,
        invitation.access_ends_at,
        tuple(groups) if invitation.group_ids else (),
        invitation.name,
        invitation.job_title,
        invitation.phone,
        has_seat=True,
    )
    note = invitation.note if organization.trusted else ""
    return make_offers(organization, actor, [same], days=invitation.days, note=note, too_often=too_often)


def make_offers(
    organization: Organization,
    actor: Actor,
    offers: Sequence[Offer],
    *,
    days: int,
    note: str,
    too_often: Collection[str],
) -> Outcome[Invitation]:
    """Invite everyone who can be and pass over the others with the reason; with books, events and mails."""
    act = current_act()
    if len(offers) > MOST_ROWS:
        message = f"At most {MOST_ROWS:,} at a time; these are {len(offers):,}. Send them in parts."
        raise ValidationError(message, code="too_many")
    policies.may_last(days).demand()
    policies.may_say(organization, note).demand()
    outcome: Outcome[Invitation] = Outcome()
    ready = []
    for one in sort_offers(organization, actor, offers, at=act.now, too_often=too_often):
        if one.bucket is Bucket.READY:
            ready.append(one)
        else:
            who = one.email or one.offer.address
            outcome.pass_over(who, one.reason, one.bucket, lacks_permission=one.lacks_permission)
    until = act.now + timedelta(days=days)
    if not ready:
        return outcome
    # Made as they are written, so that the database takes in one while the next is made.
    outcome.done = write(_made(organization, actor, ready, days=days, until=until, note=note), len(ready))
    for role_id, number in Counter(one.role_id for one in outcome.done).items():
        organization.count_offers(role_id, number)
    organization.addresses_invited += sum(one.is_new for one in ready)
    organization.settle_by(min(one.expires_at for one in outcome.done))
    organization.save_counters()
    emails.send_first_links(outcome.done)
    return outcome


def _made(
    organization: Organization, actor: Actor, ready: Sequence[Sorted], *, days: int, until: datetime, note: str
) -> Iterator[Invitation]:
    """The rows to be, each with its event."""
    now = current_act().now
    alike = Invitation(
        organization_id=organization.pk,
        invited_by_id=actor.id,
        inviter_label=actor.label,
        created_at=now,
        sent_at=now,
        days=days,
        note=note,
    )
    offered: tuple[object, ...] = ()
    said: dict[str, str] = {}
    for one in ready:
        offer = one.offer
        if offered != (offered := (offer.role.id, offer.access_ends_at, offer.groups)):
            alike.role_id, alike.access_ends_at = offer.role.pk, offer.access_ends_at
            alike.expires_at = open_until(until, offer.access_ends_at)
            alike.remind_at = next_reminder(now, alike.expires_at, now)
            alike.group_ids = [group.pk.hex for group in offer.groups]
            said = _said(alike, offer)
        invitation = _like(alike, one.email)
        if offer.name or offer.job_title or offer.phone:
            _detail(invitation, offer)
        record_of(events.SENT, actor, invitation, after=said)
        yield invitation


def _like(other: Invitation, email: str) -> Invitation:
    """The same offer to another address. To set field by field takes eight times as long."""
    made = Invitation.__new__(Invitation)
    vars(made).update(vars(other), _state=ModelState(), id=uuid7(), email=email)
    return made


def _detail(invitation: Invitation, offer: Offer) -> None:
    """What is said of one person, which is looked at as a form would."""
    details = (offer.name.strip(), offer.job_title.strip(), offer.phone.strip())
    invitation.name, invitation.job_title, invitation.phone = details
    invitation.clean_fields(exclude={one.name for one in Invitation._meta.fields} - _DETAILS)


def _said(invitation: Invitation, offer: Offer) -> dict[str, str]:
    said = {"role": offer.role.label, "expires_at": str(invitation.expires_at)}
    if offer.access_ends_at:
        said["access_ends_at"] = str(offer.access_ends_at)
    if offer.groups:
        said["groups"] = ", ".join(group.name for group in offer.groups)
    return said
