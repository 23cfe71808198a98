"""How organizations, roles and memberships are found. Every lookup starts at the organization or at the person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Membership, Organization, Role  # noqa: F401


class OrganizationQuerySet(QuerySet["Organization"]):
    def due_to_settle(self, at: datetime) -> OrganizationQuerySet:
        """Those where something has lapsed that is not written down yet."""
        return self.filter(settles_at__lte=at).order_by("settles_at")


class RoleQuerySet(QuerySet["Role"]):
    def of(self, organization: Organization) -> RoleQuerySet:
        """Its scheme's built-in roles and its own, from narrowest to widest."""
        return self.filter(
            Q(organization=organization) | Q(organization=None, scheme=organization.scheme, retired=False)
        ).order_by("rank", "label")


class MembershipQuerySet(QuerySet["Membership"]):
    def of_user(self, user: User) -> MembershipQuerySet:
        return self.filter(user=user).select_related("organization", "role")

    def active(self, at: datetime) -> MembershipQuerySet:
        """Those that may grant something at that time: active and not past their end."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), status="active")

    def owners(self, at: datetime) -> MembershipQuerySet:
        """Those who can act as owners: their accounts are active, too."""
        # By the ids of the few roles that own: a join would walk through everyone in the organization.
        roles = self.model._meta.get_field("role").related_model
        owning = roles._default_manager.filter(owns=True).values("pk")
        return self.active(at).filter(role__in=owning, user__is_active=True)

    def holding(self, permission: str, at: datetime) -> MembershipQuerySet:
        """Those whose role grants it in the whole organization, widest role first."""
        return self.active(at).filter(role__grants__icontains=f'"{permission}"').order_by("-role__rank", "sort_name")

    def lapsed(self, at: datetime) -> MembershipQuerySet:
        return self.filter(status="active", ends_at__lte=at)

    def by_name(self) -> MembershipQuerySet:
        return self.order_by("sort_name", "id")

    def after(self, sort_name: str, membership_id: UUID) -> MembershipQuerySet:
        """What follows that place in the order by name, found by index and not by counting."""
        return self.by_name().filter(Q(sort_name__gt=sort_name) | Q(sort_name=sort_name, id__gt=membership_id))

    def before(self, sort_name: str, membership_id: UUID) -> MembershipQuerySet:
        return self.order_by("-sort_name", "-id").filter(
            Q(sort_name__lt=sort_name) | Q(sort_name=sort_name, id__lt=membership_id)
        )

    def matching(self, text: str) -> MembershipQuerySet:
        return self.filter(Q(name__icontains=text) | Q(email__icontains=text))
