"""A chain with something of everything in it, for the tests that look at chains."""

from __future__ import annotations

from audit.ambient import Origin, coming_from
from audit.models import Chain
from organizations.actions.assigning import change_role
from organizations.actions.details import edit_details
from organizations.models import Membership, Organization
from tests.factories import acting, offer, role_of

AGENT = "Mozilla/5.0 (X11; Linux x86_64)"


def story(organization: Organization, owner: Membership, member: Membership) -> Chain:
    """Invitations, roles to and fro, contact details: some twenty events, the chain as it stands after them."""
    with coming_from(Origin(address="203.0.113.7", user_agent=AGENT, request_id="one-request")):
        for turn in range(8):
            offer(owner, f"person{turn}.{Chain.objects.get(pk=organization.pk).length}@example.net")
        for key in ("admin", "member", "viewer", "member", "admin", "member"):
            change_role(
                actor=acting(owner), organization=organization, memberships=[member], role=role_of(organization, key)
            )
        for title in ("Surveyor", "Chief surveyor"):
            edit_details(actor=acting(owner), membership=member, own_name="Mina H.", job_title=title, phone="+1 555")
    return Chain.objects.get(pk=organization.pk)
