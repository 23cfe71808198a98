"""Who owns once a role scheme has changed: memberships copy it from their role, each with its event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from audit.actions import current_act
from audit.actors import Actor
from organizations import events
from organizations.actions.base import settling_action
from organizations.actions.people import record_of
from organizations.models import Membership, MembershipStatus, Organization
from organizations.querysets import MembershipQuerySet
from organizations.schemes import OwnerRule, load_schemes


def out_of_step(at: datetime) -> list[Organization]:
    """The organizations where who owns is not as the roles and schemes say now."""
    owning = Membership.objects.filter(owns=True)
    others = owning.filter(organization=OuterRef("organization")).exclude(pk=OuterRef("pk"))
    alone = Q(organization__scheme__in=_with_one())
    wrong = Membership.objects.filter(
        Q(owns=True, role__owns=False)
        | Q(owns=False, role__owns=True) & ~_lapsed(at)
        | Q(sole_owner=True) & ~alone
        | Q(owns=True, sole_owner=False, status=MembershipStatus.ACTIVE) & alone & ~Exists(others)
    )
    return list(Organization.objects.filter(pk__in=wrong.order_by().values("organization")).only("id").order_by("id"))


@settling_action
def follow_schemes(*, actor: Actor, organizations: Sequence[Organization]) -> None:
    """Let the memberships of these organizations own, or no longer, as their roles do, each with its event."""
    act = current_act()
    rows = Membership.objects.filter(organization__id__among=set(act.organizations))
    concerned = Q(owns=True) | Q(role__owns=True)
    people = list(rows.filter(concerned).select_related("role", "organization").order_by("organization", "id"))
    wanted = _wanted(people, act.now)
    changes: dict[tuple[bool, bool, bool], set[UUID]] = {}
    for one in people:
        owns, sole = wanted[one.pk]
        ends = owns and not one.owns and one.ends_at is not None
        before = {"owns": _said(one.owns), "sole_owner": _said(one.sole_owner), "ends_at": str(one.ends_at)}
        after = {"owns": _said(owns), "sole_owner": _said(sole), "ends_at": "never" if ends else str(one.ends_at)}
        differs = [name for name in before if before[name] != after[name]]
        if not differs:
            continue
        changes.setdefault((sole, owns, ends), set()).add(one.pk)
        record_of(
            events.OWNING_FOLLOWED,
            actor,
            one,
            before={name: before[name] for name in differs},
            after={name: after[name] for name in differs},
        )
    _save(rows, changes)


def _wanted(people: Sequence[Membership], at: datetime) -> dict[UUID, tuple[bool, bool]]:
    """Of each whether they own, and whether they are the one who does."""
    owns = {one.pk: _owns(one, at) for one in people}
    owners = Counter(one.organization_id for one in people if owns[one.pk])
    with_one = set(_with_one())
    found = {}
    for one in people:
        # Which of several owners is the one is for people to say.
        alone = one.sole_owner or (owners[one.organization_id] == 1 and one.status == MembershipStatus.ACTIVE)
        found[one.pk] = (owns[one.pk], owns[one.pk] and alone and one.organization.scheme in with_one)
    return found


def _owns(membership: Membership, at: datetime) -> bool:
    """Who owns has no end. One that is past already is left for settling, which ends that access."""
    if membership.role is None or membership.owns == membership.role.owns:
        return membership.owns
    lapsed = membership.ends_at is not None and membership.ends_at <= at
    return membership.role.owns and not (lapsed and membership.status == MembershipStatus.ACTIVE)


def _save(rows: MembershipQuerySet, changes: dict[tuple[bool, bool, bool], set[UUID]]) -> None:
    """A statement for all who change alike; whoever is no longer the one first, since there are never two."""
    for (sole, owns, ends), ids in sorted(changes.items()):
        fields: dict[str, Any] = {"owns": owns, "sole_owner": sole} | ({"ends_at": None} if ends else {})
        rows.filter(id__among=ids).update(**fields)


def _with_one() -> list[str]:
    return [one.key for one in load_schemes().values() if one.owner_rule is OwnerRule.EXACTLY_ONE]


def _lapsed(at: datetime) -> Q:
    return Q(status=MembershipStatus.ACTIVE, ends_at__lte=at)


def _said(value: bool) -> str:
    return "yes" if value else "no"
