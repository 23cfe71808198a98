"""Organizations, their roles and groups, and who belongs to them."""

from organizations.models.groups import NO_PLACES, Group, GroupPlace, Places, places_of
from organizations.models.memberships import Membership, MembershipSource, MembershipStatus, sort_name
from organizations.models.organizations import RESERVED_SLUGS, Organization
from organizations.models.ownership import OPEN_FOR, OwnershipTransfer, TransferStatus
from organizations.models.roles import MOST_ROLES, Role

__all__ = [
    "MOST_ROLES",
    "NO_PLACES",
    "OPEN_FOR",
    "RESERVED_SLUGS",
    "Group",
    "GroupPlace",
    "Membership",
    "MembershipSource",
    "MembershipStatus",
    "Organization",
    "OwnershipTransfer",
    "Places",
    "Role",
    "TransferStatus",
    "places_of",
    "sort_name",
]
