"""Roles and ownership changed at the same moment, and what must hold afterwards whichever comes first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from audit.models import Event
from organizations.actions.assigning import change_role
from organizations.actions.deleting_roles import delete_role
from organizations.actions.members import remove
from organizations.actions.ownership import accept_ownership, transfer_ownership
from organizations.actions.roles import create_role, edit_role
from organizations.models import Membership, Organization, OwnershipTransfer, Role
from tests.factories import UserFactory, acting, found, give_role, join, role_of
from tests.races import race, refusals
from tests.witness import counters

Deed = Callable[[], object]


def owners_demote_each_other(owner: Membership, number: int) -> None:
    """One is an admin afterwards, the other is told that only an owner could have done it."""
    organization = owner.organization
    give_role(owner, "owner")
    second = join(owner, UserFactory(), "owner")
    results = race(
        [
            _assign(owner, second, role_of(organization, "admin")),
            _assign(second, owner, role_of(organization, "admin")),
        ]
    )
    assert not refusals(results)
    assert organization.memberships.owners(timezone.now()).filter(pk__in=[owner.pk, second.pk]).count() == 1
    changed = Event.objects.filter(action="member.role_changed", target_id__in=[owner.user_id, second.user_id])
    assert changed.filter(after__role="Admin", actor_id__in=[owner.user_id, second.user_id]).count() >= 1
    give_role(owner, "owner")
    give_role(second, "member")
    counters(organization)


def transfer_and_removal(owner: Membership, number: int) -> None:
    """Whoever is removed does not own, and whoever owns is not removed; there is one owner at every moment."""
    first, admin = _exactly_one("winery", number)
    heir = join(first, UserFactory(), "member")
    race([_transfer(first, heir), _remove(admin, heir)])
    _has_one_owner(first.organization, heir, first)


def acceptance_and_removal(owner: Membership, number: int) -> None:
    """The same where the heir is asked first: an offer to somebody who is gone is withdrawn."""
    first, admin = _exactly_one("partner-management", number)
    heir = join(first, UserFactory(), "member")
    transfer = transfer_ownership(actor=acting(first), membership=heir)
    race([_accept(heir, transfer), _remove(admin, heir)])
    _has_one_owner(first.organization, heir, first)
    transfer.refresh_from_db()
    stays = Membership.objects.filter(pk=heir.pk).exists()
    assert transfer.status == ("accepted" if stays else "withdrawn")


def role_edit_and_assignment(owner: Membership, number: int) -> None:
    """Nobody gives a role once it may do more than they may: either it was given before, or it is not given."""
    organization = owner.organization
    lead = _custom(owner, f"Lead {number}", ["roles.assign", "members.read"])
    role = _custom(owner, f"Helper {number}", ["members.read"])
    leader = join(owner, UserFactory(), "member")
    give = join(owner, UserFactory(), "viewer")
    _assign(owner, leader, lead)()
    race([_widen(owner, role), _assign(leader, give, role)])
    give.refresh_from_db()
    edited = Event.objects.get(chain_id=organization.pk, action="role.edited", target_id=role.pk)
    given = Event.objects.filter(action="member.role_changed", target_id=give.user_id).first()
    assert bool(given) == (give.role_id == role.pk)
    assert given is None or given.number < edited.number
    _clear(owner, [lead, role])


def role_deletion_and_assignment(owner: Membership, number: int) -> None:
    """Whoever was given the role just before it went holds what took its place; else nothing was given."""
    role = _custom(owner, f"Gone {number}", ["members.read"])
    give = join(owner, UserFactory(), "viewer")
    member = role_of(owner.organization, "member")
    race(
        [
            partial(delete_role, actor=acting(owner), role=role, move_to=member, invitations_to=None),
            _assign(owner, give, role),
        ]
    )
    give.refresh_from_db()
    assert give.role.key in {"member", "viewer"}
    assert not Role.objects.filter(pk=role.pk).exists()


ROLE_PAIRS = [
    owners_demote_each_other,
    transfer_and_removal,
    acceptance_and_removal,
    role_edit_and_assignment,
    role_deletion_and_assignment,
]


# Each answers the deed, with its actor as of now: in the race itself they may have gone.


def _assign(actor: Membership, target: Membership, role: Role) -> Deed:
    organization = target.organization
    return partial(change_role, actor=acting(actor), organization=organization, memberships=[target], role=role)


def _transfer(owner: Membership, heir: Membership) -> Deed:
    return partial(transfer_ownership, actor=acting(owner), membership=heir)


def _accept(heir: Membership, transfer: OwnershipTransfer) -> Deed:
    return partial(accept_ownership, actor=acting(heir), transfer=transfer)


def _remove(admin: Membership, heir: Membership) -> Deed:
    return partial(remove, actor=acting(admin), organization=admin.organization, memberships=[heir])


def _widen(owner: Membership, role: Role) -> Deed:
    return partial(
        edit_role,
        actor=acting(owner),
        role=role,
        version=role.version,
        label=role.label,
        description="",
        caution="",
        elevated=False,
        grants=["members.read", "members.delete"],
    )


def _custom(owner: Membership, label: str, grants: list[str]) -> Role:
    return create_role(
        actor=acting(owner),
        organization=owner.organization,
        label=label,
        description="",
        caution="",
        elevated=False,
        grants=grants,
    )


def _clear(owner: Membership, roles: list[Role]) -> None:
    for role in roles:
        delete_role(actor=acting(owner), role=role, move_to=None, invitations_to=None)


def _exactly_one(scheme: str, number: int) -> tuple[Membership, Membership]:
    """The owner and an admin of an organization of that scheme; made once, used in every round."""
    slug = f"{scheme}-race"
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        owner = found(UserFactory(name="Wim Boer"), "Boer & Co", slug, scheme)
        return owner, join(owner, UserFactory(), "admin")
    owner = organization.memberships.get(owns=True)
    admins = organization.memberships.filter(role__key="admin")
    return owner, admins.first() or join(owner, UserFactory(), "admin")


def _has_one_owner(organization: Organization, heir: Membership, first: Membership) -> None:
    owners = list(organization.memberships.filter(owns=True))
    assert len(owners) == 1
    assert owners[0].pk in {heir.pk, first.pk}
    assert (owners[0].status, owners[0].sole_owner, owners[0].role.key) == ("active", True, "owner")
    first.refresh_from_db()
    assert first.role.key == ("owner" if owners[0].pk == first.pk else "admin")
    counters(organization)
