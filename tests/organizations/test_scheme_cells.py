"""The five reference systems, cell by cell. The tables were written from their descriptions, never from the files.

A row is a resource with actions of which every role holds the same, a column a role. The marks: `y` in the whole
organization, `g` in the groups belonged to, `c` in the groups curated, `-` not at all. Roster's own come last.
"""

from __future__ import annotations

import pytest

from organizations.permissions import OWN_RESOURCES, Grant, Scope
from organizations.schemes import OwnershipMove, Scheme, load_schemes, scheme

pytestmark = pytest.mark.no_database

CELLS = {
    "partner-portal": """
                                                 viewer support billing developer admin owner
        catalogue: read                          y      -       -       y         y     y
        orders: read                             y      y       -       -         y     y
        orders: create update                    -      y       -       -         y     y
        orders: delete                           -      -       -       -         y     y
        services: read                           y      y       -       -         y     y
        services: create update                  -      y       -       -         y     y
        services: delete                         -      -       -       -         y     y
        wallet: read                             y      -       y       -         y     y
        wallet: update                           -      -       -       -         y     y
        invoices: read                           y      -       y       -         y     y
        invoices: create update delete           -      -       -       -         y     y
        credentials: create read update delete   -      -       -       y         y     y
        webhooks: create read update delete      -      -       -       y         y     y
        support_cases: read                      y      y       -       -         y     y
        support_cases: create update             -      y       -       -         y     y
        support_cases: delete                    -      -       -       -         y     y
        organization: read                       y      y       y       y         y     y
        organization: update                     -      -       -       -         y     y
        organization: delete                     -      -       -       -         -     y
        members: read                            y      -       -       -         y     y
        members: update delete                   -      -       -       -         y     y
        invitations: read                        y      -       -       -         y     y
        invitations: create update delete        -      -       -       -         y     y
        roles: read                              y      -       -       -         y     y
        roles: create update delete assign       -      -       -       -         y     y
        groups: read                             y      g       g       g         y     y
        groups: create update delete curators    -      -       -       -         y     y
        domains: read                            y      -       -       -         y     y
        domains: create update delete            -      -       -       -         y     y
        audit_log: read                          y      -       -       -         y     y
        audit_log: export                        -      -       -       -         y     y
        managed_organizations: read              y      -       -       -         y     y
        managed_organizations: create update delete onboard
                                                 -      -       -       -         y     y
        provisioning: read                       y      -       -       -         y     y
        provisioning: create update delete       -      -       -       -         y     y
        api_keys: read                           y      -       -       -         y     y
        api_keys: create update delete           -      -       -       -         y     y
        ownership: transfer                      -      -       -       -         -     y
    """,
    "knowledge-platform": """
                                                 slack_user ext_perm_user limited basic curator global_curator admin
        connectors: create read update delete    -          -             -       -     c       g              y
        documents: create read update delete     -          -             -       -     c       g              y
        credentials: create read update delete   -          -             -       -     -       -              y
        assistants: use                          -          -             -       y     y       y              y
        assistants: create read update delete    -          -             -       -     -       -              y
        search: use                              -          -             y       y     y       y              y
        chat: use                                -          -             -       y     y       y              y
        organization: read                       -          -             -       y     y       y              y
        organization: update delete              -          -             -       -     -       -              y
        members: read update delete              -          -             -       -     -       -              y
        invitations: create read update delete   -          -             -       -     -       -              y
        roles: create read update delete assign  -          -             -       -     -       -              y
        groups: read                             -          -             -       g     g       g              y
        groups: create update delete curators    -          -             -       -     -       -              y
        domains: create read update delete       -          -             -       -     -       -              y
        audit_log: read export                   -          -             -       -     -       -              y
        managed_organizations: create read update delete onboard
                                                 -          -             -       -     -       -              y
        provisioning: create read update delete  -          -             -       -     -       -              y
        api_keys: create read update delete      -          -             -       -     -       -              y
        ownership: transfer                      -          -             -       -     -       -              y
    """,
    "winery": """
                                                 member admin owner
        contacts: create read update delete      y      y     y
        releases: create read update delete      y      y     y
        fulfilments: create read update delete   y      y     y
        payments: read process                   y      y     y
        billing: read update                     -      y     y
        integrations: create read update delete connect
                                                 -      y     y
        organization: read                       y      y     y
        organization: update                     -      y     y
        organization: delete                     -      -     y
        members: read update delete              -      y     y
        invitations: create read update delete   -      y     y
        roles: create read update delete assign  -      y     y
        groups: read                             g      y     y
        groups: create update delete curators    -      y     y
        domains: create read update delete       -      y     y
        audit_log: read export                   -      y     y
        managed_organizations: create read update delete onboard
                                                 -      y     y
        provisioning: create read update delete  -      y     y
        api_keys: create read update delete      -      y     y
        ownership: transfer                      -      -     y
    """,
    "partner-management": """
                                                 partner viewer member admin owner
        partners: read                           -       y      y      y     y
        partners: create update                  -       -      y      y     y
        partners: delete                         -       -      -      y     y
        deals: read                              -       y      y      y     y
        deals: create update                     -       -      y      y     y
        deals: delete                            -       -      -      y     y
        reports: read                            -       y      y      y     y
        reports: create update delete            -       -      -      y     y
        billing: read update                     -       -      -      -     y
        organization: read                       -       y      y      y     y
        organization: update                     -       -      -      y     y
        organization: delete                     -       -      -      -     y
        members: read update delete              -       -      -      y     y
        invitations: create read update delete   -       -      -      y     y
        roles: create read update delete assign  -       -      -      y     y
        groups: read                             -       g      g      y     y
        groups: create update delete curators    -       -      -      y     y
        domains: create read update delete       -       -      -      y     y
        audit_log: read export                   -       -      -      y     y
        managed_organizations: create read update delete onboard
                                                 -       -      -      y     y
        provisioning: create read update delete  -       -      -      y     y
        api_keys: create read update delete      -       -      -      y     y
        ownership: transfer                      -       -      -      -     y
    """,
    "managed-accounts": """
                                read_only financial_contact technical_contact finance technical_admin company_admin
        services: create        -         -                 -                 y       y               y
        services: read design   y         y                 y                 y       y               y
        services: update        -         -                 y                 -       y               y
        services: delete        -         -                 -                 y       -               y
        services: lock unlock   -         -                 -                 -       -               y
        orders: create read approve
                                -         -                 -                 y       y               y
        service_keys: create read update
                                -         -                 -                 y       y               y
        usage: read             y         y                 y                 y       y               y
        organization: read      y         y                 y                 y       y               y
        organization: update delete
                                -         -                 -                 -       -               y
        members: read update delete
                                -         -                 -                 -       -               y
        invitations: create read update delete
                                -         -                 -                 -       -               y
        roles: create read update delete assign
                                -         -                 -                 -       -               y
        groups: read            g         g                 g                 g       g               y
        groups: create update delete curators
                                -         -                 -                 -       -               y
        domains: create read update delete
                                -         -                 -                 -       -               y
        audit_log: read export  -         -                 -                 -       -               y
        managed_organizations: create read update delete onboard
                                -         -                 -                 -       -               y
        provisioning: create read update delete
                                -         -                 -                 -       -               y
        api_keys: create read update delete
                                -         -                 -                 -       -               y
        ownership: transfer     -         -                 -                 -       -               y
    """,
}

# Who owns, by which rule, how many are recommended, how ownership moves and what the former owner becomes.
OWNERSHIP = {
    "partner-portal": ("owner", "at-least-one", 2, None, None),
    "knowledge-platform": ("admin", "at-least-one", 1, None, None),
    "winery": ("owner", "exactly-one", 1, OwnershipMove.IMMEDIATE, "admin"),
    "partner-management": ("owner", "exactly-one", 1, OwnershipMove.OFFER, "admin"),
    "managed-accounts": ("company_admin", "at-least-one", 2, None, None),
}
ELEVATED = {
    "partner-portal": {"owner", "admin", "developer", "billing"},
    "knowledge-platform": {"admin"},
    "winery": {"owner", "admin"},
    "partner-management": {"owner", "admin"},
    "managed-accounts": {"company_admin"},
}
# What marks a role besides its grants; every role that is not listed has none of these marks.
MARKS = {
    ("knowledge-platform", "slack_user"): {"system-managed", "no sign-in", "no seat"},
    ("knowledge-platform", "ext_perm_user"): {"system-managed", "no sign-in", "no seat"},
    ("knowledge-platform", "limited"): {"no sign-in"},
    ("partner-management", "partner"): {"reserved"},
}
SCOPES = {"y": Scope.ORGANIZATION, "g": Scope.GROUPS, "c": Scope.CURATED}


def columns(table: str) -> tuple[list[str], dict[str, list[str]]]:
    """The roles of the table, and the marks of each permission in their order. A long row goes on in the next line."""
    roles: list[str] = []
    rows: dict[str, list[str]] = {}
    actions: list[str] = []
    resource = ""
    for line in table.split("\n"):
        words = line.split()
        if not words:
            continue
        if not roles:
            roles = words
            continue
        if words[0].endswith(":"):
            resource = words[0].rstrip(":")
            actions = [word for word in words[1:] if word not in ("y", "g", "c", "-")]
        marks = [word for word in words if word in ("y", "g", "c", "-")]
        if marks:
            assert len(marks) == len(roles), line
            for action in actions:
                assert f"{resource}.{action}" not in rows, line
                rows[f"{resource}.{action}"] = marks
    return roles, rows


TABLES = {key: columns(table) for key, table in CELLS.items()}
ROLES = [(key, role) for key, (roles, _) in TABLES.items() for role in roles]


def test_standard_and_one_scheme_for_each_description_are_shipped():
    assert list(load_schemes()) == ["standard", *sorted(CELLS)]


@pytest.mark.parametrize(("key", "role"), ROLES)
def test_every_cell_is_as_described_and_nothing_is_granted_beyond_the_table(key, role):
    roles, rows = TABLES[key]
    said = {permission: marks[roles.index(role)] for permission, marks in rows.items()}
    held = {str(Grant(permission, SCOPES[mark])) for permission, mark in said.items() if mark != "-"}

    assert scheme(key).by_key[role].grants == held


@pytest.mark.parametrize("key", CELLS)
def test_a_scheme_knows_the_permissions_and_roles_of_its_table_and_no_others(key):
    roles, rows = TABLES[key]
    one = scheme(key)

    assert set(one.permissions) == set(rows)
    assert [role.key for role in one.roles] == roles
    assert [role.rank for role in one.roles] == list(range(len(roles)))
    assert one.resources[: len(OWN_RESOURCES)] == OWN_RESOURCES, "Roster guards itself in every scheme"
    assert all(resource.own is (resource in OWN_RESOURCES) for resource in one.resources)


@pytest.mark.parametrize("key", CELLS)
def test_ownership_is_as_described(key):
    one = scheme(key)

    assert (
        one.owner.key,
        one.owner_rule,
        one.recommended_owners,
        one.moves,
        one.former_owner_key,
    ) == OWNERSHIP[key]
    assert one.owner.grants == one.permission_set, "who owns holds everything"


@pytest.mark.parametrize("key", CELLS)
def test_those_whose_access_is_to_be_reviewed_are_marked(key):
    assert {role.key for role in scheme(key).roles if role.elevated} == ELEVATED[key]
    assert all(role.caution for role in scheme(key).roles if role.elevated), "why is said"


@pytest.mark.parametrize(("key", "role"), ROLES)
def test_who_is_given_a_role_by_hand_signs_in_and_takes_a_seat(key, role):
    one = scheme(key).by_key[role]
    marks = {
        "reserved": one.reserved,
        "system-managed": one.system_managed,
        "no sign-in": not one.signs_in,
        "no seat": not one.takes_seat,
    }

    assert {mark for mark, there in marks.items() if there} == MARKS.get((key, role), set())
    assert one.description


def test_only_orders_of_the_partner_portal_need_production_approval():
    assert {key: one.production for key, one in load_schemes().items() if one.production} == {
        "partner-portal": frozenset({"orders.create"})
    }


def test_a_basic_member_is_curator_while_they_curate_and_no_other_scheme_says_so():
    curators = {key: (one.curator_key, one.instead_of_key) for key, one in load_schemes().items()}

    assert curators.pop("knowledge-platform") == ("curator", "basic")
    assert set(curators.values()) == {(None, None)}


def test_read_only_warns_of_the_details_that_it_shows():
    assert "details of every service" in scheme("managed-accounts").by_key["read_only"].caution


@pytest.mark.parametrize("one", load_schemes().values(), ids=load_schemes())
def test_a_scheme_knows_its_own_permissions_and_no_others(one: Scheme):
    for resource in one.resources:
        for permission in resource.permissions():
            assert one.knows(permission)
            assert one.resource_of(permission) is resource
    assert not one.knows("members.fly")
    assert one.resource_of("members.fly") is None
    assert not one.knows("members.read@groups"), "a grant is no permission"


def test_the_standard_roles_hold_what_a_plain_team_needs():
    held = {role.key: role.grants for role in scheme("standard").roles}
    looks = {"organization.read", "members.read", "roles.read", "groups.read"}

    assert held["viewer"] == looks
    assert held["member"] == looks | {"invitations.read"}
    assert held["admin"] == scheme("standard").permission_set - {"organization.delete", "ownership.transfer"}
    assert held["owner"] == scheme("standard").permission_set
    assert (scheme("standard").owner_rule, scheme("standard").recommended_owners) == ("at-least-one", 2)
