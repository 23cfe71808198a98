"""Making an offer of membership, to one address or to ten thousand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from accounts.addresses import stored_or_typed
from audit.actions import current_act
from audit.actors import Actor
from invitations import policies
from invitations.actions import making_offers
from invitations.actions.making_offers import groups_here, make_offers
from invitations.limits import limited
from invitations.models import Invitation
from invitations.offers import Offer
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.models import Group, Organization, Role
from organizations.policies import holds


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
    found = next(iter(Role.objects.listed(organization, {role.pk})), None)
    if found is None:
        message = "This role no longer exists. Choose another one."
        raise ValidationError(message, code="unknown_role")
    policies.may_invite(actor, organization, found).enforce()
    if not (ends := policies.may_end(found, access_ends_at, current_act().now)):
        raise ValidationError({"access_ends_at": ValidationError(ends.reason, code=ends.code)})
    here = tuple(groups_here(organization, groups))
    policies.may_offer_places(actor, found, here).enforce()
    offers = [Offer(address, found, access_ends_at, here) for address in addresses]
    return make_offers(organization, actor, offers, days=days, note=note, too_often=too_often)


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
    outcome = _invite_each(actor, organization, offers, days=days, note=note, too_often=too_often)
    if whole and outcome.passed_over:
        message = "Not everyone can be invited as they stand there."
        raise ValidationError(message, code="not_all")
    return outcome


@action
def invite_listed(
    *, actor: Actor, organization: Organization, offers: Sequence[Offer], days: int, note: str = ""
) -> Outcome[Invitation]:
    """The same for a part of a list: its limits were counted when it was sent, outside of any transaction."""
    return _invite_each(actor, organization, offers, days=days, note=note, too_often=())


def _invite_each(
    actor: Actor,
    organization: Organization,
    offers: Sequence[Offer],
    *,
    days: int,
    note: str,
    too_often: Collection[str],
) -> Outcome[Invitation]:
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    holds(actor, "invitations.create").enforce()
    fresh = making_offers.as_of_now(organization, offers)
    return make_offers(organization, actor, fresh, days=days, note=note, too_often=too_often)
