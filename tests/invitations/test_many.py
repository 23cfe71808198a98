"""Many invitations are sent again, extended or revoked at once, and all that failed with one click."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.actions.answering import decline
from invitations.actions.offering import invite
from invitations.bulk.many import change_many
from invitations.bulk.many_deeds import BY_KEY, RESEND, REVOKE
from jobs import running
from jobs.models import Job, JobState
from organizations.actions.plans import set_seats
from organizations.bulk.reports import Report
from tests.factories import acting, give_role, invitee, offer, role_of
from tests.invitations.failing import fail_mail
from tests.races import race
from tests.witness import counters, written

PAGE, MANY = "/o/marram/invitations/", "/o/marram/invitations/many/"


def offers(by, number, name="p"):
    outcome = invite(
        actor=acting(by),
        organization=by.organization,
        addresses=[f"{name}{one:04}@example.org" for one in range(number)],
        role=role_of(by.organization, "member"),
        days=7,
    )
    return outcome.done


def ticked(rows):
    return {"m": [one.pk.hex for one in rows]}


def press(browser, deed, **more):
    return browser.post(MANY, {"deed": deed, "next": PAGE, **more})


def statuses(org):
    return sorted(org.invitations.values_list("email", "status", "version"))


@pytest.fixture(autouse=True)
def generous(settings):
    settings.INVITATION_LIMITS = dict.fromkeys(settings.INVITATION_LIMITS, 100_000)


def test_the_question_names_who_would_be_changed_and_who_not_and_changes_nothing(client_of, org, owner):
    rows = offers(owner, 3)
    decline(actor=invitee(None, rows[0].email), invitation=rows[0], version=1)
    with written() as news:
        html = press(client_of(owner), "revoke", **ticked(rows)).content.decode()
    assert news.nothing
    assert "Revoke 2 invitations?" in html
    assert "p0001@example.org" in html
    assert "The invitation to p0000@example.org is declined." in html


@pytest.mark.parametrize(
    ("deed", "more", "action", "mails"),
    [
        ("resend", {}, "invitation.resent", 3),
        ("extend", {"days": "30"}, "invitation.extended", 0),
        ("revoke", {}, "invitation.revoked", 0),
    ],
)
def test_those_ticked_are_changed_in_one_batch_with_their_events(client_of, org, owner, deed, more, action, mails):
    rows, other = offers(owner, 3), offer(owner, "other@example.org")
    with written() as news:
        response = press(client_of(owner), deed, go="yes", **ticked(rows), **more)
    assert response.headers["Location"] == PAGE
    assert news.actions == [action] * 3
    assert len({event.batch for event in news.events}) == 1
    assert news.events[0].batch == Job.objects.get().pk
    assert len(news.mails) == mails
    assert {event.target_id for event in news.events} == {one.pk for one in rows}
    other.refresh_from_db()
    assert (other.status, other.version) == ("pending", 1)
    counters(org)


def test_all_that_failed_are_sent_again_and_nobody_else(client_of, org, owner):
    rows = offers(owner, 4)
    for one in rows[:2]:
        fail_mail(one)
    browser = client_of(owner)
    html = press(browser, "resend", all="1", query="status=failed").content.decode()
    assert "Send 2 invitations again?" in html
    press(browser, "resend", all="1", query="status=failed", go="yes")
    assert [version for _, _, version in statuses(org)] == [2, 2, 1, 1]
    assert not org.invitations.mail_failed(timezone.now()).exists()


def test_what_fails_after_the_question_is_not_changed_by_its_answer(client_of, org, owner):
    rows = offers(owner, 2)
    fail_mail(rows[0])
    browser = client_of(owner)
    html = press(browser, "revoke", all="1", query="status=failed").content.decode()
    fail_mail(rows[1])
    browser.post(MANY, answer_of(html))
    assert [status for _, status, _ in statuses(org)] == ["revoked", "pending"]


def _hidden(html):
    form = html[html.index('<form class="confirmation"') :]
    return [
        part.split('"', 1)[1].rsplit('"', 1)[0]
        for part in form.split('<input type="hidden" name=')[1:]
        for part in [part.split(">", 1)[0].rstrip()]
    ]


def answer_of(html):
    """What the browser sends when the question's button is pressed."""
    return dict(part.split('" value="') for part in _hidden(html)) | {"go": "yes"}


@pytest.mark.parametrize("number", [3, 201, 501])
def test_pressing_the_button_twice_sends_every_invitation_again_once(client_of, org, owner, number):
    offers(owner, number)
    browser = client_of(owner)
    answer = answer_of(press(browser, "resend", all="1", query="status=pending").content.decode())
    with written() as news:
        first, second = browser.post(MANY, answer), browser.post(MANY, answer)
        running.run_due(60)
        browser.post(MANY, answer)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(news.mails) == number
    assert {version for _, _, version in statuses(org)} == {2}
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [3, 201])
def test_answering_at_one_moment_in_two_windows_begins_one_job(org, owner, number):
    offers(owner, number)
    once = uuid7()

    def answer():
        return change_many(
            actor=acting(owner),
            user=owner.user,
            organization=org,
            deed=RESEND,
            rows=org.invitations.all(),
            once=once,
        ).pk

    assert race([answer, answer, answer]) == [once] * 3
    running.run_due(60)
    assert {version for _, _, version in statuses(org)} == {2}


def test_a_question_asked_again_may_be_answered_again(client_of, org, owner):
    rows = offers(owner, 1)
    browser = client_of(owner)
    for version in (2, 3):
        browser.post(MANY, answer_of(press(browser, "resend", **ticked(rows)).content.decode()))
        assert statuses(org) == [(rows[0].email, "pending", version)]


def test_the_name_of_somebody_elses_change_answers_nothing(client_of, org, owner, admin):
    theirs, mine = offers(admin, 1, "t"), offers(owner, 1, "m")
    answer = answer_of(press(client_of(admin), "revoke", **ticked(theirs)).content.decode())
    client_of(admin).post(MANY, answer)
    browser = client_of(owner)
    with written() as news:
        response = press(browser, "revoke", go="yes", once=answer["once"], **ticked(mine))
    assert news.nothing
    assert response.headers["Location"] == PAGE
    assert "This was asked for already." in browser.get(PAGE).content.decode()


def test_who_is_passed_over_stands_there_with_the_reason(client_of, org, owner):
    rows = offers(owner, 3)
    decline(actor=invitee(None, rows[0].email), invitation=rows[0], version=1)
    browser = client_of(owner)
    response = press(browser, "resend", go="yes", **ticked(rows))
    html = browser.get(response.headers["Location"]).content.decode()
    assert "2 invitations to Marram Instruments were sent again. 1 invitation was passed over." in html
    assert "The invitation to p0000@example.org is declined." in html


def test_very_many_are_a_job_in_chunks_that_can_be_left_and_come_back_to(client_of, org, owner):
    offers(owner, 1_203)
    browser = client_of(owner)
    response = press(browser, "revoke", all="1", query="status=pending", go="yes")
    job = Job.objects.get()
    assert response.headers["Location"] == f"{MANY}{job.pk}/"
    assert "0 %" in browser.get(response.headers["Location"]).content.decode()
    assert "See how far it is" in browser.get(PAGE).content.decode()
    running.run(job.pk, 0)  # one step
    assert org.invitations.filter(status="revoked").count() == 500
    with written() as news:
        running.run_due(60)
    assert len(news.events) == 703
    job.refresh_from_db()
    assert (job.state, job.seen, job.changed) == (JobState.DONE, 1_203, 1_203)
    assert counters(org) == (1, 0, 0)
    html = browser.get(response.headers["Location"]).content.decode()
    assert "1,203 invitations to Marram Instruments were revoked." in html


def test_a_job_is_seen_by_who_asked_for_it_only(client_of, org, owner, admin):
    offers(owner, 201)
    response = press(client_of(owner), "revoke", all="1", query="status=pending", go="yes")
    assert client_of(admin).get(response.headers["Location"]).status_code == 404


def test_expired_ones_are_sent_again_as_far_as_seats_are_free(client_of, org, owner, staff):
    offers(owner, 3)
    set_seats(actor=acting(staff), organization=org, seats=3)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        html = press(client_of(owner), "resend", all="1", query="status=expired").content.decode()
        assert "Send 2 invitations again?" in html
        press(client_of(owner), "resend", all="1", query="status=expired", go="yes")
    assert counters(org) == (1, 0, 2)


def test_limits_are_asked_once_for_all_and_nothing_is_sent_beyond_them(client_of, org, owner, settings):
    rows = offers(owner, 3)
    settings.INVITATION_LIMITS = dict.fromkeys(settings.INVITATION_LIMITS, 100_000) | {"organization": 4}
    browser = client_of(owner)
    with written() as news:
        response = press(browser, "resend", go="yes", **ticked(rows))
    assert news.nothing
    assert "These are too many invitations at once" in browser.get(response.headers["Location"]).content.decode()


def test_an_address_that_got_enough_today_is_passed_over(client_of, org, owner, settings):
    rows = offers(owner, 2)
    settings.INVITATION_LIMITS = dict.fromkeys(settings.INVITATION_LIMITS, 100_000) | {"address_from_one": 2}
    press(client_of(owner), "resend", go="yes", m=rows[0].pk.hex)
    press(client_of(owner), "resend", go="yes", **ticked(rows))
    assert [version for _, _, version in statuses(org)] == [2, 2]


@pytest.mark.parametrize("deed", BY_KEY)
def test_who_lost_the_right_while_the_job_waits_changes_nothing(org, owner, admin, deed):
    offers(owner, 201)
    rows = org.invitations.pending(timezone.now())
    job = change_many(actor=acting(admin), user=admin.user, organization=org, deed=BY_KEY[deed], rows=rows, days=30)
    give_role(admin, "viewer")
    with written() as news:
        running.run_due(60)
    job.refresh_from_db()
    assert (job.changed, Report.read(job.report).passed_over) == (0, 201)
    assert not [one for one in news.actions if one.startswith("invitation.")]


def test_who_may_not_revoke_cannot_revoke_many_either(client_of, org, owner, member):
    rows = offers(owner, 2)
    with written() as news, pytest.raises(PermissionDenied):
        change_many(actor=acting(member), user=member.user, organization=org, deed=REVOKE, rows=org.invitations.all())
    assert news.nothing
    assert press(client_of(member), "revoke", go="yes", **ticked(rows)).status_code == 403


@pytest.mark.parametrize("query", ["", "q=p0", "status=", "status=pendin", "status=%00", "status=pending%00", "\x00"])
def test_all_of_a_tab_that_is_none_are_not_all_that_are_pending(client_of, org, owner, query):
    offers(owner, 2)
    browser = client_of(owner)
    with written() as news:
        press(browser, "revoke", all="1", query=query, go="yes")
    assert news.nothing
    assert "Open them again and select anew." in browser.get(PAGE).content.decode()


def test_invitations_of_another_organization_are_nobodys_here(client_of, org, owner, outsider):
    theirs = offer(outsider, "ada@example.org")
    with written() as news:
        press(client_of(owner), "revoke", go="yes", m=theirs.pk.hex)
    assert news.nothing
    theirs.refresh_from_db()
    assert theirs.status == "pending"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"deed": "revoke"},
        {"deed": "remove", "m": "x"},
        {"deed": "revoke", "m": "x,,\x00"},
        {"deed": "extend", "all": "1", "query": "status=failed", "days": "x", "go": "yes"},
        {"deed": "revoke", "all": "1", "query": "status=%00&q=%00", "until": "x", "go": "yes"},
    ],
)
def test_what_makes_no_sense_changes_nothing_and_says_so(client_of, org, owner, fields):
    with written() as news:
        response = client_of(owner).post(MANY, fields)
    assert response.status_code in (200, 302)
    assert news.nothing


def test_revoked_meanwhile_by_someone_else_is_no_mistake(org, owner):
    rows = offers(owner, 2)
    change_many(actor=acting(owner), user=owner.user, organization=org, deed=REVOKE, rows=org.invitations.all())
    job = change_many(
        actor=acting(owner),
        user=owner.user,
        organization=org,
        deed=RESEND,
        rows=org.invitations.filter(pk__in=[one.pk for one in rows]),
    )
    assert (job.state, job.changed, Report.read(job.report).passed_over) == (JobState.DONE, 0, 2)
