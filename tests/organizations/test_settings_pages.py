"""What an organization is called, and the second factor that it may ask of everyone."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from organizations.actions.settings import rename_organization, require_two_factor
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, found, join
from tests.witness import written

SETTINGS = "/o/marram/settings/"
TWO_FACTOR = "/o/marram/settings/two-factor/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def with_second_factor(person: Membership) -> Membership:
    """The person has set up an authenticator app."""
    totp.TOTP.activate(person.user, totp.generate_totp_secret())
    Membership.objects.filter(user=person.user).update(two_factor=True)
    person.refresh_from_db()
    return person


def turn_on(browser: Any) -> None:
    """Set an authenticator app up on the pages that do so."""
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    assert browser.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302


# The name


def test_admin_renames_the_organization(client_of, org, admin):
    with written() as news:
        answer = client_of(admin).post(SETTINGS, {"name": " Marram Labs ", "was": "Marram Instruments"}, follow=True)
    org.refresh_from_db()
    assert org.name == "Marram Labs"
    assert org.slug == "marram"
    assert news.actions == ["organization.renamed"]
    assert (news.events[0].before, news.events[0].after) == ({"name": "Marram Instruments"}, {"name": "Marram Labs"})
    assert "It is called <b>Marram Labs</b> now." in text_of(answer)


def test_same_name_changes_nothing(client_of, org, admin):
    with written() as news:
        client_of(admin).post(SETTINGS, {"name": "Marram Instruments", "was": "Marram Instruments"})
    assert news.nothing


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Type a name."),
        ("  ", "Type a name."),
        ("x" * 500, "at most 80 characters"),
        ("Marram\u202e", "invisible and control characters"),
        ("Mar\x00ram", "Null characters are not allowed."),
        ("https://marram", "leave out links"),
    ],
)
def test_name_that_will_not_do_is_answered_beside_the_field_and_kept(client_of, org, admin, name, said):
    with written() as news:
        answer = client_of(admin).post(SETTINGS, {"name": name, "was": "Marram Instruments"})
    assert said in text_of(answer)
    assert news.nothing
    org.refresh_from_db()
    assert org.name == "Marram Instruments"


def test_name_typed_on_an_old_page_is_told_and_kept(client_of, org, owner, admin):
    rename_organization(actor=acting(owner), organization=org, name="Marram Labs")
    browser = client_of(admin)
    answer = browser.post(SETTINGS, {"name": "Marram Works", "was": "Marram Instruments"})
    seen = text_of(answer)
    assert "Somebody else called it Marram Labs meanwhile." in seen
    assert 'value="Marram Works"' in seen
    org.refresh_from_db()
    assert org.name == "Marram Labs"
    browser.post(SETTINGS, {"name": "Marram Works", "was": answer.context["form"]["was"].value()})
    org.refresh_from_db()
    assert org.name == "Marram Works"


@pytest.mark.parametrize("who", ["member", "viewer", "outsider", "deactivated"])
def test_nobody_else_changes_settings(request, org, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news:
        with pytest.raises(PermissionDenied):
            rename_organization(actor=actor, organization=org, name="Mine")
        with pytest.raises(PermissionDenied):
            require_two_factor(actor=actor, organization=org, required=True)
    assert news.nothing


# The second factor


def test_who_has_none_may_not_require_one(client_of, org, admin):
    browser = client_of(admin)
    why = "Set up a second factor for yourself before Marram Instruments requires one of everyone."
    assert why in text_of(browser.get(SETTINGS))
    assert why in text_of(browser.get(TWO_FACTOR))
    with written() as news:
        assert why in text_of(browser.post(TWO_FACTOR, {"required": "yes"}))
        with pytest.raises(ValidationError) as refusal:
            require_two_factor(actor=acting(admin), organization=org, required=True)
    assert refusal.value.code == "two_factor"
    assert news.nothing


def test_question_says_how_many_would_be_kept_waiting(client_of, owner, admin, member, viewer, deactivated):
    with_second_factor(admin)
    with_second_factor(viewer)
    seen = text_of(client_of(admin).get(TWO_FACTOR))
    assert "Require a second factor of everyone in Marram Instruments?" in seen
    assert "2 active people have none, and can do nothing here until they set one up." in seen


def test_next_request_without_a_second_factor_is_refused_until_one_is_set_up(client_of, signed_in, org, admin, member):
    theirs = signed_in(member)
    assert theirs.get("/o/marram/").status_code == 200
    with_second_factor(admin)
    with written() as news:
        answer = client_of(admin).post(TWO_FACTOR, {"required": "yes"}, follow=True)
    assert news.actions == ["organization.two_factor_required"]
    assert "Everyone in <b>Marram Instruments</b> needs a second factor now." in text_of(answer)
    for path in ("/o/marram/", "/o/marram/members/", "/o/marram/settings/ownership/"):
        refused = theirs.get(path)
        assert refused.status_code == 403
        assert "Marram Instruments asks for a second factor" in text_of(refused)
        assert reverse("mfa_index") in text_of(refused)
    turn_on(theirs)
    assert theirs.get("/o/marram/").status_code == 200
    theirs.post("/accounts/2fa/totp/deactivate/")
    assert theirs.get("/o/marram/").status_code == 403


def test_without_the_second_factor_an_action_is_refused_too(org, owner, admin):
    before = acting(owner)
    Organization.objects.filter(pk=org.pk).update(two_factor_required=True)
    with pytest.raises(PermissionDenied):
        rename_organization(actor=before, organization=org, name="Mine")


def test_requirement_is_taken_back_after_a_question(client_of, org, admin, member):
    with_second_factor(admin)
    require_two_factor(actor=acting(admin), organization=org, required=True)
    browser = client_of(admin)
    assert "Stop requiring a second factor in Marram Instruments?" in text_of(browser.get(TWO_FACTOR))
    with written() as news:
        browser.post(TWO_FACTOR, {"required": "no"})
    assert news.actions == ["organization.two_factor_optional"]
    assert client_of(member).get("/o/marram/").status_code == 200


def test_pressing_twice_does_not_turn_it_round(client_of, org, admin):
    with_second_factor(admin)
    browser = client_of(admin)
    browser.post(TWO_FACTOR, {"required": "yes"})
    with written() as news:
        browser.post(TWO_FACTOR, {"required": "yes"})
        assert browser.post(TWO_FACTOR, {"required": "perhaps"}).status_code == 200
        assert browser.post(TWO_FACTOR, {}).status_code == 200
    assert news.nothing
    org.refresh_from_db()
    assert org.two_factor_required


# What else the page says


def test_page_names_what_waits_for_approval(client_of, db):
    owner = found(UserFactory(name="Petra Portal"), "Portal", "portal", "partner-portal")
    seen = text_of(client_of(owner).get("/o/portal/settings/"))
    assert "Waits for approval" in seen
    assert "orders.create" in seen


def test_role_without_the_browser_opens_no_page(client_of, db):
    asha = found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")
    searcher = join(asha, UserFactory(name="Search Bot"), "limited")
    browser = client_of(searcher)
    for path in ("/o/reef/", "/o/reef/groups/", "/o/reef/settings/ownership/"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "works through other software and not in the browser" in text_of(answer)


def test_settings_stand_in_the_sidebar_of_those_who_may_change_them(client_of, org, admin, member):
    assert f'href="{SETTINGS}"' in text_of(client_of(admin).get("/o/marram/"))
    assert f'href="{SETTINGS}"' not in text_of(client_of(member).get("/o/marram/"))
