"""What stands against mailing an offer once more to the address that it was made to."""

from __future__ import annotations

from collections.abc import Sequence

from invitations.models import Invitation, InvitationStatus, Refusal
from organizations.models import Organization
from organizations.policies import Decision, no

INVITED = no("Another invitation to this address is open.", "invited")


def what_stands_against(organization: Organization, invitations: Sequence[Invitation]) -> dict[str, Decision]:
    """What stands against mailing these addresses again: they belong, they refuse, another offer is open."""
    if not invitations:
        return {}
    addresses = {one.email for one in invitations}
    refusing = Refusal.objects.against(organization).filter(email__among=addresses).values_list("email", flat=True)
    said = dict.fromkeys(refusing, no("Whoever has this address asked for no more invitations.", "refused"))
    expired = {one.email for one in invitations if one.status == InvitationStatus.EXPIRED}
    if expired:
        pending = organization.invitations.filter(email__among=expired, status=InvitationStatus.PENDING)
        said |= dict.fromkeys(pending.values_list("email", flat=True), INVITED)
    # By the addresses that members sign in with and everyone here reads: of others nobody is told whose they are.
    members = organization.memberships.filter(user__email__among=addresses).values_list("user__email", flat=True)
    return said | dict.fromkeys(members, no(f"This person belongs to {organization} already.", "member"))
