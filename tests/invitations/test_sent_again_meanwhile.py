"""Two people ask to send the same invitations again: whoever is invited gets one mail of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from invitations.actions.resending import resend
from invitations.bulk.many import change_many
from invitations.bulk.many_deeds import RESEND
from jobs import running
from jobs.models import Job
from organizations.bulk.reports import Report
from tests.factories import acting
from tests.invitations.failing import fail_mail
from tests.invitations.test_many import MANY, answer_of, offers, press, ticked
from tests.races import race
from tests.witness import written

NEWER = "A newer link is on its way to"


@pytest.fixture(autouse=True)
def generous(settings):
    settings.INVITATION_LIMITS = dict.fromkeys(settings.INVITATION_LIMITS, 100_000)


def question(browser, **selection):
    return answer_of(press(browser, "resend", **selection).content.decode())


def versions(org):
    return set(org.invitations.filter(status="pending").values_list("version", flat=True))


@pytest.mark.parametrize(("number", "how"), [(1, "ticked"), (201, "ticked"), (2, "all"), (501, "all")])
def test_what_two_admins_confirm_is_mailed_once_and_the_second_is_told_so(client_of, org, owner, admin, number, how):
    rows = offers(owner, number)
    selection = ticked(rows) if how == "ticked" else {"all": "1", "query": "status=pending"}
    first, second = client_of(owner), client_of(admin)
    answers = question(first, **selection), question(second, **selection)
    with written() as news:
        first.post(MANY, answers[0])
        running.run_due(60)
        told = second.post(MANY, answers[1])
        running.run_due(60)
    assert len(news.mails) == number
    assert news.actions == ["invitation.resent"] * number
    assert versions(org) == {2}
    html = second.get(told.headers["Location"]).content.decode()
    assert "No invitation was changed." in html
    whom = rows[0].email if number == 1 else "each of these people"
    assert f"{NEWER} {whom} already." in html


def test_jobs_that_wait_beside_each_other_mail_once(client_of, org, owner, admin):
    offers(owner, 201)
    selection = {"all": "1", "query": "status=pending"}
    first, second = client_of(owner), client_of(admin)
    answers = question(first, **selection), question(second, **selection)
    with written() as news:
        first.post(MANY, answers[0])
        second.post(MANY, answers[1])
        running.run_due(60)
    assert Job.objects.count() == 2
    assert len(news.mails) == 201
    assert sorted(Job.objects.values_list("changed", flat=True)) == [0, 201]


@pytest.mark.parametrize("number", [2, 501])
def test_all_that_failed_are_sent_again_once(client_of, org, owner, admin, number):
    rows = offers(owner, number)
    for one in rows:
        fail_mail(one)
    selection = {"all": "1", "query": "status=failed"}
    first, second = client_of(owner), client_of(admin)
    answers = question(first, **selection), question(second, **selection)
    with written() as news:
        first.post(MANY, answers[0])
        running.run_due(60)
        second.post(MANY, answers[1])
        running.run_due(60)
    assert len(news.mails) == number
    assert versions(org) == {2}


def test_one_that_was_sent_again_alone_meanwhile_is_passed_over_and_the_others_are_not(client_of, org, owner, admin):
    rows = offers(owner, 3)
    browser = client_of(admin)
    answer = question(browser, **ticked(rows))
    resend(actor=acting(owner), organization=org, invitations=rows[:1])
    with written() as news:
        told = browser.post(MANY, answer)
    assert len(news.mails) == 2
    assert sorted(org.invitations.filter(pk__in=[one.pk for one in rows]).values_list("email", "version")) == [
        (one.email, 2) for one in rows
    ]
    html = browser.get(told.headers["Location"]).content.decode()
    assert "2 invitations to Marram Instruments were sent again. 1 invitation was passed over." in html
    assert f"{NEWER} {rows[0].email} already." in html


def test_one_that_was_sent_again_while_the_job_waited_is_passed_over(org, owner):
    rows = offers(owner, 201)
    job = _job(owner)
    resend(actor=acting(owner), organization=org, invitations=rows[:1])
    with written() as news:
        running.run_due(60)
    job.refresh_from_db()
    assert len(news.mails) == 200
    assert (job.changed, Report.read(job.report).passed_over) == (200, 1)


def test_one_that_was_sent_again_before_the_question_is_sent_once_more(client_of, org, owner):
    (row,) = offers(owner, 1)
    resend(actor=acting(owner), organization=org, invitations=[row])
    client_of(owner).post(MANY, question(client_of(owner), **ticked([row])))
    assert versions(org) == {3}


NOT_ONE = ["", "x", "\x00", "9" * 5_000, "2000-01-01", "2000-01-01T00:00:00"]
LONG_AGO = ["2000-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00"]
TO_COME = ["2999-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00"]


@pytest.mark.parametrize(
    ("shown", "mails"),
    [*((one, 2) for one in NOT_ONE + TO_COME), *((one, 0) for one in LONG_AGO)],
)
def test_a_moment_that_was_made_up_mails_nobody_more_than_asking_anew_would(client_of, org, owner, shown, mails):
    rows = offers(owner, 2)
    browser = client_of(owner)
    answer = question(browser, **ticked(rows)) | {"shown": shown}
    with written() as news:
        for _ in range(2):
            assert browser.post(MANY, answer).status_code == 302
    assert len(news.mails) == mails


def test_a_moment_to_come_counts_as_now(org, owner):
    rows = offers(owner, 201)
    job = _job(owner, shown=timezone.now() + timedelta(days=1))
    resend(actor=acting(owner), organization=org, invitations=rows)
    with written() as news:
        running.run_due(60)
    job.refresh_from_db()
    assert (job.changed, len(news.mails)) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [3, 201])
def test_two_who_confirm_at_one_moment_mail_once(org, owner, admin, number):
    offers(owner, number)
    shown = timezone.now()
    race([lambda: _job(owner, shown=shown).pk, lambda: _job(admin, shown=shown).pk])
    running.run_due(60)
    assert versions(org) == {2}


def _job(by, **more):
    rows = by.organization.invitations.pending(timezone.now())
    return change_many(actor=acting(by), user=by.user, organization=by.organization, deed=RESEND, rows=rows, **more)
