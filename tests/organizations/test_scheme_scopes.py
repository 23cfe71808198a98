"""Scopes stand one within the other: the organization includes every group, and who curates a group belongs to it."""

from __future__ import annotations

import pytest

from organizations.permissions import CRUD, OWN_BY_GROUP, OWN_RESOURCES, OWNERS_ALONE, Grant, Scope, covers, widest

pytestmark = pytest.mark.no_database

HERE, GROUPS, CURATED = "documents.read", "documents.read@groups", "documents.read@curated"


@pytest.mark.parametrize(
    ("held", "wanted", "enough"),
    [
        ([HERE], [HERE, GROUPS, CURATED], True),
        ([GROUPS], [GROUPS, CURATED], True),
        ([CURATED], [CURATED], True),
        ([GROUPS], [HERE], False),
        ([CURATED], [GROUPS], False),
        ([CURATED], [HERE], False),
        ([], [CURATED], False),
        ([], [], True),
        ([HERE], ["documents.update@curated"], False),
        (["documents.readers"], [HERE], False),
        ([HERE, "documents.update@groups"], [CURATED, "documents.update@curated"], True),
    ],
)
def test_a_wider_scope_covers_the_narrower_ones_and_none_beyond(held, wanted, enough):
    assert covers(held, wanted) is enough


def test_what_another_grant_includes_is_left_out():
    assert widest([HERE, GROUPS, CURATED, "search.use@curated"]) == {HERE, "search.use@curated"}
    assert widest([GROUPS, CURATED]) == {GROUPS}
    assert widest([]) == frozenset()


@pytest.mark.parametrize(
    ("text", "scope"), [(HERE, Scope.ORGANIZATION), (GROUPS, Scope.GROUPS), (CURATED, Scope.CURATED)]
)
def test_a_grant_reads_as_it_is_written(text, scope):
    assert Grant.parse(text) == Grant(HERE, scope)
    assert str(Grant(HERE, scope)) == text
    with pytest.raises(ValueError, match="team"):
        Grant.parse("documents.read@team")


def test_what_roster_guards_itself_is_known_by_key_and_marked_as_its_own():
    permissions = {permission for one in OWN_RESOURCES for permission in one.permissions()}

    assert all(one.own and one.label and one.description for one in OWN_RESOURCES)
    assert len({one.key for one in OWN_RESOURCES}) == len(OWN_RESOURCES)
    assert permissions > OWNERS_ALONE | OWN_BY_GROUP
    assert {one.key: one.verbs for one in OWN_RESOURCES if one.verbs} == {
        "roles": ("assign",),
        "groups": ("curators",),
        "audit_log": ("export",),
        "managed_organizations": ("onboard",),
        "ownership": ("transfer",),
    }
    assert not {verb for one in OWN_RESOURCES for verb in one.verbs} & set(CRUD)
