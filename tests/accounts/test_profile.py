"""What people say about themselves."""

import pytest

from accounts.actions import note, update_profile
from accounts.actors import oneself
from accounts.events import PASSKEY_ADDED
from accounts.models import User
from accounts.signals import user_changed
from accounts.time_zones import find_time_zone
from tests.witness import written

PROFILE = {"name": "Ines Duarte", "job_title": "Baker", "phone": "+351 21 000", "time_zone": "Europe/Lisbon"}


@pytest.fixture
def told():
    heard = []

    def listen(user, two_factor, **kwargs):
        heard.append((user.name, user.email, two_factor))

    user_changed.connect(listen)
    yield heard
    user_changed.disconnect(listen)


def test_a_profile_is_saved_with_its_event(client_of, stranger):
    with written() as news:
        answer = client_of(stranger).post("/accounts/profile/", PROFILE, follow=True)
    assert "Your profile was saved." in answer.content.decode()
    stranger.refresh_from_db()
    assert (stranger.job_title, stranger.time_zone) == ("Baker", "Europe/Lisbon")
    [event] = news.events
    assert (event.action, event.chain_id, event.actor_id) == ("account.profile_changed", stranger.pk, stranger.pk)
    assert event.before == {"time_zone": "UTC", "phone": "", "job_title": ""}
    assert event.after == {"time_zone": "Europe/Lisbon", "phone": "+351 21 000", "job_title": "Baker"}


def test_saving_what_is_there_already_writes_nothing(client_of, stranger):
    browser = client_of(stranger)
    browser.post("/accounts/profile/", PROFILE, follow=True)
    with written() as news:
        answer = browser.post("/accounts/profile/", PROFILE, follow=True)
    assert news.nothing
    assert "Your profile was saved." not in answer.content.decode()


def test_organizations_are_told_of_another_name_and_of_nothing_else(stranger, told):
    update_profile(actor=oneself(stranger), user=stranger, **PROFILE)
    assert told == []
    update_profile(actor=oneself(stranger), user=stranger, **PROFILE | {"name": "Inês"})
    assert told == [("Inês", stranger.email, False)]


def test_organizations_are_told_of_a_second_factor(stranger, told):
    note(actor=oneself(stranger), user=stranger, kind=PASSKEY_ADDED, after={"name": "Phone"})
    assert len(told) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "required"),
        ("name", "www.evil.example", "leave out links"),
        ("name", "a\x00b", "Null characters"),
        ("phone", "call me", "Use digits"),
        ("job_title", "j" * 101, "at most 100"),
        ("time_zone", "Atlantis", "Choose a time zone"),
    ],
)
def test_a_mistake_is_said_beside_its_field(client_of, stranger, field, value, said):
    answer = client_of(stranger).post("/accounts/profile/", PROFILE | {field: value})
    assert said in " ".join(answer.context["form"].errors[field])
    assert "Ines Duarte" in answer.content.decode()
    assert User.objects.get(pk=stranger.pk).job_title == ""


def test_nobody_becomes_staff_by_an_extra_field(client_of, stranger):
    client_of(stranger).post("/accounts/profile/", PROFILE | {"is_staff": "on", "email": "other@example.org"})
    stranger.refresh_from_db()
    assert not stranger.is_staff
    assert stranger.email == "ines@example.org"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_a_zone_is_found_by_its_city(typed, zone):
    assert find_time_zone(typed) == zone
