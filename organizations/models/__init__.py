"""Organizations, their roles and groups, and who belongs to them."""

from organizations.models.domains import GONE, DnsAnswer, Domain, ProvenBy
from organizations.models.extensions import Extension, ExtensionStatus
from organizations.models.filters import LONGEST_QUERY, MOST_FILTERS, SavedFilter
from organizations.models.groups import NO_PLACES, Group, GroupPlace, Places, places_of
from organizations.models.headcounts import Counted, Headcount
from organizations.models.memberships import (
    NEVER,
    Membership,
    MembershipSource,
    MembershipStatus,
    sort_name,
    validate_phone,
)
from organizations.models.organizations import RESERVED_SLUGS, Organization
from organizations.models.ownership import OPEN_FOR, OwnershipTransfer, TransferStatus
from organizations.models.roles import MOST_ROLES, Role
from organizations.models.texts import MembershipText, needle
from organizations.models.visits import note_visit

__all__ = [
    "GONE",
    "LONGEST_QUERY",
    "MOST_FILTERS",
    "MOST_ROLES",
    "NEVER",
    "NO_PLACES",
    "OPEN_FOR",
    "RESERVED_SLUGS",
    "Counted",
    "DnsAnswer",
    "Domain",
    "Extension",
    "ExtensionStatus",
    "Group",
    "GroupPlace",
    "Headcount",
    "Membership",
    "MembershipSource",
    "MembershipStatus",
    "MembershipText",
    "Organization",
    "OwnershipTransfer",
    "Places",
    "ProvenBy",
    "Role",
    "SavedFilter",
    "TransferStatus",
    "needle",
    "note_visit",
    "places_of",
    "sort_name",
    "validate_phone",
]
