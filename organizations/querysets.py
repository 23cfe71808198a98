"""How organizations, roles and memberships are found. Every lookup starts at the organization or at the person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import F, Field, Q, QuerySet
from django.db.models.functions import Lower

from organizations.among import as_stored  # with it comes `id__among`, for what is done to many
from organizations.keyset import Beyond

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import (  # noqa: F401
        Domain,
        Group,
        GroupPlace,
        Membership,
        MembershipText,
        Organization,
        OwnershipTransfer,
        Role,
    )


class OrganizationQuerySet(QuerySet["Organization"]):
    def labels(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """What these organizations are called."""
        return dict(self.filter(id__in=ids).values_list("id", "name"))

    def due_to_settle(self, at: datetime) -> OrganizationQuerySet:
        """Those where something has lapsed that is not written down yet."""
        return self.filter(settles_at__lte=at).order_by("settles_at")


class DomainQuerySet(QuerySet["Domain"]):
    def proven(self) -> DomainQuerySet:
        return self.filter(proven_at__isnull=False)

    def due(self, at: datetime) -> DomainQuerySet:
        """Those whose record DNS is to be asked for, the longest due first."""
        return self.filter(due_at__lte=at).order_by("due_at", "id")


# Whole rows, so that a column more is read without a word here. Putting `of` together costs three times what it does to
# ask this, on each page that invites (decision 23).
_ROLES = """
    SELECT * FROM organizations_role
    WHERE (organization_id = %s OR organization_id IS NULL AND scheme = %s){narrowed}
    ORDER BY rank, organization_id NULLS FIRST, lower(label)
"""


class RoleQuerySet(QuerySet["Role"]):
    def of(self, organization: Organization) -> RoleQuerySet:
        """Its scheme's built-in roles and its own, from narrowest to widest."""
        return self.ever_of(organization).filter(retired=False)

    def listed(
        self, organization: Organization, ids: Collection[UUID] | None = None, *, ever: bool = False
    ) -> list[Role]:
        """What `of` finds, or `ever_of`, or those of them with these ids: read at once."""
        narrowed = "" if ever else " AND NOT retired"
        if ids is not None:
            narrowed += f" AND id IN ({', '.join(['%s'] * len(ids)) or 'NULL'})"
        asked = [as_stored(organization.pk), organization.scheme, *map(as_stored, ids or ())]
        return list(self.raw(_ROLES.format(narrowed=narrowed), asked))

    def ever_of(self, organization: Organization) -> RoleQuerySet:
        """Those, and the built-in ones that its scheme no longer declares and somebody may still hold."""
        return self.filter(Q(organization=organization) | Q(organization=None, scheme=organization.scheme)).order_by(
            "rank", F("organization").asc(nulls_first=True), Lower("label")
        )

    def by_hand(self) -> RoleQuerySet:
        """Those that people give to each other."""
        return self.filter(reserved=False, system_managed=False)

    def granting(self, permission: str) -> RoleQuerySet:
        """Those that grant it in the whole organization."""
        return self.filter(grants__icontains=f'"{permission}"')


_WITH_ACCOUNT = """
    SELECT membership.*, account.is_active AS has_active_account
    FROM organizations_membership membership JOIN accounts_user account ON account.id = membership.user_id
    WHERE membership.organization_id = %s AND membership.user_id IN ({users})
"""


class MembershipQuerySet(QuerySet["Membership"]):
    def of_user(self, user: User) -> MembershipQuerySet:
        return self.filter(user=user).select_related("organization", "role")

    def with_account(self, organization: Organization, users: Collection[UUID]) -> list[Membership]:
        """Of these people, each with their role, the organization given, and `has_active_account`: read at once."""
        if not users:
            return []
        wanted = ", ".join(["%s"] * len(users))
        asked = [as_stored(organization.pk), *map(as_stored, users)]
        found = list(self.raw(_WITH_ACCOUNT.format(users=wanted), asked))
        held = {one.role_id for one in found if one.role_id}
        roles = {role.pk: role for role in self._roles().listed(organization, held, ever=True)} if held else {}
        for one in found:
            one.organization, one.role = organization, roles.get(one.role_id) if one.role_id else None
        return found

    def active(self, at: datetime) -> MembershipQuerySet:
        """Those that may grant something at that time: active and not past their end."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), status="active")

    def with_places(self) -> MembershipQuerySet:
        """All that access asks, in one query: a row for each place in a group, as `place_group` and `place_curates`."""
        return self.select_related("role", "organization", "user").annotate(
            place_group=F("group_places__group_id"), place_curates=F("group_places__curates")
        )

    def able(self, at: datetime) -> MembershipQuerySet:
        """Those that can act: active, with an active account and the second factor where it is required."""
        meets = Q(two_factor=True) | Q(organization__two_factor_required=False)
        return self.active(at).filter(meets, user__is_active=True)

    def owners(self, at: datetime) -> MembershipQuerySet:
        """Those who can act as owners."""
        return self.able(at).filter(owns=True)

    def running(self, at: datetime) -> MembershipQuerySet:
        """Owners, and everyone whose role runs the team: those who are told of great changes."""
        running = self._roles().granting("members.update").values("pk")
        return self.active(at).filter(Q(owns=True) | Q(role__in=running), user__is_active=True)

    def without_role(self) -> MembershipQuerySet:
        """Active people who can do nothing until somebody gives them a role."""
        return self.filter(status="active", role=None)

    def holding(self, permission: str, at: datetime) -> MembershipQuerySet:
        """Those who hold it in the whole organization, widest role first."""
        # By the ids of the few roles that grant it: a join would read the grants of everyone in the organization.
        granting = self._roles().granting(permission).values("pk")
        return self.able(at).filter(role__in=granting).order_by("-role__rank", "sort_name")

    def _roles(self) -> RoleQuerySet:
        roles = self.model._meta.get_field("role").related_model._default_manager.all()
        return cast("RoleQuerySet", roles)

    def ending(self, at: datetime, within: timedelta) -> MembershipQuerySet:
        """Active ones whose end is that near."""
        return self.filter(status="active", ends_at__gt=at, ends_at__lte=at + within)

    def unnoticed(self, at: datetime) -> MembershipQuerySet:
        """Those whose end is near and was not told: seven days before, and again one day before."""
        last = Q(noticed_days__gt=1, ends_at__lte=at + timedelta(days=1))
        return self.ending(at, timedelta(days=7)).filter(Q(noticed_days=None) | last)

    def lapsed(self, at: datetime) -> MembershipQuerySet:
        return self.filter(status="active", ends_at__lte=at)

    def by_name(self) -> MembershipQuerySet:
        return self.order_by("sort_name", "id")

    def after(self, sort_name: str, membership_id: UUID) -> MembershipQuerySet:
        """What follows that place in the order by name, found by index and not by counting."""
        return self.by_name().beyond("sort_name", sort_name, membership_id)

    def before(self, sort_name: str, membership_id: UUID) -> MembershipQuerySet:
        return self.order_by("-sort_name", "-id").beyond("sort_name", sort_name, membership_id, backwards=True)

    def beyond(self, column: str, value: Any, membership_id: UUID, *, backwards: bool = False) -> MembershipQuerySet:
        """What stands beyond that place in an order by `column` and id."""
        fields = [cast("Field[Any, Any]", self.model._meta.get_field(name)) for name in (column, "id")]
        values = list(zip((value, membership_id), fields, strict=True))
        return self.filter(Beyond([column, "id"], values, backwards=backwards))


class MembershipTextQuerySet(QuerySet["MembershipText"]):
    def holding(self, text: str) -> MembershipTextQuerySet:
        """Those that hold this needle anywhere."""
        return self.filter(text__contains=text)

    def some_ids(self, text: str) -> QuerySet[MembershipText, Any]:
        """The memberships of at most 1,000 of those: what is bounded can be sorted afterwards."""
        return self.holding(text).values("membership_id")[:1_000]


class GroupQuerySet(QuerySet["Group"]):
    def by_name(self) -> GroupQuerySet:
        return self.order_by(Lower("name"), "id")

    def matching(self, text: str) -> GroupQuerySet:
        return self.filter(Q(name__icontains=text) | Q(description__icontains=text))


class GroupPlaceQuerySet(QuerySet["GroupPlace"]):
    def curating(self) -> GroupPlaceQuerySet:
        return self.filter(curates=True)

    def by_name(self) -> GroupPlaceQuerySet:
        """Curators first, then everyone by name."""
        return self.select_related("membership", "membership__role").order_by("-curates", "sort_name", "membership_id")

    def beyond(self, sort_name: str, membership_id: UUID, *, backwards: bool) -> GroupPlaceQuerySet:
        """What stands beyond that place in an order by name and membership."""
        fields = [cast("Field[Any, Any]", self.model._meta.get_field(name)) for name in ("sort_name", "membership")]
        values = list(zip((sort_name, membership_id), fields, strict=True))
        return self.filter(Beyond(["sort_name", "membership_id"], values, backwards=backwards))


class TransferQuerySet(QuerySet["OwnershipTransfer"]):
    def open(self, at: datetime) -> TransferQuerySet:
        """The one that waits for an answer."""
        return self.filter(status="pending", expires_at__gt=at)

    def lapsed(self, at: datetime) -> TransferQuerySet:
        return self.filter(status="pending", expires_at__lte=at)
