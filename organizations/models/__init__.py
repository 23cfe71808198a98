"""Organizations, their roles and groups, and who belongs to them."""

from organizations.models.memberships import Membership, MembershipSource, MembershipStatus, sort_name
from organizations.models.organizations import RESERVED_SLUGS, Organization
from organizations.models.roles import Role

__all__ = [
    "RESERVED_SLUGS",
    "Membership",
    "MembershipSource",
    "MembershipStatus",
    "Organization",
    "Role",
    "sort_name",
]
