"""What is done to roles and groups."""

from __future__ import annotations

from typing import Any

from organizations.actions.arranging import arrange_groups
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group, unmake_curators
from organizations.actions.groups import create_group, delete_group, edit_group
from organizations.actions.roles import create_role, edit_role
from organizations.models import Group, Membership
from tests.audit.telling import Cast, tells
from tests.factories import UserFactory, acting, found, join, offer
from tests.invitations.letting_in import let_in, link
from tests.organizations.designing import design, hold

VIEWERS = ("organization.read", "members.read")
WORDS: dict[str, Any] = {"label": "Trainee", "description": "", "caution": "", "elevated": False}


@tells(create_role, "org role.created")
def a_role_is_created(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, **WORDS, "grants": VIEWERS}


@tells(edit_role, "org role.edited")
def a_role_is_edited(cast: Cast) -> dict[str, Any]:
    role = design(cast.owner, "Trainee", *VIEWERS)
    return {"role": role, "version": role.version, **WORDS, "label": "Apprentice", "grants": VIEWERS}


@tells(edit_role, "org role.edited", "org invitation.revoked")
def a_role_grants_less_and_its_holder_offers_less(cast: Cast) -> dict[str, Any]:
    role = design(cast.owner, "Trainee", *VIEWERS, "invitations.create", "invitations.read")
    inviter = join(cast.owner, UserFactory(name="Ina"), "member")
    hold(role, inviter)
    lesser = design(cast.owner, "Guest", "organization.read")
    offer(inviter, "new@example.org", lesser.key)
    return {"role": role, "version": role.version, **WORDS, "grants": VIEWERS}


@tells(
    delete_role,
    "org role.deleted",
    "2 org member.role_changed",
    "org invitation.revoked",
    "org way.closed",
    "org join_link.revoked",
)
def a_role_is_deleted(cast: Cast) -> dict[str, Any]:
    role = design(cast.owner, "Trainee", *VIEWERS)
    hold(role, cast.member, cast.viewer)
    offer(cast.owner, "new@example.org", role.key)
    let_in(cast.owner, "open", role)
    link(cast.owner, role)
    return {"role": role, "move_to": None, "invitations_to": None}


@tells(
    delete_role,
    "org role.deleted",
    "org member.role_changed",
    "org invitation.role_changed",
    "org way.changed",
    "org join_link.changed",
)
def a_role_is_replaced(cast: Cast) -> dict[str, Any]:
    role = design(cast.owner, "Trainee", *VIEWERS)
    hold(role, cast.viewer)
    offer(cast.owner, "new@example.org", role.key)
    let_in(cast.owner, "open", role)
    link(cast.owner, role)
    return {"role": role, "move_to": cast.role("viewer"), "invitations_to": cast.role("viewer")}


def group(by: Membership, *people: Membership, name: str = "Field sales") -> Group:
    made = create_group(actor=acting(by), organization=by.organization, name=name, description="")
    add_to_group(actor=acting(by), group=made, memberships=people)
    return made


@tells(create_group, "org group.created")
def a_group_is_created(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "name": "Field sales", "description": ""}


@tells(edit_group, "org group.edited")
def a_group_is_edited(cast: Cast) -> dict[str, Any]:
    made = group(cast.owner)
    return {"group": made, "version": made.version, "name": "Sales", "description": ""}


@tells(delete_group, "org group.deleted", "org group.place_ended")
def a_group_is_deleted(cast: Cast) -> dict[str, Any]:
    return {"group": group(cast.owner, cast.member)}


@tells(add_to_group, "2 org group.member_added")
def two_come_into_a_group(cast: Cast) -> dict[str, Any]:
    return {"group": group(cast.owner), "memberships": [cast.member, cast.viewer]}


@tells(remove_from_group, "2 org group.member_removed")
def two_leave_a_group(cast: Cast) -> dict[str, Any]:
    return {"group": group(cast.owner, cast.member, cast.viewer), "memberships": [cast.member, cast.viewer]}


@tells(make_curators, "org group.curator_made")
def somebody_becomes_curator(cast: Cast) -> dict[str, Any]:
    return {"group": group(cast.owner, cast.member), "memberships": [cast.member]}


@tells(unmake_curators, "org group.curator_unmade")
def somebody_is_no_curator_any_more(cast: Cast) -> dict[str, Any]:
    made = group(cast.owner, cast.member)
    make_curators(actor=acting(cast.owner), group=made, memberships=[cast.member])
    return {"group": made, "memberships": [cast.member]}


@tells(arrange_groups, "org group.member_added", "org group.member_removed")
def one_persons_groups_are_arranged(cast: Cast) -> dict[str, Any]:
    left, come = group(cast.owner, cast.member), group(cast.owner, name="Workshop")
    return {"membership": cast.member, "into": [come], "out_of": [left]}


# Where a curator's place brings a role along.


def of_a_base(*, curates: bool) -> tuple[Membership, dict[str, Any]]:
    keeper = found(UserFactory(name="Kim Keeper"), "Base", "base", "knowledge-platform")
    reader = join(keeper, UserFactory(name="Rae Reader"), "basic")
    made = group(keeper, reader)
    if curates:
        make_curators(actor=acting(keeper), group=made, memberships=[reader])
    return keeper, {"group": made, "memberships": [reader]}


@tells(make_curators, "another group.curator_made", "another member.role_changed")
def a_curator_gets_the_role(cast: Cast) -> dict[str, Any]:
    keeper, arguments = of_a_base(curates=False)
    return {"actor": acting(keeper), **arguments}


@tells(remove_from_group, "another group.member_removed", "another member.role_changed")
def a_curator_leaves_the_group_and_the_role(cast: Cast) -> dict[str, Any]:
    keeper, arguments = of_a_base(curates=True)
    return {"actor": acting(keeper), **arguments}


@tells(delete_group, "another group.deleted", "another group.place_ended", "another member.role_changed")
def a_group_goes_with_its_curators_role(cast: Cast) -> dict[str, Any]:
    keeper, arguments = of_a_base(curates=True)
    return {"actor": acting(keeper), "group": arguments["group"]}
