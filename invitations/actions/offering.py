"""Making an offer of membership, to one address or to ten thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.addresses import stored_or_typed
from audit.actions import current_act
from audit.actors import Actor
from invitations import emails, events, policies
from invitations.actions.books import record_of
from invitations.limits import limited
from invitations.models import MOST_ROWS, Bucket, Invitation
from invitations.offers import Offer, next_reminder, open_until
from invitations.sorting import Sorted, sort_offers
from invitations.writing import write
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.models import Group, Organization, Role
from organizations.policies import holds

_DETAILS = {"name", "job_title", "phone"}


def _addresses(arguments: dict[str, Any]) -> Collection[str]:
    typed = arguments["addresses"] if "addresses" in arguments else [one.address for one in arguments["offers"]]
    return {stored_or_typed(address) for address in typed}


@limited(_addresses)
@action
def invite(
    *,
    actor: Actor,
    organization: Organization,
    addresses: Sequence[str],
    role: Role,
    days: int,
    access_ends_at: datetime | None = None,
    groups: Sequence[Group] = (),
    note: str = "",
    too_often: Collection[str] = (),
) -> Outcome[Invitation]:
    """Invite these addresses to the role; each is an offer of its own, open for `days` (1 to 30).

    `access_ends_at`: when the access ends that is offered, and with it the offer. `groups`: where its person comes in.
    Who cannot be invited is passed over with the reason. Raises ValidationError (`too_many`, `days`, `unknown_role`,
    `limit`, `not_trusted`, `note`, and of the field `access_ends_at` `past`, `owner`), and PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    found = Role.objects.of(organization).filter(pk=role.pk).first()
    if found is None:
        message = "This role no longer exists. Choose another one."
        raise ValidationError(message, code="unknown_role")
    policies.may_invite(actor, organization, found).enforce()
    if not (ends := policies.may_end(found, access_ends_at, current_act().now)):
        raise ValidationError({"access_ends_at": ValidationError(ends.reason, code=ends.code)})
    here = tuple(_here(organization, groups))
    policies.may_offer_places(actor, found, here).enforce()
    offers = [Offer(address, found, access_ends_at, here) for address in addresses]
    return _invite(organization, actor, offers, days=days, note=note, too_often=too_often)


@limited(_addresses)
@action
def invite_each(
    *,
    actor: Actor,
    organization: Organization,
    offers: Sequence[Offer],
    days: int,
    note: str = "",
    whole: bool = False,
    too_often: Collection[str] = (),
) -> Outcome[Invitation]:
    """Invite each with an offer of its own; whoever's role, end or groups cannot be offered is passed over.

    With `whole` nobody is invited where somebody would be passed over (`not_all`). Raises ValidationError (`too_many`,
    `days`, `limit`, `not_trusted`, `note`) and PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    holds(actor, "invitations.create").enforce()
    roles = Role.objects.of(organization).in_bulk({one.role.pk for one in offers})
    groups = {one.pk: one for one in _here(organization, {group for one in offers for group in one.groups})}
    fresh = [_as_of_now(one, roles, groups) for one in offers]
    outcome = _invite(organization, actor, fresh, days=days, note=note, too_often=too_often)
    if whole and outcome.passed_over:
        message = "Not everyone can be invited as they stand there."
        raise ValidationError(message, code="not_all")
    return outcome


def offer_again(
    organization: Organization, actor: Actor, invitation: Invitation, email: str, *, too_often: Collection[str]
) -> Outcome[Invitation]:
    """Make the same offer to another address; for actions that have asked."""
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
    )
    note = invitation.note if organization.trusted else ""
    return _invite(organization, actor, [same], days=invitation.days, note=note, too_often=too_often)


def _invite(
    organization: Organization,
    actor: Actor,
    offers: Sequence[Offer],
    *,
    days: int,
    note: str,
    too_often: Collection[str],
) -> Outcome[Invitation]:
    """Of offers whose roles and groups were read under the lock."""
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
            outcome.pass_over(one.email or one.offer.address, one.reason, one.bucket)
    until = act.now + timedelta(days=days)
    outcome.done = [_invitation(organization, actor, one, days=days, until=until, note=note) for one in ready]
    if not outcome.done:
        return outcome
    write(outcome.done)
    for role_id, number in Counter(one.role_id for one in outcome.done).items():
        organization.count_offers(role_id, number)
    organization.addresses_invited += sum(one.is_new for one in ready)
    organization.settle_by(min(one.expires_at for one in outcome.done))
    organization.save_counters()
    for invitation, one in zip(outcome.done, ready, strict=True):
        record_of(events.SENT, actor, invitation, after=_said(invitation, one.offer))
    emails.send_links(outcome.done, new=True)
    return outcome


def _invitation(
    organization: Organization, actor: Actor, one: Sorted, *, days: int, until: datetime, note: str
) -> Invitation:
    now, offer = current_act().now, one.offer
    expires_at = open_until(until, offer.access_ends_at)
    made = Invitation(
        organization=organization,
        email=one.email,
        role=offer.role,
        invited_by_id=actor.id,
        inviter_label=actor.label,
        created_at=now,
        sent_at=now,
        days=days,
        expires_at=expires_at,
        access_ends_at=offer.access_ends_at,
        group_ids=[group.pk.hex for group in offer.groups],
        note=note,
        remind_at=next_reminder(now, expires_at, now),
    )
    if offer.name or offer.job_title or offer.phone:
        made.name, made.job_title, made.phone = offer.name.strip(), offer.job_title.strip(), offer.phone.strip()
        made.clean_fields(exclude={one.name for one in Invitation._meta.fields} - _DETAILS)
    return made


def _said(invitation: Invitation, offer: Offer) -> dict[str, str]:
    said = {"role": offer.role.label, "expires_at": str(invitation.expires_at)}
    if offer.access_ends_at:
        said["access_ends_at"] = str(offer.access_ends_at)
    if offer.groups:
        said["groups"] = ", ".join(group.name for group in offer.groups)
    return said


def _here(organization: Organization, groups: Collection[Group]) -> list[Group]:
    """Those of the groups that are this organization's, as they stand under the lock."""
    return list(organization.groups.filter(pk__in={group.pk for group in groups})) if groups else []


def _as_of_now(offer: Offer, roles: dict[Any, Role], groups: dict[Any, Group]) -> Offer:
    """The offer with rows read under the lock. Raises ValidationError (`unknown_role`)."""
    if (role := roles.get(offer.role.pk)) is None:
        message = f"The role {offer.role.label} no longer exists. Choose another one."
        raise ValidationError(message, code="unknown_role")
    kept = tuple(groups[one.pk] for one in offer.groups if one.pk in groups)
    return Offer(offer.address, role, offer.access_ends_at, kept, offer.name, offer.job_title, offer.phone)
