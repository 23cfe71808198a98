"""The pages that change several people: they ask, say what would happen, and then do it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from jobs import running
from jobs.models import Job, JobState
from organizations.actions.details import edit_details
from organizations.actions.groups import create_group
from organizations.bulk import deeds
from organizations.bulk.open_jobs import open_jobs
from organizations.bulk.rehearsing import GOOD_FOR
from organizations.bulk.selection import MOST_SELECTED
from organizations.models import GroupPlace, Membership, Organization, Role
from organizations.views.bulk.bar import build_bar
from tests.factories import UserFactory, acting, count_again, crowd, give_role, join, role_of
from tests.witness import counters, written

PAGE = "/o/marram/members/bulk/"
TABLE = "/o/marram/members/?q=x"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def plain(answer: Any) -> str:
    return re.sub(r"<[^>]+>", "", text_of(answer))


def ask(browser: Client, deed: str, people: list[Membership] | None = None, **more: Any) -> Any:
    chosen = {"m": [one.pk.hex for one in people]} if people is not None else {}
    return browser.post(PAGE, {"deed": deed, "next": TABLE, **chosen, **more})


def press(browser: Client, answer: Any, **typed: str) -> Any:
    """Press the button of the page, with the fields that it holds."""
    fields = dict(answer.context["fields"])
    return browser.post(PAGE, {**fields, "go": "yes", **typed})


def role_key(person: Membership) -> str:
    return Membership.objects.select_related("role").get(pk=person.pk).role.key


def test_role_is_asked_for_then_previewed_then_given(client_of, org, owner, admin, member, viewer):
    browser = client_of(admin)
    with written() as news:
        asked = ask(browser, "change_role", [owner, admin, member, viewer])
        assert "Change the role of 4 people" in text_of(asked)
        chosen = ask(browser, "change_role", [owner, admin, member, viewer], role=role_of(org, "viewer").pk)
    assert news.nothing
    assert role_key(member) == "member"
    seen = plain(chosen)
    assert "1 person will be Viewer in Marram Instruments, at once." in seen
    assert "1 person is Viewer in Marram Instruments already." in seen
    assert "Grace Okafor owns Marram Instruments. Only an owner can change that." in seen
    assert "Nobody changes their own role." in seen
    assert "Make 1 person Viewer" in seen
    with written() as news:
        done = press(browser, chosen)
    assert done.headers["Location"] == TABLE
    assert role_key(member) == "viewer"
    assert news.actions == ["member.role_changed"]
    after = text_of(browser.get("/o/marram/"))
    assert "<b>1 person</b> is Viewer in Marram Instruments now" in after
    assert "2 were passed over." in after
    assert 'data-undo-until="' in after
    job = Job.objects.get()
    result = plain(browser.get(f"/o/marram/jobs/{job.pk}/"))
    assert "Grace Okafor" in result
    counters(org)


def test_undo_leads_back_and_says_so(client_of, org, owner, member, viewer):
    browser = client_of(owner)
    press(browser, ask(browser, "deactivate", [member, viewer]))
    job = Job.objects.get()
    assert counters(org)[1] == 2
    answer = browser.post(f"/o/marram/jobs/{job.pk}/undo/", {"next": TABLE})
    assert answer.headers["Location"] == TABLE
    assert "Undone: <b>2 people</b> are as before." in text_of(browser.get("/o/marram/"))
    assert counters(org)[1] == 0
    again = browser.post(f"/o/marram/jobs/{job.pk}/undo/", {"next": "https://evil.example/o/marram/"})
    assert again.headers["Location"] == "/o/marram/members/"
    assert "This was undone already." in text_of(browser.get("/o/marram/"))


def test_late_undo_is_told_and_changes_nothing(client_of, org, owner, member):
    browser = client_of(owner)
    press(browser, ask(browser, "deactivate", [member]))
    Job.objects.update(finished_at=timezone.now() - timedelta(seconds=31))
    job = Job.objects.get()
    browser.get("/o/marram/")  # shows the answer with its button, which was in time
    assert "Undo</button>" not in text_of(browser.get(f"/o/marram/jobs/{job.pk}/"))
    with written() as news:
        browser.post(f"/o/marram/jobs/{job.pk}/undo/")
    assert news.nothing
    assert "seconds to undo this are over" in text_of(browser.get("/o/marram/"))


def test_only_who_asked_for_it_sees_and_undoes_it(client_of, org, owner, admin, member):
    browser = client_of(owner)
    press(browser, ask(browser, "deactivate", [member]))
    job = Job.objects.get()
    for path in (f"/o/marram/jobs/{job.pk}/",):
        assert browser.get(path).status_code == 200
        assert client_of(admin).get(path).status_code == 404
    assert client_of(admin).post(f"/o/marram/jobs/{job.pk}/undo/").status_code == 404
    assert counters(org)[1] == 1


def test_group_is_chosen(client_of, org, owner, member, viewer):
    group = create_group(actor=acting(owner), organization=org, name="Field sales", description="")
    browser = client_of(owner)
    assert "Field sales" in text_of(ask(browser, "add_to_group", [member, viewer]))
    assert "Choose one of these groups." in text_of(ask(browser, "add_to_group", [member], group=uuid7()))
    press(browser, ask(browser, "add_to_group", [member, viewer], group=group.pk))
    assert GroupPlace.objects.filter(group=group).count() == 2
    press(browser, ask(browser, "remove_from_group", [member, viewer], group=group.pk))
    assert not GroupPlace.objects.filter(group=group).exists()


def test_end_of_access_is_chosen_and_a_past_one_refused(client_of, org, owner, member, viewer):
    browser = client_of(owner)
    assert "Choose when." in text_of(ask(browser, "set_end", [member], when=""))
    refused = ask(browser, "set_end", [member, viewer], when="day", day="2020-01-01")
    assert "That day is past" in text_of(refused)
    press(browser, ask(browser, "set_end", [member, viewer], when="30"))
    assert org.memberships.filter(ends_at__isnull=False).count() == 2
    press(browser, ask(browser, "set_end", [member, viewer], when="never"))
    assert not org.memberships.filter(ends_at__isnull=False).exists()


def test_removal_waits_for_the_number_and_says_that_it_is_final(client_of, org, owner, admin, member, viewer):
    browser = client_of(admin)
    page = ask(browser, "remove", [owner, member, viewer])
    assert "This cannot be undone." in plain(page)
    assert "Type 2 to confirm" in text_of(page)
    for typed in ("", "3", "two"):
        with written() as news:
            again = press(browser, page, typed=typed)
        assert "This is not what stands above." in text_of(again)
        assert news.nothing
    press(browser, page, typed=" 2 ")
    assert set(org.memberships.all()) == {owner, admin}
    assert "data-undo-until" not in text_of(browser.get("/o/marram/"))


def test_one_person_is_removed_by_name(client_of, org, owner, member):
    browser = client_of(owner)
    page = ask(browser, "remove", [member])
    assert "Type Mina Haddad to confirm" in text_of(page)
    press(browser, page, typed="Mina Haddad")
    assert not Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize(
    "typed", ["Anna Maria O’Neil, Jr.", "Anna  Maria O’Neil,  Jr.", "Anna\u200d Maria O’Neil, Jr."]
)
def test_name_is_typed_as_it_reads(client_of, owner, member, typed):
    name_here(member, "Anna  Maria O\u200c’Neil, Jr.")
    browser = client_of(owner)
    press(browser, ask(browser, "remove", [member]), typed=typed)
    assert not Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize(
    "typed", ["", "Anna Maria O’Neil Jr.", "anna maria o’neil, jr.", "Аnna Maria O’Neil, Jr.", "1", "Anna"]
)
def test_another_name_removes_nobody(client_of, owner, member, typed):
    name_here(member, "Anna  Maria O’Neil, Jr.")
    browser = client_of(owner)
    with written() as news:
        press(browser, ask(browser, "remove", [member]), typed=typed)
    assert news.nothing


def name_here(person: Membership, name: str) -> None:
    edit_details(actor=acting(person), membership=person, own_name=name, job_title="", phone="")


def test_forged_selection_touches_nobody_outside(client_of, org, owner, outsider, member):
    browser = client_of(owner)
    seen = plain(ask(browser, "deactivate", [outsider]))
    assert "None of the people that you selected belongs here any more." in seen
    page = ask(browser, "deactivate", [outsider, member])
    assert outsider.pk.hex not in dict(page.context["fields"])["m"]
    press(browser, page, m=f"{outsider.pk.hex},{member.pk.hex}")
    outsider.refresh_from_db()
    assert outsider.status == "active"
    member.refresh_from_db()
    assert member.status == "deactivated"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"deed": "explode", "m": "1"},
        {"deed": "deactivate"},
        {"deed": "deactivate", "m": "\x00,nothing,%%"},
        {"deed": "deactivate", "m": uuid7().hex},
        {"deed": "deactivate", "all": "1", "query": "role=nothing"},
        {"deed": "deactivate", "all": "1", "query": "colour=red"},
        {"deed": "deactivate", "all": "1", "query": "%00&&==&q"},
        {"deed": "change_role", "argument": "nothing"},
        {"deed": "change_role", "argument": ""},
        {"deed": "add_to_group", "argument": uuid7().hex},
        {"deed": "set_end", "argument": "2030-01-01"},
        {"deed": "set_end", "argument": "soon", "go": "yes"},
        {"deed": "set_end", "argument": "9999-12-31T23:59:59+00:00", "go": "yes"},
        {"deed": "set_end", "argument": "0001-01-01T00:00:00+14:00"},
    ],
    ids=range(15),
)
def test_what_means_nothing_is_told_and_changes_nothing(client_of, org, owner, member, fields):
    sent = {"m": member.pk.hex} | fields if "argument" in fields else fields
    with written() as news:
        answer = client_of(owner).post(PAGE, sent)
    assert answer.status_code == 200
    assert news.nothing
    assert "Nothing was changed" in text_of(answer) or "%00" in str(fields)


def test_too_many_ticks_are_refused(client_of, org, owner):
    ids = ",".join(uuid7().hex for _ in range(MOST_SELECTED + 1))
    answer = client_of(owner).post(PAGE, {"deed": "deactivate", "m": ids})
    assert "At most 5,000 people can be ticked" in text_of(answer)


def test_everyone_who_matches_is_selected_by_the_filters_of_the_table(client_of, org, owner, admin, member, viewer):
    browser = client_of(owner)
    role = role_of(org, "viewer")
    page = ask(browser, "deactivate", all="1", query=f"role={role.pk.hex}")
    assert dict(page.context["fields"])["m"] == viewer.pk.hex  # frozen: who matches later is not touched
    press(browser, page)
    assert set(org.memberships.filter(status="deactivated")) == {viewer}


def test_role_that_is_gone_does_not_widen_the_selection(client_of, org, owner, member):
    answer = ask(client_of(owner), "remove", all="1", query=f"role={uuid7().hex}")
    assert "A filter of this selection is not known here any more." in text_of(answer)


@pytest.mark.parametrize("deed", deeds.DEEDS, ids=lambda deed: deed.key)
def test_deed_needs_its_permission(client_of, org, owner, member, viewer, deed):
    with written() as news:
        answer = ask(client_of(member), deed.key, [viewer], go="yes", argument="")
    assert answer.status_code == 403
    assert deed.permission in text_of(answer)
    assert news.nothing


def test_bar_offers_what_its_reader_may_do(org, owner, admin, member):
    custom = Role.objects.create(
        organization=org, scheme=org.scheme, key="desk", label="Desk", rank=0, grants=["members.read", "groups.update"]
    )
    Membership.objects.filter(pk=member.pk).update(role=custom)
    found = {one.pk: build_bar(org, acting(one), query="q=x", here=TABLE, matching=3) for one in (owner, admin, member)}
    assert [deed.key for deed in found[owner.pk].deeds] == [deed.key for deed in deeds.DEEDS]
    assert [deed.key for deed in found[member.pk].deeds] == ["add_to_group", "remove_from_group"]
    seen = render_to_string("components/bulk_bar.html", {"bar": found[member.pk], "csrf_token": "t"})
    assert 'value="add_to_group"' in seen
    assert 'value="remove"' not in seen
    assert 'name="query" value="q=x"' in seen


def test_whoever_may_change_nobody_has_no_bar(org, viewer):
    assert build_bar(org, acting(viewer), query="", here=TABLE, matching=None) is None


# More than 200


@pytest.fixture
def many(org: Organization, owner: Membership) -> list[Membership]:
    crowd(org, 620)
    return list(org.memberships.filter(role__key="member"))


def work() -> None:
    assert running.run_due(60)


def test_more_than_two_hundred_are_rehearsed_then_confirmed_then_changed_in_chunks(client_of, org, owner, admin, many):
    browser = client_of(admin)
    give_role(many[0], "owner")
    started = ask(browser, "change_role", many, role=role_of(org, "viewer").pk)
    rehearsal = Job.objects.get()
    page = f"/o/marram/jobs/{rehearsal.pk}/"
    assert started.headers["Location"] == page
    waiting = text_of(browser.get(page))
    assert 'hx-trigger="every 1s"' in waiting
    assert '<meta http-equiv="refresh"' in waiting
    assert [one.url for one in open_jobs(org, admin.user)] == [page]
    with written() as news:
        work()
    assert news.nothing
    assert role_key(many[1]) == "member"
    seen = plain(browser.get(page, headers={"HX-Target": "progress"}))
    assert "619 people will be Viewer" in seen
    assert "owns Marram Instruments. Only an owner can change that." in seen
    assert "would be changed. It waits for you" in open_jobs(org, admin.user)[0].sentence
    begun = browser.post(page)
    assert browser.post(page).headers["Location"] == begun.headers["Location"]  # pressed twice
    change = Job.objects.get(kind="organizations.bulk")
    running.run(change.pk, 0)
    assert "A change of 620 people is running: 80 %." in [one.sentence for one in open_jobs(org, admin.user)]
    assert "80 %" in plain(browser.get(begun.headers["Location"]))
    with written() as news:
        work()
    change.refresh_from_db()
    assert (change.state, change.seen, change.changed) == (JobState.DONE, 620, 619)
    assert {event.batch for event in news.events} == {change.pk}
    assert org.memberships.filter(role__key="viewer").count() == 619
    assert role_key(many[0]) == "owner"
    result = plain(browser.get(begun.headers["Location"]))
    assert "619 people are Viewer in Marram Instruments now" in result
    assert "1 was passed over." in result
    counters(org)
    undone = browser.post(f"/o/marram/jobs/{change.pk}/undo/")
    work()
    assert "Undone: 619 people are as before." in plain(browser.get(undone.headers["Location"]))
    assert org.memberships.filter(role__key="member").count() == 619
    assert not open_jobs(org, admin.user)
    counters(org)


def test_running_change_is_shown_however_many_small_ones_came_after_it(client_of, org, owner, viewer, many):
    browser = client_of(owner)
    ask(browser, "deactivate", many)
    work()
    browser.post(f"/o/marram/jobs/{Job.objects.get().pk}/")
    for key in ("member", "viewer") * 11:
        held = Membership.objects.get(pk=viewer.pk).role_id
        browser.post(f"/o/marram/members/{viewer.pk}/role/", {"role": role_of(org, key).pk, "held_then": held})
    assert Job.objects.count() > 20
    assert "A change of 620 people is running" in text_of(browser.get("/o/marram/members/"))


def test_everyone_who_matched_is_changed_and_nobody_who_came_later(client_of, org, owner, many):
    browser = client_of(owner)
    role = role_of(org, "member")
    ask(browser, "deactivate", all="1", query=f"role={role.pk.hex}")
    work()
    rehearsal = Job.objects.get()
    assert (rehearsal.total, rehearsal.seen, rehearsal.changed) == (620, 620, 620)
    crowd(org, 3)
    browser.post(f"/o/marram/jobs/{rehearsal.pk}/")
    work()
    assert org.memberships.filter(status="deactivated").count() == 620
    counters(org)


def test_preview_counts_seats_across_chunks(client_of, org, owner, many):
    for one in many:
        one.status = "deactivated"
    Membership.objects.bulk_update(many, ["status"])
    Organization.objects.filter(pk=org.pk).update(seat_limit=10_000)
    crowd(org, 1)  # counts again
    org.refresh_from_db()
    Organization.objects.filter(pk=org.pk).update(seat_limit=org.seats_taken + 510)
    browser = client_of(owner)
    ask(browser, "reactivate", many)
    work()
    assert Job.objects.get().changed == 510


def test_person_demoted_while_it_runs_stops_it_with_the_reason(client_of, org, owner, admin, many):
    browser = client_of(admin)
    ask(browser, "deactivate", many)
    work()
    begun = browser.post(f"/o/marram/jobs/{Job.objects.get().pk}/").headers["Location"]
    change = Job.objects.get(kind="organizations.bulk")
    running.run(change.pk, 0)
    Membership.objects.filter(pk=admin.pk).delete()
    work()
    change.refresh_from_db()
    assert (change.state, change.changed) == (JobState.FAILED, 500)
    assert change.reason == "You are no longer an active member of Marram Instruments."
    assert browser.get(begun).status_code == 404


def test_large_removal_waits_for_its_number(client_of, org, owner, many):
    browser = client_of(owner)
    ask(browser, "remove", many)
    work()
    page = f"/o/marram/jobs/{Job.objects.get().pk}/"
    assert "Type 620 to confirm" in text_of(browser.get(page))
    assert "This is not what stands above." in text_of(browser.post(page, {"typed": "1"}))
    assert Job.objects.count() == 1
    browser.post(page, {"typed": "620"})
    work()
    assert counters(org)[0] == 1


def test_old_preview_is_not_confirmed(client_of, org, owner, many):
    browser = client_of(owner)
    ask(browser, "deactivate", many)
    work()
    Job.objects.update(finished_at=timezone.now() - GOOD_FOR - timedelta(seconds=1))
    page = f"/o/marram/jobs/{Job.objects.get().pk}/"
    assert "more than an hour old" in text_of(browser.get(page))
    browser.post(page)
    assert Job.objects.count() == 1


def test_selection_by_filter_stops_where_a_filter_has_gone(client_of, org, owner, many):
    group = create_group(actor=acting(owner), organization=org, name="Field sales", description="")
    GroupPlace.objects.bulk_create([GroupPlace(group=group, membership=one) for one in many])
    ask(client_of(owner), "remove", all="1", query=f"group={group.pk.hex}")
    group.delete()
    work()
    job = Job.objects.get()
    assert (job.state, job.seen) == (JobState.FAILED, 0)
    assert "A filter of this selection is not known here any more." in job.reason


def test_group_that_is_not_to_be_seen_is_not_named_either(client_of, org, owner, member):
    hidden = create_group(actor=acting(owner), organization=org, name="Hidden plans", description="")
    keeper = Role.objects.create(
        organization=org, scheme=org.scheme, key="keeper", label="Keeper", rank=1,
        grants=["organization.read", "members.read", "groups.update"],
    )  # fmt: skip
    person = join(owner, UserFactory(name="Kit Keeper"))
    Membership.objects.filter(pk=person.pk).update(role=keeper)
    count_again(org)
    fields = {"deed": "add_to_group", "m": member.pk.hex, "argument": hidden.pk.hex}
    page = client_of(person).post("/o/marram/members/bulk/", fields)
    assert page.status_code == 200
    assert "Hidden plans" not in page.content.decode()
    seen = client_of(owner).post("/o/marram/members/bulk/", fields)
    assert "Hidden plans" in seen.content.decode()


def test_preview_names_who_would_be_changed(client_of, org, owner, member, viewer):
    seen = plain(ask(client_of(owner), "deactivate", [member, viewer, owner]))
    would = seen[seen.index("2would be changed") :]
    assert would.index("Mina Haddad") < would.index("Vera Lindqvist") < would.index("passed over")


def test_preview_of_very_many_names_fifty_of_them(client_of, org, owner, many):
    browser = client_of(owner)
    page = ask(browser, "deactivate", many).headers["Location"]
    work()
    seen = plain(browser.get(page))
    assert "620would be changed" in seen
    assert len(set(re.findall(r"Crowd \d{6}", seen))) == 50
    assert "and 570 more" in seen
