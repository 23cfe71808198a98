"""Several events of one change in one sentence."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from audit.events import event_kinds
from audit.models import Event
from team.several import told
from tests.audit.test_every_action import every_action

pytestmark = pytest.mark.no_database
SPRING = {"group": "Spring launch"}


def plain(said: str) -> str:
    return re.sub(r"</?(b|span)[^>]*>", "", said)


def events(action: str, number: int, *, first: int = 1, by: str = "Grace Okafor", **columns: Any) -> list[Event]:
    return [
        Event(
            **{
                "number": first + place, "type": "USER_ACTION", "action": action, "actor_label": by,
                "target_id": uuid4(), "target_label": f"Person {place}",
            } | columns
        )
        for place in range(number)
    ]  # fmt: skip


def test_what_differs_is_counted_and_what_is_common_is_said():
    said = told(events("group.member_added", 8, after=SPRING)).said
    assert said == "<b>Grace Okafor</b> added <b>8 people</b> to <b>Spring launch</b>"
    mixed = [*events("group.member_added", 2, after=SPRING), *events("group.member_added", 2, after={"group": "B"})]
    assert plain(told(mixed).said) == "Grace Okafor added 4 people to 2 groups"
    one: dict[str, Any] = {"target_id": uuid4(), "target_label": "Mina Haddad"}
    mine = [event for group in ("A", "B") for event in events("group.member_added", 1, after={"group": group}, **one)]
    assert plain(told(mine).said) == "Grace Okafor added Mina Haddad to 2 groups"


def test_role_from_and_to_are_said_where_all_have_them():
    to: dict[str, Any] = {"after": {"role": "Admin"}}
    alike = events("member.role_changed", 2, before={"role": "Member"}, **to)
    assert plain(told(alike).said) == "Grace Okafor changed the role of 2 people from Member to Admin"
    mixed = [*alike, *events("member.role_changed", 1, before={"role": "Viewer"}, **to)]
    assert plain(told(mixed).said) == "Grace Okafor changed the role of 3 people to Admin"
    assert plain(told(mixed, untold={"role"}).said) == "Grace Okafor changed the role of 3 people"


def test_what_came_with_it_follows():
    gone = events("invitation.revoked", 2, after={"status": "revoked", "reason": "Kai no longer belongs here"})
    removed = events("member.removed", 1, first=3, target_label="Kai Sommer")
    both = told([*gone, *removed])
    assert both.said == (
        "<b>Grace Okafor</b> removed <b>Kai Sommer</b> from the organization"
        '<span class="faint"> and, with that, revoked 2 invitations</span>'
    )
    assert both.leading is removed[0]
    several = [*gone, *removed, *events("group.member_removed", 1, before=SPRING, after={"reason": "x"})]
    assert plain(told(several).said).endswith(
        "and, with that, revoked 2 invitations and took Person 0 out of the group Spring launch"
    )
    more = [
        *events("role.deleted", 1, first=90, target_label="Trainee"), *events("member.role_changed", 2),
        *gone, *events("join_link.revoked", 2), *events("way.closed", 1, before={"way": "the open door"}),
    ]  # fmt: skip
    said = plain(told(more).said)
    assert said.startswith("Grace Okafor deleted the role Trainee and, with that, ")
    assert said.endswith(" and more")


def test_what_lapsed_by_itself_does_not_lead_and_names_who_did_it():
    lapsed = events("member.lapsed", 1, by="Roster", type="SYSTEM_ACTION")
    removed = events("member.removed", 2, first=2)
    said = plain(told([*lapsed, *removed]).said)
    assert said == (
        "Grace Okafor removed 2 people from the organization; at the same time, access of Person 0 ended as agreed"
    )
    revoked = events("invitation.revoked", 2, by="Roster", type="SYSTEM_ACTION", after={"reason": "x"})
    assert plain(told([*lapsed, *revoked]).said) == (
        "Access of Person 0 ended as agreed and, with that, Roster revoked 2 invitations"
    )


def test_what_people_typed_is_escaped():
    both = [
        *events("member.removed", 1, target_label="<b>x"), *events("invitation.revoked", 1, target_label="<script>y"),
        *events("group.member_added", 2, after={"group": "<i>z"}),
    ]  # fmt: skip
    said = told(both).said
    assert "&lt;b&gt;x" in said
    assert "&lt;script&gt;y" in said
    assert "&lt;i&gt;z" in said


def test_more_than_was_looked_at_is_said_so():
    said = plain(told(events("member.deactivated", 1_001), cut=True).said)
    assert said == "Grace Okafor deactivated more than 1,000 people"


@pytest.mark.parametrize(
    ("action", "number", "before", "said"),
    [
        ("join_link.revoked", 1, {"role": "Member"}, "revoked 1 or more links to join"),
        ("invitation.revoked", 1, {}, "revoked 1 or more invitations"),
        ("group.member_removed", 2, SPRING, "took 2 or more people out of Spring launch"),
    ],
)
def test_of_few_that_came_with_many_there_may_be_more(action, number, before, said):
    with_that = events(action, number, before=before, after={"reason": "x"})
    removed = events("member.removed", 1_001 - number, first=10)
    whole = plain(told([*removed, *with_that], cut=True).said)
    assert whole.startswith("Grace Okafor removed ")
    assert whole.endswith(f" or more people from the organization and, with that, {said}")


def test_one_erasure_is_of_one_person_under_several_ids():
    """Of their account and of each invitation to them: a change never erases two people."""
    said = told(events("person.erased", 3, target_label="")).said
    assert plain(said) == "Grace Okafor erased from this log who somebody was"


def test_kind_without_words_is_said_plainly():
    assert plain(told(events("thing.happened", 3)).said) == "Grace Okafor: 3 events of thing.happened"


@pytest.mark.parametrize("differing", [False, True])
def test_every_kind_has_words_for_several(differing):
    """The chains of accounts have no page on which anything is folded."""
    every_action()
    kinds = [kind for kind in event_kinds() if kind.entity not in {"account", "thing"}]
    assert len(kinds) > 75
    for kind in kinds:
        assert kind.many, kind.action
        places = {name for name, _ in re.findall(r"\{(\w+)( [^}]+)?\}", kind.many)}
        fields = {f"{when}_{name}" for when in ("before", "after") for name in kind.fields}
        assert places <= {"actor", "target", "events"} | fields, kind.action
        assert places & {"actor", "target", "events"}, kind.action
        values = [dict.fromkeys(kind.fields, f"Value{place if differing else 0}") for place in range(2)]
        several = [event for one in values for event in events(kind.action, 1, before=one, after=one)]
        for said in (told(several).said, told([*several, *events("member.removed", 1)]).said):
            assert not re.search(r"[][{}|]|  | ,", said), said
            assert plain(said)[0].isupper() or plain(said)[0].isdigit(), said
