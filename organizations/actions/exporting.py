"""Taking the list of members out of Roster."""

from __future__ import annotations

from audit.actors import Actor
from audit.recording import record
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.models import Organization


@action
def note_export(*, actor: Actor, organization: Organization, filters: str) -> None:
    """Write down that the members go out in a file, before they do; `filters` says which, in words.

    Raises PermissionDenied.
    """
    organization = locked(organization)
    actor = as_of_now(actor, organization)
    policies.holds(actor, "members.read").enforce()
    record(
        events.MEMBERS_EXPORTED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        after={"filter": filters},
    )
