"""What a plan allows, who sets it, how an organization asks for more, and whose addresses it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from organizations.actions.domains import restrict_domains
from organizations.actions.plans import ask_for_larger_plan, set_plan
from organizations.actions.settings import switch_reminders
from organizations.models import Organization
from organizations.policies import allowed_domain, has_seats, may_invite_new
from tests.factories import acting
from tests.witness import deliver, written


@pytest.mark.parametrize("who", ["owner", "admin", "stranger"])
def test_only_staff_set_a_plan(request, org, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news, pytest.raises(PermissionDenied):
        set_plan(actor=actor, organization=org, plan="Large", seats=9, trial_cap=None, trusted=True)
    assert news.nothing


def test_setting_the_same_plan_again_changes_nothing(org, staff):
    set_plan(actor=acting(staff), organization=org, plan="Team", seats=9, trial_cap=50, trusted=True)
    with written() as news:
        set_plan(actor=acting(staff), organization=org, plan=" Team ", seats=9, trial_cap=50, trusted=True)
    assert news.nothing
    org.refresh_from_db()
    assert (org.plan, org.seat_limit, org.trial_cap, org.trusted) == ("Team", 9, 50, True)


def test_an_owner_asks_those_who_run_roster_once_a_day(org, owner, staff, settings):
    with written() as news:
        ask_for_larger_plan(actor=acting(owner), organization=org, seats=80, addresses=None)
    (event,) = news.events
    assert (event.action, event.after) == ("organization.more_asked", {"seats": 80})
    (letter,) = deliver()
    assert letter.to == [staff.email]
    assert "Seats: 80 in all" in str(letter.body)
    assert owner.email in str(letter.body)
    with written() as news, pytest.raises(ValidationError, match="asked within the last day"):
        ask_for_larger_plan(actor=acting(owner), organization=org, seats=90, addresses=None)
    assert news.nothing
    settings.SUPPORT_EMAIL = "support@operator.example.org"
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        ask_for_larger_plan(actor=acting(owner), organization=org, seats=None, addresses=500)
        (letter,) = deliver()
    assert letter.to == ["support@operator.example.org"]
    assert "New addresses to invite: 500 in all" in str(letter.body)


@pytest.mark.parametrize(("taken", "said"), [(1, "and 1 is taken."), (2, "and 2 are taken.")])
def test_mail_that_asks_says_how_many_seats_are_taken(org, owner, staff, taken, said):
    Organization.objects.filter(pk=org.pk).update(seat_limit=5, reserved_seats=taken - 1)
    ask_for_larger_plan(actor=acting(owner), organization=org, seats=80, addresses=None)
    (letter,) = deliver()
    assert said in str(letter.body)
    assert said in str(letter.alternatives[0][0])


def test_asking_for_nothing_and_asking_without_the_permission_are_refused(org, owner, member):
    with pytest.raises(ValidationError, match="Say how many"):
        ask_for_larger_plan(actor=acting(owner), organization=org, seats=None, addresses=0)
    with pytest.raises(PermissionDenied):
        ask_for_larger_plan(actor=acting(member), organization=org, seats=5, addresses=None)


@pytest.mark.parametrize(
    ("limit", "wanted", "said"),
    [
        (1, 2, "Only 1 of the 2 seats needed is free: Marram has 1."),
        (2, 3, "Only 2 of the 3 seats needed are free: Marram has 2."),
        (0, 1, "No seat is free: Marram has 0."),
    ],
)
def test_what_is_left_of_the_seats_is_said_in_words_that_fit_the_number(limit, wanted, said):
    decision = has_seats(Organization(name="Marram", seat_limit=limit), wanted)
    assert decision.reason.startswith(said)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (1, "Only 1 more new address may be invited: Marram may invite 1,500 in all."),
        (2, "Only 2 more new addresses may be invited: Marram may invite 1,500 in all."),
        (1_200, "Only 1,200 more new addresses may be invited: Marram may invite 1,500 in all."),
        (0, "No new address may be invited any more: Marram may invite 1,500 in all."),
    ],
)
def test_what_is_left_of_the_addresses_is_said_in_words_that_fit_the_number(left, said):
    organization = Organization(name="Marram", trial_cap=1_500, addresses_invited=1_500 - left)
    assert may_invite_new(organization, 1_300).reason.startswith(said)


def test_domains_are_restricted_exactly_and_written_down(org, owner, member):
    with written() as news:
        restrict_domains(actor=acting(owner), organization=org, domains=["Marram.example.org", "@bücher.example"])
    (event,) = news.events
    assert event.after == {"domains": "marram.example.org, xn--bcher-kva.example"}
    with written() as news:
        restrict_domains(actor=acting(owner), organization=org, domains=["xn--bcher-kva.example", "marram.example.org"])
    assert news.nothing
    org.refresh_from_db()
    assert allowed_domain(org, "a@marram.example.org")
    assert allowed_domain(org, "a@xn--bcher-kva.example")
    for address in (
        "a@evil-marram.example.org",
        "a@x.marram.example.org",
        "a@marram.example.org.evil.example",
        "a@org",
    ):
        decision = allowed_domain(org, address)
        assert not decision, address
        assert decision.code == "domain"
    with pytest.raises(PermissionDenied):
        restrict_domains(actor=acting(member), organization=org, domains=[])
    with pytest.raises(ValidationError, match="not a domain"):
        restrict_domains(actor=acting(owner), organization=org, domains=["two words"])
    with pytest.raises(ValidationError, match="at most 50"):
        restrict_domains(actor=acting(owner), organization=org, domains=[f"d{one}.example" for one in range(51)])


def test_reminders_are_switched_by_whoever_changes_settings(org, owner, member):
    with written() as news:
        switch_reminders(actor=acting(owner), organization=org, reminders=True)
    assert news.nothing
    with written() as news:
        switch_reminders(actor=acting(owner), organization=org, reminders=False)
    assert news.actions == ["organization.reminders_switched"]
    with pytest.raises(PermissionDenied):
        switch_reminders(actor=acting(member), organization=org, reminders=True)
