"""Taking the list of members, or the audit log, out of Roster."""

from __future__ import annotations

from typing import Any

from audit.actors import Actor
from audit.events import EventKind
from audit.recording import record
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.models import Organization


@action
def note_export(*, actor: Actor, organization: Organization, filters: str) -> None:
    """Write down that the members go out in a file, before they do; `filters` says which, in words.

    Raises PermissionDenied.
    """
    _note(actor, organization, "members.read", events.MEMBERS_EXPORTED, {"filter": filters})


@action
def note_log_export(*, actor: Actor, organization: Organization, filters: str, file_type: str) -> None:
    """Write down that the audit log goes out in a file of this type, before it does; `filters` says which events.

    Raises PermissionDenied.
    """
    _note(actor, organization, "audit_log.read", events.AUDIT_LOG_EXPORTED, {"filter": filters, "format": file_type})


def _note(actor: Actor, organization: Organization, permission: str, kind: EventKind, after: dict[str, Any]) -> None:
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.holds(actor, permission).enforce()
    record(
        kind,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        after=after,
    )
