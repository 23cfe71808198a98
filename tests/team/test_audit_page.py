"""The audit log: each filter of its URL, several at once, and pages from the newest event to the first."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.guards import lowered
from audit.models import Event
from organizations.actions.groups import create_group
from organizations.actions.roles import create_role
from tests.factories import UserFactory, acting, join
from tests.organizations.changing import assign, dismiss
from tests.team.noting import LOG, note, shown, text_of, walked

A_DAY = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def reader(client_of, owner):
    return client_of(owner)


def numbers(org, **columns) -> list[int]:
    return list(Event.objects.filter(chain_id=org.pk, **columns).order_by("-number").values_list("number", flat=True))


def test_sentence_says_who_did_what_to_whom_and_opens_to_before_and_after(reader, owner, member):
    assign(owner, "admin", member)
    page = reader.get(LOG)
    assert "<b>Grace Okafor</b> changed <b>Mina Haddad</b>&#x27;s role from <b>Member</b> to <b>Admin</b>" in (
        page.content.decode()
    )
    assert "<td>Role</td><td><del>Member</del></td><td><ins>Admin</ins></td>" in page.content.decode()
    assert text_of(page).index("changed Mina Haddad") < text_of(page).index("Mina Haddad accepted")


def test_person_is_found_as_actor_and_as_target_each_event_once(reader, org, owner, admin, member):
    assign(admin, "viewer", member)
    assign(owner, "viewer", admin)
    note(org, 3)
    mine = {*numbers(org, actor_id=admin.user_id), *numbers(org, target_id=admin.user_id)}
    for typed in (admin.user_id, admin.user_id.hex, " TOMAS@marram.example.org", "Tomás Rivera"):
        page = reader.get(LOG, {"person": typed})
        assert shown(page) == sorted(mine, reverse=True)
        assert "Take off: Tomás Rivera" in page.content.decode()


def test_person_who_has_left_is_found_by_address_and_by_a_click(reader, org, owner, member):
    left = member.user_id
    dismiss(owner, member)
    for typed in ("mina@marram.example.org", left.hex):
        page = reader.get(LOG, {"person": typed})
        assert set(shown(page)) == {*numbers(org, actor_id=left), *numbers(org, target_id=left)}
        assert "Take off: Mina Haddad" in page.content.decode()
    assert f"?person={left.hex}" in reader.get(LOG).content.decode()


def test_account_of_which_this_log_says_nothing_is_not_told_from_none(reader, outsider):
    said = [text_of(reader.get(LOG, {"person": one})) for one in ("oskar@lee.example.org", "nobody@lee.example.org")]
    assert "Nobody in Marram Instruments goes by “oskar@lee.example.org”" in said[0]
    assert said[0].replace("oskar", "") == said[1].replace("nobody", "")
    assert "Nobody in Marram Instruments" in text_of(reader.get(LOG, {"person": outsider.user_id}))


def test_roles_and_invitations_are_found_by_a_click(reader, org, owner):
    role = create_role(
        actor=acting(owner),
        organization=org,
        label="Night shift",
        description="",
        caution="",
        elevated=False,
        grants=["members.read"],
    )
    page = reader.get(LOG, {"person": role.pk.hex})
    assert shown(page) == numbers(org, target_id=role.pk)
    assert "Take off: Night shift" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "columns"),
    [
        ("type", "STAFF_ACTION", {"type": "STAFF_ACTION"}),
        ("type", "USER_ACTION", {"type": "USER_ACTION"}),
        ("action", "role.created", {"action": "role.created"}),
        ("entity", "role", {"entity": "role"}),
        ("source", "2001:db8::7", {"address": "2001:db8::7"}),
        ("source", "203.0.113.7", {"address": "203.0.113.7"}),
        ("source", "::ffff:203.0.113.7", {"address": "203.0.113.7"}),  # as some write it; events never do
    ],
)
def test_each_filter_leaves_what_it_names(reader, org, member, name, value, columns):
    note(org, 2)
    note(org, 2, type="STAFF_ACTION", action="role.created", address="203.0.113.7")
    note(org, 2, address="2001:db8::7")
    page = reader.get(LOG, {name: value})
    assert shown(page) == numbers(org, **columns)
    assert "Take off:" in page.content.decode()


def test_batch_is_one_change_to_several(reader, org):
    batch = uuid4()
    note(org, 2)
    several = note(org, 3, batch=batch)
    note(org, 2)
    page = reader.get(LOG, {"batch": str(batch)})
    assert shown(page) == several[::-1]
    assert f"?batch={batch.hex}" in reader.get(LOG).content.decode()


def test_days_are_those_of_the_reader_and_both_ends_belong(reader, org, owner):
    owner.user.time_zone = "Pacific/Auckland"
    owner.user.save()
    with lowered():
        Event.objects.filter(chain_id=org.pk).update(at=A_DAY - timedelta(days=30))
    note(org, at=datetime(2026, 3, 8, 10, 59, tzinfo=UTC))
    first = note(org, at=datetime(2026, 3, 8, 11, 0, tzinfo=UTC))  # midnight in Auckland
    last = note(org, at=datetime(2026, 3, 9, 10, 59, tzinfo=UTC))
    note(org, at=datetime(2026, 3, 9, 11, 0, tzinfo=UTC))
    reader.get("/accounts/profile/")
    assert shown(reader.get(LOG, {"since": "2026-03-09", "until": "2026-03-09"})) == [*last, *first]


def test_event_that_waited_for_its_number_is_found_by_its_time(reader, org):
    """Two changes at once: the one that read its time first may get its number last."""
    with lowered():
        Event.objects.filter(chain_id=org.pk).update(at=A_DAY - timedelta(days=30))
    early = note(org, at=datetime(2026, 3, 10, 0, 0, 5, tzinfo=UTC))
    late = note(org, at=datetime(2026, 3, 9, 23, 59, 58, tzinfo=UTC))
    then = note(org, at=A_DAY + timedelta(days=9))
    assert shown(reader.get(LOG, {"since": "2026-03-09", "until": "2026-03-09"})) == late
    assert shown(reader.get(LOG, {"since": "2026-03-10"})) == [*then, *early]
    assert shown(reader.get(LOG, {"until": "2026-03-10", "since": "2026-03-09"})) == [*late, *early]


def test_search_looks_into_names_as_they_were(reader, org, owner, member):
    named = note(org, target_label="Zoë O'Connell_100%")
    by = note(org, actor_label="ZOË'S HELPER")
    note(org, 2)
    assert shown(reader.get(LOG, {"q": "o'connell"})) == named
    assert shown(reader.get(LOG, {"q": "_100%"})) == named
    assert shown(reader.get(LOG, {"q": "helper"})) == by
    assert shown(reader.get(LOG, {"q": "%"})) == named


def test_search_knows_capitals_of_every_script(reader, org):
    """SQLite's own LIKE knows those of ASCII alone."""
    named = note(org, target_label="ÉLODIE Ångström (a.b*c)")
    greek = note(org, actor_label="Ελένη")
    note(org, 2, target_label="Elodie (a_bbc)")
    for typed in ("élodie", "ångstr", "ÅNGSTRÖM", "É", "Ångström (A.B*C)", "E\u0301lodie"):
        assert shown(reader.get(LOG, {"q": typed})) == named, typed
    assert shown(reader.get(LOG, {"q": "ΕΛΈΝ"})) == greek
    assert shown(reader.get(LOG, {"q": "é.*"})) == []


def test_search_finds_accents_however_they_were_written(reader, org, owner):
    name = unicodedata.normalize("NFD", "Café crew")  # as names of files on some machines are
    create_group(actor=acting(owner), organization=org, name=name, description="")
    for typed in ("Café", "CAFÉ", name):
        assert len(shown(reader.get(LOG, {"q": typed}))) == 1, ascii(typed)
    assert shown(reader.get(LOG, {"q": "Cafè"})) == []


def test_filters_narrow_each_other(reader, org, owner, admin, member):
    assign(admin, "viewer", member)
    assign(owner, "member", member)
    note(org, 2, actor_id=admin.user_id, actor_label="Tomás Rivera")
    changed = numbers(org, action="member.role_changed", actor_id=admin.user_id)
    asked = {"person": admin.user_id.hex, "action": "member.role_changed", "since": "2020-01-01", "q": "mina"}
    assert shown(reader.get(LOG, asked)) == changed
    assert shown(reader.get(LOG, asked | {"q": "grace"})) == []
    assert shown(reader.get(LOG, asked | {"type": "STAFF_ACTION"})) == []
    assert shown(reader.get(LOG, asked | {"entity": "member", "type": "USER_ACTION"})) == changed


@pytest.mark.parametrize("query", ["", "entity=member", "action=member.deactivated&type=USER_ACTION", "q=haddad"])
def test_pages_follow_each_other_without_a_gap_and_without_doubles(reader, org, query):
    note(org, 150)
    wanted = numbers(org) if not query else numbers(org, target_label="Omar Haddad")
    found = walked(reader, query)
    assert [one for one in found if one in set(wanted)] == wanted
    assert len(set(found)) == len(found)


def test_pages_of_a_person_who_acts_on_themself_have_no_doubles(reader, org):
    them = uuid4()
    both = note(org, 50, actor_id=them, target_id=them)
    acted = note(org, 40, actor_id=them)
    about = note(org, 40, target_id=them)
    assert walked(reader, f"person={them.hex}") == [*about[::-1], *acted[::-1], *both[::-1]]


def test_only_this_organization_s_events_are_found(reader, org, other_org, owner):
    note(other_org, 3, actor_id=owner.user_id, action="role.created", address="203.0.113.7")
    for query in ("source=203.0.113.7", "action=role.created", "q=brandt", "entity=role"):
        assert walked(reader, query) == []


def test_filters_stay_while_paging_and_can_be_taken_off(reader, org):
    note(org, 60, type="STAFF_ACTION")
    page = reader.get(LOG, {"type": "STAFF_ACTION", "q": "omar", "before": "99999"})
    content = page.content.decode()
    assert "?q=omar&amp;type=STAFF_ACTION&amp;before=" in content
    assert 'href="?q=omar" aria-label="Take off: By staff"' in content
    assert '<input type="hidden" name="type" value="STAFF_ACTION">' in content
    assert "Clear filters" in content


def test_search_changes_the_list_alone(reader, org):
    part = reader.get(LOG, {"q": "omar"}, headers={"HX-Request": "true", "HX-Target": "log"}).content.decode()
    assert part.lstrip().startswith('<div id="log">')
    assert "<html" not in part


def test_person_of_a_name_that_several_have_is_asked_for_by_address(reader, owner):
    for _ in range(2):
        join(owner, UserFactory(name="Kim Lee"))
    assert "Several people here are called Kim Lee" in text_of(reader.get(LOG, {"person": "Kim Lee"}))


def test_address_of_the_page_is_the_one_of_its_choices(org):
    assert reverse("team:audit", args=[org.slug]) == LOG
