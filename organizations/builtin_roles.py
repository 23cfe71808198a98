"""What the database keeps of the scheme files: it is written after migrate, and what no longer fits is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from organizations.models import Membership, MembershipStatus, Organization, Role
from organizations.schemes import BuiltinRole, load_schemes


def write(using: str) -> None:
    """Make the built-in roles what the scheme files say, and the counters of seats that follow from them.

    A role that a file no longer declares stays for those who hold it, and is offered to nobody.
    """
    with transaction.atomic(using=using):
        rows = Role.objects.using(using).filter(organization=None)
        there = {(row.scheme, row.key): row for row in rows}
        said = {
            (one.key, role.key): _fields(role, owns=role.key == one.owner_key)
            for one in load_schemes().values()
            for role in one.roles
        }
        new = [Role(scheme=scheme, key=key, **said[scheme, key]) for scheme, key in said if (scheme, key) not in there]
        Role.objects.using(using).bulk_create(new)
        changed = []
        for place, row in there.items():
            wanted = said.get(place, {"retired": True})
            if any(getattr(row, name) != value for name, value in wanted.items()):
                vars(row).update(wanted)
                changed.append(row)
        if changed:
            names = next(iter(said.values())).keys()
            Role.objects.using(using).bulk_update(changed, names)
            _recount_seats(using, {row.scheme for row in changed})


def _fields(role: BuiltinRole, *, owns: bool) -> dict[str, Any]:
    return {
        "label": role.label,
        "description": role.description,
        "caution": role.caution,
        "elevated": role.elevated,
        "owns": owns,
        "reserved": role.reserved,
        "system_managed": role.system_managed,
        "signs_in": role.signs_in,
        "takes_seat": role.takes_seat,
        "rank": role.rank,
        "grants": sorted(role.grants),
        "retired": False,
    }


def _recount_seats(using: str, schemes: set[str]) -> None:
    without = Membership.objects.using(using).filter(
        organization=OuterRef("pk"), status=MembershipStatus.ACTIVE, role__takes_seat=False
    )
    counted = without.order_by().values("organization").annotate(number=Count("pk")).values("number")
    Organization.objects.using(using).filter(scheme__in=schemes).update(seatless_members=Coalesce(Subquery(counted), 0))


def undeclared(using: str) -> Iterator[str]:
    """A sentence for every scheme that organizations have and no file declares."""
    rows = Organization.objects.using(using).exclude(scheme__in=load_schemes()).order_by("scheme").values_list("scheme")
    for scheme, number in rows.annotate(number=Count("pk")):
        who = "1 organization has" if number == 1 else f"{number} organizations have"
        yield (
            f'{who} the role scheme "{scheme}", which no file declares: nobody can work there. '
            "Put its file back into the folder that SCHEMES_DIR names."
        )


def vanished(using: str) -> Iterator[tuple[Role, str]]:
    """Every custom role with a grant whose permission its scheme no longer knows. It grants nothing, all else stays."""
    roles = Role.objects.using(using).filter(organization__isnull=False, scheme__in=load_schemes())
    for role in roles.select_related("organization").order_by("organization__slug", "label", "pk").iterator(1000):
        for grant in role.vanished:
            yield role, grant


def vanished_sentence(role: Role, grant: str) -> str:
    return (
        f'{role.organization}: the custom role "{role.label}" names {grant}, which the role scheme "{role.scheme}" no '
        "longer knows. It grants nothing; the rest of the role stands. Edit the role to take it away."
    )
