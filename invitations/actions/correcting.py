"""Sending an offer to the right address."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError

from accounts.addresses import stored_or_typed
from audit.actions import current_act
from audit.actors import Actor
from invitations import policies
from invitations.actions.books import reloaded_one
from invitations.actions.making_offers import offer_again
from invitations.actions.withdrawing import withdraw
from invitations.limits import limited
from invitations.models import Invitation
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.outcome import Outcome
from organizations.models import Organization


@limited(lambda arguments: {stored_or_typed(arguments["email"])})
@action
def correct_address(
    *,
    actor: Actor,
    organization: Organization,
    invitation: Invitation,
    email: str,
    too_often: Collection[str] = (),
) -> Outcome[Invitation]:
    """Take the offer back and make the same one to another address, in the seat that it had.

    Answers the new one. Raises ValidationError (`gone`, `not_pending`, `same`, `limit` or what stands against the
    address) and PermissionDenied.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    found = reloaded_one(organization, invitation)
    policies.still_open(found, act.now).demand()
    policies.may_correct(actor, found, act.now).enforce()
    policies.is_elsewhere(found, stored_or_typed(email)).demand()
    withdraw(organization, [found], actor=actor, reason="the address was corrected")
    outcome = offer_again(organization, actor, found, email, too_often=too_often)
    if outcome.passed_over:
        problem = outcome.passed_over[0]
        raise ValidationError(problem.reason, code=problem.code)
    return outcome
