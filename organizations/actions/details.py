"""What an organization keeps about its people: the name that it shows, title and phone."""

from __future__ import annotations

from audit.actors import Actor
from organizations import events, policies
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.people import record_of, reloaded
from organizations.models import GroupPlace, Membership

FIELDS = ("own_name", "job_title", "phone")


@action
def edit_details(*, actor: Actor, membership: Membership, own_name: str, job_title: str, phone: str) -> Membership:
    """Write down how this organization reaches and calls the person; their account stays as it is.

    Raises ValidationError (a field's own) and PermissionDenied.
    """
    organization = locked(membership.organization_id)
    actor = as_of_now(actor, organization)
    people = reloaded(organization, [membership])
    policies.still_here(people).demand()
    found = people[0]
    policies.may_edit_details(actor, found).enforce()
    before = {name: getattr(found, name) for name in FIELDS}
    found.own_name, found.job_title, found.phone = own_name.strip(), job_title.strip(), phone.strip()
    found.clean_fields(exclude=[field.name for field in found._meta.fields if field.name not in FIELDS])
    after = {name: getattr(found, name) for name in FIELDS}
    if after == before:
        return found
    found.copy_user(found.user.name, found.user.email, two_factor=found.two_factor)
    found.save(update_fields=FIELDS)
    save_copies(found)
    changed = [name for name in FIELDS if before[name] != after[name]]
    record_of(
        events.DETAILS_EDITED,
        actor,
        found,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return found


def save_copies(membership: Membership) -> None:
    """Write what the membership copies of its user, and what copies that in turn."""
    membership.save(update_fields=["name", "email", "sort_name", "two_factor"])
    membership.as_text().save()
    GroupPlace.objects.filter(membership=membership).update(sort_name=membership.sort_name)
