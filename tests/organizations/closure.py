"""A state machine of everything that gives or takes access, by anybody, with what a reader of the rules expects.

The actors lie: each claims to hold everything and to own. What holds is what the actions read under their lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from inspect import signature
from random import Random
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from uuid_utils.compat import uuid7

from accounts.models import User
from audit.actors import Actor, ActorKind
from invitations.actions.answering import accept
from invitations.actions.offering import invite
from invitations.models import Invitation, InvitationStatus
from organizations.access import may
from organizations.actions.assigning import change_role
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group, unmake_curators
from organizations.actions.groups import create_group
from organizations.actions.members import deactivate, leave, reactivate, remove
from organizations.actions.organizations import create_organization
from organizations.actions.ownership import accept_ownership, refuse_ownership, transfer_ownership, withdraw_ownership
from organizations.actions.roles import create_role, edit_role
from organizations.models import Membership, OwnershipTransfer, Role, places_of

PEOPLE = 6
GROUPS = 2
# What grants are made of: enough to run a team, and something of the product in each reach.
TEAM = [
    *(f"roles.{action}" for action in ("read", "create", "update", "delete", "assign")),
    *(f"members.{action}" for action in ("read", "update", "delete")),
    *(f"groups.{action}" for action in ("create", "update", "curators")),
    *("invitations.create", "invitations.update", "organization.update"),
]
LACKING = {"members.delete", "organization.update", "groups.create"}  # what the manager may not, and so not give
ALONE = ["organization.delete", "ownership.transfer"]
PRODUCT = {"knowledge-platform": "documents", "partner-management": "deals"}
NOT_BY_HAND = {"slack_user", "ext_perm_user", "partner"}

# The owner, the admin and the manager press more buttons than the others, who may press none.
ACTORS = [0, 0, 1, 1, 2, 2, 2, 3, 4, 5]

Reach = frozenset[tuple[str, object]]


@dataclass(frozen=True)
class Person:
    """What stands in the rows of one person, and what they can really do."""

    role: object
    grants: frozenset[str]
    owns: bool
    active: bool
    reach: Reach


NOBODY = Person(None, frozenset(), owns=False, active=False, reach=frozenset())


class Access(RuleBasedStateMachine):
    """One rule draws who does what to whom: Hypothesis alone would play a few of the deeds over and over."""

    users: ClassVar[list[User]]

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(scheme=st.sampled_from(sorted(PRODUCT)))
    def found(self, scheme: str) -> None:
        """An owner, an admin, a manager whose role is custom, two at work, and one who is outside still."""
        product = PRODUCT[scheme]
        self.grants = [
            *TEAM,
            *ALONE,
            *(f"{product}.{action}{scope}" for action in ("read", "update") for scope in SCOPES),
        ]
        self.permissions = [*TEAM, *ALONE, f"{product}.read", f"{product}.update"]
        self.exactly_one = scheme == "partner-management"
        owner = create_organization(
            actor=self.actor(0), user=self.users[0], name="Marram", slug=f"marram-{uuid7().hex[:12]}", scheme=scheme
        )
        self.org = owner.organization
        self.roles = [role for role in Role.objects.of(self.org) if role.key]
        narrow = {"knowledge-platform": "basic", "partner-management": "member"}[scheme]
        wide = {"knowledge-platform": "global_curator", "partner-management": "admin"}[scheme]
        manager = create_role(
            actor=self.actor(0),
            organization=self.org,
            label="Manager",
            description="",
            caution="",
            elevated=True,
            grants=[
                *(one for one in TEAM if one not in LACKING),
                *self.builtin(narrow).grants,
                f"{product}.read@groups",
                f"{product}.update@curated",
            ],
        )
        # The narrowest first: an action on several comes to them before it comes to those above them.
        for who, role in ((3, self.builtin(narrow)), (4, self.builtin(narrow)), (2, manager), (1, self.builtin(wide))):
            self.invite_one(0, who, role)
            self.accept_one(who)
        self.groups = [
            create_group(actor=self.actor(0), organization=self.org, name=f"Group {number}", description="")
            for number in range(GROUPS)
        ]
        add_to_group(actor=self.actor(0), group=self.groups[0], memberships=self.members([2, 3]))
        self.now = self.look()
        self.steps = 0

    @rule(seed=st.integers(min_value=0, max_value=2**64 - 1))
    def somebody_does_something(self, seed: int) -> None:
        self.steps += 1
        chance = Random(f"{seed} {self.steps}")
        deed = chance.choices(list(DEEDS), list(DEEDS.values()))[0]
        drawn = {name: DRAWN[name](chance) for name in signature(deed).parameters if name != "self"}
        note(f"{deed.__name__} {drawn}")
        deed(self, **drawn)

    # What people do

    def invite(self, by: int, who: int, role: int) -> None:
        self.does(by, lambda: self.invite_one(by, who, self.any_role(role)))

    def accept(self, who: int) -> None:
        invitation = self.open_invitation(who)
        inviter = self.number_of(invitation.invited_by_id) if invitation else None
        self.does(who, lambda: self.accept_one(who), given_by=inviter, own=True)

    def assign(self, by: int, chosen: set[int], role: int) -> None:
        self.does(by, lambda: self.each(change_role, by, chosen, role=self.any_role(role)))

    def create(self, by: int, wanted: set[int], like: int | None) -> None:
        """A new role, or a clone of another one."""
        grants = self.any_grants(wanted) if like is None else (self.any_role(like) or self.roles[0]).grant_set
        self.does(
            by,
            lambda: create_role(
                actor=self.actor(by),
                organization=self.org,
                label=f"Role {uuid7().hex[-10:]}",
                description="",
                caution="",
                elevated=False,
                grants=grants,
            ),
        )

    def edit(self, by: int, role: int, wanted: set[int]) -> None:
        if (custom := self.any_custom(role)) is None:
            return
        self.does(
            by,
            lambda: edit_role(
                actor=self.actor(by),
                role=custom,
                version=custom.version,
                label=custom.label,
                description="",
                caution="",
                elevated=False,
                grants=self.any_grants(wanted),
            ),
        )

    def delete(self, by: int, role: int, move_to: int | None) -> None:
        if (custom := self.any_custom(role)) is None:
            return
        instead = None if move_to is None else self.any_role(move_to)
        self.does(by, lambda: delete_role(actor=self.actor(by), role=custom, move_to=instead, invitations_to=instead))

    def put_into_group(self, by: int, group: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.in_group(add_to_group, by, group, chosen))

    def take_out_of_group(self, by: int, group: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.in_group(remove_from_group, by, group, chosen))

    def make_curators(self, by: int, group: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.in_group(make_curators, by, group, chosen), own=True)

    def unmake_curators(self, by: int, group: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.in_group(unmake_curators, by, group, chosen), own=True)

    def transfer(self, by: int, to: int) -> None:
        if membership := self.member(to):
            self.does(by, lambda: transfer_ownership(actor=self.actor(by), membership=membership))

    def answer_transfer(self, by: int, how: Callable[..., None]) -> None:
        transfer = OwnershipTransfer.objects.filter(organization=self.org).order_by("-id").first()
        if transfer is None:
            return
        owner = self.number_of(transfer.from_user_id)
        self.does(by, lambda: how(actor=self.actor(by), transfer=transfer), given_by=owner, own=True, hands_over=True)

    def deactivate(self, by: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.each(deactivate, by, chosen))

    def reactivate(self, by: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.each(reactivate, by, chosen))

    def remove(self, by: int, chosen: set[int]) -> None:
        self.does(by, lambda: self.each(remove, by, chosen))

    def leave(self, who: int) -> None:
        if membership := self.member(who):
            self.does(who, lambda: leave(actor=self.actor(who), membership=membership), own=True)

    # What must hold

    def does(
        self,
        by: int,
        deed: Callable[[], object],
        *,
        given_by: int | None = None,
        own: bool = False,
        hands_over: bool = False,
    ) -> None:
        """Do it; whether it went through or was refused, the rules hold between before and after.

        `given_by`: whose offer is accepted. `own`: the deed may change the actor's own role.
        """
        before = self.now
        with suppress(PermissionDenied, ValidationError), transaction.atomic():
            deed()
        after = self.now = self.look()
        giver = before[given_by] if given_by is not None else before[by]
        for who in range(PEOPLE):
            was, is_now = before[who], after[who]
            gained = is_now.reach - was.reach
            assert gained <= giver.reach, f"{who} gained {sorted(map(str, gained - giver.reach))} from {by}"
            if who == by:
                assert own or (was.role, was.grants) == (is_now.role, is_now.grants), f"{by} changed their own role"
            elif not hands_over and (was.role, was.grants, was.active) != (is_now.role, is_now.grants, is_now.active):
                assert not was.owns or before[by].owns, f"{by} changed the owner {who}"
                assert wide_as(before[by].grants, was.grants), f"{by} changed {who}, who may do more"
        self.rules_of_their_own(after)

    def rules_of_their_own(self, after: dict[int, Person]) -> None:
        owners = [who for who, person in after.items() if person.owns and person.active]
        assert len(owners) == 1 if self.exactly_one else owners, f"owners: {owners}"
        for who, person in after.items():
            assert person.owns or not any(permission in ALONE for permission, _ in person.reach), who
            assert (person.active and person.role) or not person.reach, f"{who} may do something and should not"
        assert not Membership.objects.filter(organization=self.org, role__key__in=NOT_BY_HAND).exists()

    def look(self) -> dict[int, Person]:
        """Everyone as the rows say, with all that each can do anywhere: asked as a host product asks."""
        found = dict.fromkeys(range(PEOPLE), NOBODY)
        rows: dict[Any, list[Membership]] = {}
        for row in Membership.objects.filter(organization=self.org).with_places():
            rows.setdefault(row.pk, []).append(row)
        for same in rows.values():
            one = same[0]
            places = [(vars(row)["place_group"], vars(row)["place_curates"]) for row in same]
            one.places = places_of(place for place in places if place[0])
            reach = {
                (permission, group and group.pk)
                for permission in self.permissions
                for group in (None, *self.groups)
                if may(one, permission, group)
            }
            grants = frozenset(one.role.grants) if one.role else frozenset()
            owns = bool(one.role and one.role.owns)
            active = one.status == "active"
            found[self.number_of(one.user_id) or 0] = Person(
                one.role_id, grants, owns=owns, active=active, reach=frozenset(reach)
            )
        return found

    # How it is done

    def actor(self, who: int) -> Actor:
        """Somebody who claims to hold everything."""
        user = self.users[who]
        everything = frozenset(getattr(self, "permissions", ()))
        return Actor(kind=ActorKind.MEMBER, label=user.label, id=user.pk, grants=everything, owns=True)

    def member(self, who: int) -> Membership | None:
        return Membership.objects.filter(organization=self.org, user=self.users[who]).first()

    def members(self, chosen: Iterable[int]) -> list[Membership]:
        return list(Membership.objects.filter(organization=self.org, user__in=[self.users[who] for who in chosen]))

    def each(self, action: Callable[..., object], by: int, chosen: set[int], **more: object) -> None:
        action(actor=self.actor(by), organization=self.org, memberships=self.members(chosen), **more)

    def in_group(self, action: Callable[..., object], by: int, group: int, chosen: set[int]) -> None:
        action(actor=self.actor(by), group=self.groups[group], memberships=self.members(chosen))

    def invite_one(self, by: int, who: int, role: Role | None) -> None:
        if role is not None:
            address = self.users[who].email
            invite(actor=self.actor(by), organization=self.org, addresses=[address], role=role, days=7)

    def accept_one(self, who: int) -> None:
        invitation = self.open_invitation(who)
        if invitation is not None:
            user = self.users[who]
            accept(actor=self.actor(who), user=user, invitation=invitation, version=invitation.version)

    def open_invitation(self, who: int) -> Invitation | None:
        rows = Invitation.objects.filter(organization=self.org, email=self.users[who].email)
        return rows.filter(status=InvitationStatus.PENDING).first()

    def builtin(self, key: str) -> Role:
        return next(role for role in self.roles if role.key == key)

    def any_role(self, number: int) -> Role | None:
        roles = list(Role.objects.of(self.org))
        return roles[number % len(roles)]

    def any_custom(self, number: int) -> Role | None:
        roles = list(Role.objects.filter(organization=self.org).order_by("id"))
        return roles[number % len(roles)] if roles else None

    def any_grants(self, wanted: set[int]) -> list[str]:
        return [self.grants[number % len(self.grants)] for number in sorted(wanted)]

    def number_of(self, user_id: object) -> int | None:
        return next((who for who, user in enumerate(self.users) if user.pk == user_id), None)


# What people do, and how often beside each other.
DEEDS: dict[Callable[..., None], int] = {
    Access.invite: 3,
    Access.accept: 4,
    Access.assign: 4,
    Access.create: 2,
    Access.edit: 3,
    Access.delete: 1,
    Access.put_into_group: 2,
    Access.take_out_of_group: 1,
    Access.make_curators: 2,
    Access.unmake_curators: 1,
    Access.transfer: 1,
    Access.answer_transfer: 1,
    Access.deactivate: 1,
    Access.reactivate: 2,
    Access.remove: 1,
    Access.leave: 1,
}
_ANSWERS = [accept_ownership, accept_ownership, refuse_ownership, withdraw_ownership]
# What the arguments of a deed are drawn from, by name.
DRAWN: dict[str, Callable[[Random], object]] = {
    "by": lambda chance: chance.choice(ACTORS),
    "who": lambda chance: chance.randrange(PEOPLE),
    "to": lambda chance: chance.randrange(PEOPLE),
    "chosen": lambda chance: set(chance.sample(range(PEOPLE), chance.randint(1, 4))),
    "role": lambda chance: chance.randrange(100),
    "like": lambda chance: chance.choice([None, chance.randrange(100)]),
    "move_to": lambda chance: chance.choice([None, chance.randrange(100)]),
    "wanted": lambda chance: set(chance.sample(range(100), chance.randint(0, 8))),
    "group": lambda chance: chance.randrange(GROUPS),
    "how": lambda chance: chance.choice(_ANSWERS),
}
SCOPES = ("", "@groups", "@curated")


def wide_as(held: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether each wanted grant is held with the same reach or a wider one."""
    return all(
        any(f"{grant.partition('@')[0]}{scope}" in held for scope in SCOPES[: SCOPES.index(_scope(grant)) + 1])
        for grant in wanted
    )


def _scope(grant: str) -> str:
    _, at, scope = grant.partition("@")
    return at + scope
