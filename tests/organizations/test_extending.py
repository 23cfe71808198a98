"""More time: who may ask for it, who gives it, and what both are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from organizations.actions.ending import set_end
from organizations.actions.extending import ask_for_more_time, grant, refuse
from organizations.actions.members import reactivate, remove
from organizations.actions.plans import set_seats
from organizations.models import Extension, Membership
from organizations.views.extension_notice import build_notice
from tests.factories import UserFactory, acting, deactivate, end_at, join
from tests.organizations.designing import design, hold
from tests.races import race, refusals
from tests.witness import counters, deliver, written


def now_of(person: Membership) -> Membership:
    return Membership.objects.select_related("organization", "role", "user").get(pk=person.pk)


def asking(person: Membership, **distance: float) -> Extension:
    """The person's access ends at that distance, and they ask for more."""
    end_at(person, timezone.now() + timedelta(**distance))
    return ask_for_more_time(actor=acting(person), membership=now_of(person))


def granting(by: Membership, extension: Extension, ends_at: datetime | None) -> Membership:
    return grant(actor=acting(by), membership=now_of(extension.membership), extension=extension, ends_at=ends_at)


def refusing(by: Membership, extension: Extension) -> None:
    refuse(actor=acting(by), membership=now_of(extension.membership), extension=extension)


def status(extension: Extension) -> str:
    return str(Extension.objects.get(pk=extension.pk).status)


def code_of(deed: Any, *args: Any) -> str:
    """The code of the refusal, having made sure that nothing was written."""
    with written() as news, pytest.raises((ValidationError, PermissionDenied)) as refusal:
        deed(*args)
    assert news.nothing
    return getattr(refusal.value, "code", "denied")


@pytest.fixture
def later() -> datetime:
    return timezone.now() + timedelta(days=60)


def test_asking_tells_those_who_may_extend_and_nobody_else(org, owner, admin, member, viewer):
    deliver()
    with written() as news:
        extension = asking(member, days=10)
    assert news.actions == ["extension.asked"]
    assert (news.events[0].actor_label, news.events[0].target_label) == ("Mina Haddad", "Mina Haddad")
    letters = deliver()
    assert sorted(letter.to[0] for letter in letters) == ["grace@marram.example.org", "tomas@marram.example.org"]
    assert letters[0].subject == "Mina Haddad asks for more time in Marram Instruments"
    assert f"/o/marram/extensions/{extension.pk}/" in str(letters[0].body)


def test_asking_twice_changes_nothing(member):
    first = asking(member, days=10)
    with written() as news:
        assert ask_for_more_time(actor=acting(member), membership=now_of(member)) == first
    assert news.nothing


def test_asking_again_after_the_end_came_nearer_keeps_one_request(owner, member):
    first = asking(member, days=20)
    sooner = timezone.now() + timedelta(days=10)
    set_end(actor=acting(owner), organization=owner.organization, memberships=[member], ends_at=sooner)
    with written() as news:
        assert ask_for_more_time(actor=acting(member), membership=now_of(member)) == first
    assert news.actions == ["extension.asked"]
    assert Extension.objects.get().ended_then == sooner
    granting(owner, first, sooner + timedelta(days=5))
    assert status(first) == "granted"


def test_granting_less_than_there_was_when_it_was_asked_is_an_answer(owner, member):
    extension = asking(member, days=20)
    sooner = timezone.now() + timedelta(days=10)
    set_end(actor=acting(owner), organization=owner.organization, memberships=[member], ends_at=sooner)
    with written() as news:
        granting(owner, extension, sooner + timedelta(days=5))
    assert status(extension) == "granted"
    assert sorted(news.actions) == ["extension.granted", "member.end_set"]


def test_it_can_be_asked_again_where_what_was_granted_is_taken_back(owner, member, later):
    first = asking(member, days=10)
    ends = now_of(member).ends_at
    granting(owner, first, later)
    set_end(actor=acting(owner), organization=owner.organization, memberships=[member], ends_at=ends)
    assert build_notice(acting(member), now_of(member), timezone.now()).extension is None
    deliver()
    again = ask_for_more_time(actor=acting(member), membership=now_of(member))
    assert (status(first), status(again)) == ("granted", "pending")
    assert [letter.to for letter in deliver()] == [["grace@marram.example.org"]]


@pytest.mark.parametrize(
    ("distance", "may"),
    [({"days": 31}, False), ({"days": 29}, True), ({"days": -29}, True), ({"days": -31}, False)],
    ids=["too early", "soon", "just ended", "too late"],
)
def test_one_asks_shortly_before_or_after_the_end(member, distance, may):
    if may:
        assert asking(member, **distance).status == "pending"
        return
    end_at(member, timezone.now() + timedelta(**distance))
    with pytest.raises(PermissionDenied):
        ask_for_more_time(actor=acting(member), membership=now_of(member))
    assert not Extension.objects.exists()


def test_nobody_asks_for_another_or_without_an_end_or_once_deactivated(owner, member, viewer):
    assert code_of(partial(ask_for_more_time, actor=acting(member), membership=now_of(member))) == "denied"
    end_at(member, timezone.now() + timedelta(days=5))
    assert code_of(partial(ask_for_more_time, actor=acting(owner), membership=now_of(member))) == "denied"
    deactivate(member)
    assert code_of(partial(ask_for_more_time, actor=acting(member), membership=now_of(member))) == "denied"


def test_granting_moves_the_end_and_tells_the_person(owner, admin, member, later):
    extension = asking(member, days=10)
    deliver()
    with written() as news:
        granting(admin, extension, later)
    assert now_of(member).ends_at == later
    assert news.actions == ["member.end_set", "extension.granted"]
    assert news.events[1].after == {"ends_at": str(later)}
    answered = Extension.objects.get(pk=extension.pk)
    assert (answered.status, answered.answered_by, answered.answerer_label) == ("granted", admin.user, "Tomás Rivera")
    letters = deliver()
    assert [letter.to for letter in letters] == [["mina@marram.example.org"]]
    assert "Tomás Rivera gave you more time in Marram Instruments." in str(letters[0].body)


def test_granting_for_good_takes_the_end_away(owner, member):
    extension = asking(member, days=10)
    granting(owner, extension, None)
    assert now_of(member).ends_at is None
    assert "Your access has no end any more." in str(deliver()[-1].body)


def test_refusing_leaves_the_end_and_it_is_not_asked_again(owner, member, later):
    extension = asking(member, days=10)
    ends = now_of(member).ends_at
    with written() as news:
        refusing(owner, extension)
    assert news.actions == ["extension.refused"]
    assert now_of(member).ends_at == ends
    assert "Grace Okafor did not extend your access" in str(deliver()[-1].body)
    assert code_of(partial(ask_for_more_time, actor=acting(member), membership=now_of(member))) == "denied"
    end_at(member, timezone.now() + timedelta(days=20))
    assert ask_for_more_time(actor=acting(member), membership=now_of(member)).pk != extension.pk


def test_request_that_ends_with_the_membership_is_told_of(org, owner, member):
    extension = asking(member, days=10)
    with written() as news:
        remove(actor=acting(owner), organization=org, memberships=[member])
    assert news.actions == ["extension.dropped", "member.removed"]
    assert len({event.batch for event in news.events}) == 1
    assert news.events[0].before == {"ends_at": str(extension.ended_then)}
    assert news.events[0].target_id == member.user_id
    assert not Extension.objects.exists()


def test_what_lapsed_is_given_back_with_a_seat(org, owner, staff, member, viewer, later):
    extension = asking(member, seconds=-1)
    assert counters(org) == (2, 1, 0)
    set_seats(actor=acting(staff), organization=org, seats=2)
    assert code_of(granting, owner, extension, later) == "no_seat"
    assert (status(extension), now_of(member).status) == ("pending", "deactivated")
    set_seats(actor=acting(staff), organization=org, seats=3)
    with written() as news:
        granting(owner, extension, later)
    assert news.actions == ["member.end_set", "member.reactivated", "extension.granted"]
    assert now_of(member).is_active_at(timezone.now())
    assert counters(org) == (3, 0, 0)


def test_end_that_gives_no_more_time_is_no_answer(owner, member, later):
    extension = asking(member, days=10)
    ends = now_of(member).ends_at
    for wrong in (ends, timezone.now() + timedelta(days=5), timezone.now() - timedelta(days=1)):
        assert code_of(granting, owner, extension, wrong) == "earlier"
    deactivate(member)
    assert code_of(granting, owner, extension, later) == "deactivated"


def test_lapsed_access_is_not_extended_into_the_past(owner, member):
    extension = asking(member, days=-10)
    assert code_of(granting, owner, extension, timezone.now() - timedelta(days=5)) == "past"


def test_nobody_extends_their_own_or_a_superiors(org, owner, admin, viewer, later):
    extension = asking(admin, days=10)
    assert code_of(granting, admin, extension, later) == "denied"
    assert code_of(refusing, admin, extension) == "denied"
    hold(design(owner, "Front desk", "organization.read", "members.update"), viewer)
    assert code_of(granting, viewer, extension, later) == "denied"
    assert status(extension) == "pending"


def test_who_may_not_change_members_extends_nobody(member, viewer, later):
    extension = asking(member, days=10)
    assert code_of(granting, viewer, extension, later) == "denied"
    assert code_of(refusing, viewer, extension) == "denied"


def test_second_answer_is_told_of_the_first(owner, admin, member, later):
    extension = asking(member, days=10)
    granting(admin, extension, later)
    assert code_of(granting, owner, extension, later) == "answered"
    with pytest.raises(ValidationError, match="Tomás Rivera has granted the request of Mina Haddad already"):
        refusing(owner, extension)


def test_request_of_somebody_else_is_not_answered_with_it(owner, member, viewer, later):
    extension = asking(member, days=10)
    end_at(viewer, timezone.now() + timedelta(days=5))
    with pytest.raises(ValidationError) as refusal:
        grant(actor=acting(owner), membership=now_of(viewer), extension=extension, ends_at=later)
    assert refusal.value.code == "gone"


def test_end_that_is_set_by_hand_answers_what_was_asked(org, owner, member, viewer, later):
    extension = asking(member, days=10)
    sooner = timezone.now() + timedelta(days=5)
    set_end(actor=acting(owner), organization=org, memberships=[member, viewer], ends_at=sooner)
    assert status(extension) == "pending"
    with written() as news:
        set_end(actor=acting(owner), organization=org, memberships=[member, viewer], ends_at=later)
    assert sorted(news.actions) == ["extension.granted", "member.end_set", "member.end_set"]
    assert status(extension) == "granted"


def test_reactivating_by_hand_answers_it_too_once_the_end_is_later(org, owner, member, later):
    extension = asking(member, days=-1)
    set_end(actor=acting(owner), organization=org, memberships=[member], ends_at=later)
    assert status(extension) == "pending"
    reactivate(actor=acting(owner), organization=org, memberships=[member])
    assert status(extension) == "granted"


def test_request_goes_with_the_membership_and_its_mails_with_it(org, owner, member):
    deliver()
    extension = asking(member, days=10)
    remove(actor=acting(owner), organization=org, memberships=[member])
    assert not Extension.objects.filter(pk=extension.pk).exists()
    assert deliver() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_wins_and_the_other_is_told(org, owner, admin, member, later):
    extension = asking(member, days=10)
    results = race([partial(granting, owner, extension, later), partial(refusing, admin, extension)])
    (told,) = refusals(results)
    assert isinstance(told, ValidationError)
    assert told.code == "answered"
    assert (now_of(member).ends_at == later) == (status(extension) == "granted")


@pytest.mark.django_db(transaction=True)
def test_asking_many_times_at_once_makes_one_request(owner, member):
    end_at(member, timezone.now() + timedelta(days=10))
    found = now_of(member)
    race([partial(ask_for_more_time, actor=acting(member), membership=found) for _ in range(4)])
    assert Extension.objects.count() == 1


# The pages


def page_of(extension: Extension) -> str:
    return f"/o/marram/extensions/{extension.pk}/"


@pytest.mark.parametrize("distance", [{"days": 5}, {"days": -5}], ids=["soon", "ended"])
def test_one_click_asks_and_the_page_says_what_came_of_it(client_of, owner, member, distance):
    end_at(member, timezone.now() + timedelta(**distance))
    browser = client_of(member)
    text = browser.get("/o/marram/").content.decode()
    assert "Ask for more time" in text
    text = browser.post("/o/marram/extensions/ask/", follow=True).content.decode()
    assert "Whoever may extend your access is told by mail" in text
    assert "You asked for more time <time" in text
    assert 'action="/o/marram/extensions/ask/"' not in text
    refusing(owner, Extension.objects.get())
    assert "You asked for more time, and Grace Okafor said no." in browser.get("/o/marram/").content.decode()


def test_whoever_has_long_to_go_is_not_bothered(client_of, member):
    for days in (None, 40):
        end_at(member, timezone.now() + timedelta(days=days) if days else None)
        assert "Ask for more time" not in client_of(member).get("/o/marram/").content.decode()


def test_button_is_refused_with_the_reason_where_there_is_nothing_to_ask(client_of, member):
    answer = client_of(member).post("/o/marram/extensions/ask/")
    assert answer.status_code == 403
    assert "Your access to Marram Instruments has no end." in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"until": "30"}, 40),
        ({"until": "90", "day": "2001-01-01"}, 100),
        ({"until": "never"}, None),
        ({"until": "day"}, 55),
    ],
    ids=["30", "90", "never", "day"],
)
def test_page_grants_as_long_as_was_chosen(client_of, owner, member, fields, days):
    extension = asking(member, days=10)
    if fields["until"] == "day":
        fields = fields | {"day": (timezone.localdate() + timedelta(days=55)).isoformat()}
    browser = client_of(owner)
    assert "More time for Mina Haddad?" in browser.get(page_of(extension)).content.decode()
    answer = browser.post(page_of(extension), fields | {"answer": "grant"})
    assert answer.status_code == 302, answer.content.decode()
    ends = now_of(member).ends_at
    assert (ends.date() if ends else None) == (timezone.localdate() + timedelta(days=days) if days else None)


@pytest.mark.parametrize("fields", [{}, {"until": "1000"}, {"until": "day"}, {"until": "day", "day": "soon"}])
def test_page_asks_again_where_nothing_was_chosen(client_of, owner, member, fields):
    extension = asking(member, days=10)
    answer = client_of(owner).post(page_of(extension), fields)
    assert answer.status_code == 200
    assert "Choose" in answer.content.decode()
    assert status(extension) == "pending"


def test_page_refuses_and_then_says_who_did(client_of, owner, admin, member):
    extension = asking(member, days=10)
    assert client_of(owner).post(page_of(extension), {"answer": "refuse"}).status_code == 302
    late = client_of(admin)
    text = late.post(page_of(extension), {"answer": "grant", "until": "30"}, follow=True).content.decode()
    assert "Grace Okafor has refused the request of Mina Haddad already." in text
    assert "Give more time" not in text
    assert status(extension) == "refused"


def test_request_of_another_organization_is_not_there(client_of, owner, outsider):
    theirs = join(outsider, UserFactory())
    extension = asking(theirs, days=10)
    for method in ("get", "post"):
        assert getattr(client_of(owner), method)(page_of(extension)).status_code == 404
    assert status(extension) == "pending"


def test_overview_says_what_waits_for_an_answer_and_whose_access_ends(client_of, owner, admin, member, viewer):
    extension = asking(member, days=5)
    text = client_of(owner).get("/o/marram/").content.decode()
    assert "Mina Haddad asks for more time" in text
    assert page_of(extension) in text
    assert "1 person&#x27;s access ends within a week" in text
    assert "/o/marram/members/?ends=yes&amp;order=ends" in text
    assert "asks for more time" not in client_of(viewer).get("/o/marram/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        browser = client_of(owner)
        assert "access ends within a week" not in browser.get("/o/marram/").content.decode()
