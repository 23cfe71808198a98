"""What an organization may use: its plan, which staff set, and asking them for more."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from audit.actions import current_act
from audit.actors import Actor
from audit.recording import record
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.emails.plans import send_plan_asked
from organizations.models import Organization


@action
def set_seats(*, actor: Actor, organization: Organization, seats: int | None) -> None:
    """Set how many seats the organization has; None for as many as they like. Below use is shown, not refused."""
    organization = locked(organization)
    policies.may_set_plan(actor).enforce()
    if organization.seat_limit == seats:
        return
    before = organization.seat_limit
    organization.seat_limit = seats
    organization.save(update_fields=["seat_limit"])
    record(
        events.SEATS_CHANGED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        before={"seats": _or_no_limit(before)},
        after={"seats": _or_no_limit(seats)},
    )


@action
def set_plan(
    *, actor: Actor, organization: Organization, plan: str, seats: int | None, trial_cap: int | None, trusted: bool
) -> None:
    """Set what the plan is called and what it allows; None is no limit, and one below use is shown, not refused.

    `trial_cap`: how many addresses may ever be invited by mail. `trusted`: whether invitations may carry a note.
    Raises ValidationError by field and PermissionDenied.
    """
    organization = locked(organization)
    policies.may_set_plan(actor).enforce()
    set_seats(actor=actor, organization=organization, seats=seats)
    before = _plan_of(organization)
    organization.plan, organization.trial_cap, organization.trusted = plan.strip(), trial_cap, trusted
    if before == (after := _plan_of(organization)):
        return
    organization.clean_fields(exclude=["name", "slug", "scheme"])
    organization.save(update_fields=["plan", "trial_cap", "trusted"])
    record(
        events.PLAN_CHANGED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        before=before,
        after=after,
    )


@action
def ask_for_larger_plan(*, actor: Actor, organization: Organization, seats: int | None, addresses: int | None) -> None:
    """Ask those who run Roster for so many seats, or so many new addresses to invite; once a day.

    Raises ValidationError (`nothing_asked`, `asked_already`, and by field `not_more`) and PermissionDenied.
    """
    act = current_act()
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_change_settings(actor).enforce()
    policies.may_ask_for_larger_plan(organization, seats, addresses, act.now).demand()
    if not (more := policies.is_more(organization, organization.seat_limit, seats)):
        raise ValidationError({"seats": more.as_error()})
    if not (more := policies.is_more(organization, organization.trial_cap, addresses)):
        raise ValidationError({"addresses": more.as_error()})
    organization.more_asked_at = act.now
    organization.save(update_fields=["more_asked_at"])
    record(
        events.MORE_ASKED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        after={name: number for name, number in (("seats", seats), ("addresses", addresses)) if number is not None},
    )
    send_plan_asked(organization, actor, seats=seats, addresses=addresses)


def _plan_of(organization: Organization) -> dict[str, str | int]:
    return {
        "plan": organization.plan or "none",
        "addresses": _or_no_limit(organization.trial_cap),
        "notes": "yes" if organization.trusted else "no",
    }


def _or_no_limit(number: int | None) -> str | int:
    return "no limit" if number is None else number
