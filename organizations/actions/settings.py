"""How an organization works: its name, its second factor, its approval for production."""

from __future__ import annotations

from audit.actions import current_act
from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import own_membership
from organizations.models import Organization


@action
def rename_organization(*, actor: Actor, organization: Organization, name: str) -> None:
    """Call it something else; its address stays. Raises ValidationError by field and PermissionDenied."""
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_change_settings(actor).enforce()
    before, name = organization.name, name.strip()
    if before == name:
        return
    organization.name = name
    organization.clean_fields(exclude=["scheme", "slug"])
    organization.save(update_fields=["name"])
    _record(events.ORGANIZATION_RENAMED, actor, organization, {"name": before}, {"name": name})


@action
def require_two_factor(*, actor: Actor, organization: Organization, required: bool) -> None:
    """Ask a second factor of everyone here, or no longer; who has none can do nothing until they set one up.

    Raises ValidationError (`two_factor`) where the actor has none, and PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_change_settings(actor).enforce()
    if organization.two_factor_required == required:
        return
    if required:
        policies.may_require_two_factor(actor, own_membership(organization, actor), organization).demand()
    organization.two_factor_required = required
    organization.save(update_fields=["two_factor_required"])
    kind = events.TWO_FACTOR_REQUIRED if required else events.TWO_FACTOR_OPTIONAL
    _record(kind, actor, organization, {"required": not required}, {"required": required})


@action
def switch_reminders(*, actor: Actor, organization: Organization, reminders: bool) -> None:
    """Remind people of invitations that wait, or no longer. Raises PermissionDenied."""
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.may_change_settings(actor).enforce()
    if organization.reminders == reminders:
        return
    organization.reminders = reminders
    organization.save(update_fields=["reminders"])
    was, is_ = ("off", "on") if reminders else ("on", "off")
    _record(events.REMINDERS_SWITCHED, actor, organization, {"reminders": was}, {"reminders": is_})


@action
def approve_for_production(*, actor: Actor, organization: Organization, approved: bool) -> None:
    """Staff let the organization use the permissions that its scheme holds back, or hold them back again."""
    organization = locked(organization)
    policies.may_approve_for_production(actor).enforce()
    if approved == (organization.production_approved_at is not None):
        return
    organization.production_approved_at = current_act().now if approved else None
    organization.save(update_fields=["production_approved_at"])
    kind = events.PRODUCTION_APPROVED if approved else events.PRODUCTION_WITHDRAWN
    _record(kind, actor, organization, {"approved": not approved}, {"approved": approved})


def _record(
    kind: EventKind, actor: Actor, organization: Organization, before: dict[str, object], after: dict[str, object]
) -> None:
    record(
        kind,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        before=before,
        after=after,
    )
