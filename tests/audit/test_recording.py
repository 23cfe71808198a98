"""Every event is of an action, says who, what, when and from where, and has its number."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from audit.actors import SYSTEM
from audit.ambient import Origin, coming_from
from audit.events import event, event_kinds
from audit.middleware import OriginMiddleware, address_of
from audit.models import Chain, Event, EventType
from audit.recording import record
from audit.verifying import verify
from invitations.actions.offering import invite
from invitations.models import Invitation
from organizations import events
from organizations.actions.plans import set_seats
from organizations.models import Organization
from tests.accounts.test_two_factor import turn_on
from tests.factories import PASSWORD, acting, offer, role_of


def test_event_is_written_by_an_action_only(org):
    with pytest.raises(RuntimeError, match="No action is under way"):
        record(events.SEATS_CHANGED, actor=SYSTEM, chain=org.pk)


def test_event_holds_declared_fields_only(org):
    with pytest.raises(ValueError, match=r"seats_changed may not hold token"):
        record(events.SEATS_CHANGED, actor=SYSTEM, chain=org.pk, after={"token": "secret"})


def test_event_kind_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        event("organization.created", "Again")


def test_no_event_kind_holds_a_secret():
    for kind in event_kinds():
        assert not kind.fields & {"token", "link", "password", "note", "key", "code"}, kind.action


def test_no_event_repeats_a_note_a_password_or_what_a_second_factor_knows(org, owner, member, signed_in):
    """Of tokens and links the same is shown by tests/invitations/test_token_leaks.py."""
    note, password = "See you at the lake", "seven green parrots"
    Organization.objects.filter(pk=org.pk).update(trusted=True)
    asked = Organization.objects.get(pk=org.pk)
    people = ["noted@example.org"]
    role = role_of(org, "member")
    invite(actor=acting(owner), organization=asked, addresses=people, role=role, days=7, note=note)
    browser = signed_in(member)
    new = {"password1": password, "password2": password}
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    secret, _ = turn_on(browser)
    codes = browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    browser.post("/accounts/login/", {"login": member.user.email, "password": "no such password"})
    said = repr([vars(one) for one in Event.objects.all()])
    for kind in ("invitation.sent", "account.password_changed", "account.recovery_codes_made"):
        assert kind in said
    assert Invitation.objects.get(email=people[0]).note == note
    assert len(codes) == 10
    assert [one for one in (note, PASSWORD, password, "no such password", secret, *codes) if one in said] == []


def test_events_of_an_organization_are_numbered_without_a_gap(org, owner, other_org, outsider):
    for number in range(3):
        offer(owner, f"one{number}@example.org")
        offer(outsider, f"two{number}@example.org")
    for one in (org, other_org):
        numbers = list(Event.objects.filter(chain_id=one.pk).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert Chain.objects.get(pk=one.pk).length == len(numbers)


def test_event_says_who_what_when_and_from_where(org, staff):
    before = timezone.now()
    with coming_from(Origin(address="192.0.2.7", user_agent="A browser", request_id="one-request")):
        set_seats(actor=acting(staff), organization=org, seats=20)
    event = Event.objects.get(action="organization.seats_changed")
    assert (event.type, event.actor_kind, event.actor_id, event.actor_label) == (
        EventType.STAFF_ACTION, "staff", staff.pk, "Sam Staff",
    )  # fmt: skip
    assert (event.chain_id, event.entity, event.target_id, event.target_label) == (
        org.pk, "organization", org.pk, "Marram Instruments",
    )  # fmt: skip
    assert (event.before, event.after) == ({"seats": "no limit"}, {"seats": 20})
    assert before <= event.at <= timezone.now()
    assert (event.address, event.user_agent, event.request_id) == ("192.0.2.7", "A browser", "one-request")


def test_where_a_change_came_from_ends_with_the_request(org, staff):
    with coming_from(Origin(address="192.0.2.7", request_id="one-request")):
        pass
    set_seats(actor=acting(staff), organization=org, seats=20)
    event = Event.objects.get(action="organization.seats_changed")
    assert (event.address, event.request_id) == (None, "")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.1", "203.0.113.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "not an address", None),
    ],
)
def test_only_trusted_proxies_say_where_a_request_came_from(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == expected


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("::1", "::1"),
        ("::ffff", "::ffff"),
        ("64:ff9b::203.0.113.9", "64:ff9b::cb00:7109"),
    ],
)
def test_address_reads_back_as_it_was_whatever_it_looks_like(org, staff, address, kept):
    def change(request):
        set_seats(actor=acting(staff), organization=org, seats=20)
        return HttpResponse()

    OriginMiddleware(change)(RequestFactory().get("/", REMOTE_ADDR=address))
    assert Event.objects.get(action="organization.seats_changed").address == kept
    assert verify(Chain.objects.get(pk=org.pk)).finding is None


def test_each_request_has_an_id_that_its_events_carry(org, staff):
    def change(request):
        set_seats(actor=acting(staff), organization=org, seats=20)
        return HttpResponse()

    request = RequestFactory().get("/", HTTP_USER_AGENT="A\x00 browser " + "x" * 400)
    response = OriginMiddleware(change)(request)
    event = Event.objects.get(action="organization.seats_changed")
    assert event.request_id == response.headers["X-Request-Id"]
    assert event.address == "127.0.0.1"
    assert event.user_agent.startswith("A browser xxx")
    assert len(event.user_agent) == 300
