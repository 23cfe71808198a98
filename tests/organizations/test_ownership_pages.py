"""Handing an organization on in the browser: who may, with a recent sign-in, and what each of the two people sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from organizations.actions.ownership import transfer_ownership
from organizations.models import Membership, OwnershipTransfer
from tests.factories import PASSWORD, UserFactory, acting, found, give_role, join
from tests.witness import written

pytestmark = pytest.mark.django_db


def page(name: str, *args: Any, at: str = "alliance") -> str:
    return reverse(f"organizations:{name}", args=[at, *args])


def text_of(response: Any) -> str:
    return str(response.content.decode())


def role_held(person: Membership) -> str | None:
    role = Membership.objects.get(pk=person.pk).role
    return role.key if role else None


@pytest.fixture
def head() -> Membership:
    """The one owner, where ownership is offered and accepted."""
    return found(
        UserFactory(name="Pia Head", email="pia@alliance.example.org"), "Alliance", "alliance", "partner-management"
    )


@pytest.fixture
def heir(head: Membership) -> Membership:
    return join(head, UserFactory(name="Hedy Heir", email="hedy@alliance.example.org"), "admin")


@pytest.fixture
def third(head: Membership) -> Membership:
    return join(head, UserFactory(name="Max Member", email="max@alliance.example.org"), "member")


@pytest.fixture
def offered(head: Membership, heir: Membership) -> OwnershipTransfer:
    return transfer_ownership(actor=acting(head), membership=heir)


# Offering


def test_owner_offers_it_after_a_question_that_names_everything(signed_in, head, heir):
    browser = signed_in(head)
    asked = text_of(browser.get(page("ownership_transfer", heir.pk)))
    assert "Offer Alliance to Hedy Heir?" in asked
    assert "7 days to accept" in asked
    assert "you stay as Admin" in asked
    with written() as news:
        answer = browser.post(page("ownership_transfer", heir.pk), follow=True)
    assert news.actions == ["ownership.offered"]
    assert [mail.kind for mail in news.mails] == ["organizations.ownership_offered"]
    assert "Alliance is offered to <b>Hedy Heir</b>, who has 7 days to accept." in text_of(answer)
    assert (role_held(head), role_held(heir)) == ("owner", "admin")


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_signed_in_a_while_ago_is_asked_to_do_so_again(client_of, head, heir, method):
    with written() as news:
        answer = getattr(client_of(head), method)(page("ownership_transfer", heir.pk))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert news.nothing


def test_a_sign_in_is_recent_for_five_minutes(signed_in, head, heir):
    browser = signed_in(head)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = browser.post(page("ownership_transfer", heir.pk))
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert not OwnershipTransfer.objects.exists()


def test_password_typed_again_leads_back_and_the_button_is_not_pressed_twice(client_of, head, heir):
    browser = client_of(head)
    asked = browser.get(page("ownership_transfer", heir.pk)).headers["Location"]
    back = browser.post(asked, {"password": PASSWORD})
    assert back.headers["Location"] == page("ownership_transfer", heir.pk)
    assert not OwnershipTransfer.objects.exists()
    assert "Offer Alliance to Hedy Heir?" in text_of(browser.get(back.headers["Location"]))


def test_button_pressed_too_late_is_done_once_the_password_is_typed(client_of, head, heir):
    browser = client_of(head)
    asked = browser.post(page("ownership_transfer", heir.pk)).headers["Location"]
    assert not OwnershipTransfer.objects.exists()
    assert "password" in text_of(browser.post(asked, {"password": "wrong"}))
    assert not OwnershipTransfer.objects.exists()
    with written() as news:
        answer = browser.post(asked, {"password": PASSWORD})
    assert answer.headers["Location"] == page("ownership")
    assert "ownership.offered" in news.actions
    with written() as news:
        browser.post(asked, {"password": PASSWORD})
    assert "ownership.offered" not in news.actions


def test_another_offer_says_that_the_open_one_is_withdrawn(signed_in, head, heir, third, offered):
    assert "The offer to Hedy Heir is withdrawn." in text_of(signed_in(head).get(page("ownership_transfer", third.pk)))


@pytest.mark.parametrize("who", ["heir", "third"])
def test_only_the_owner_opens_the_transfer(request, signed_in, head, heir, third, who):
    browser = signed_in(request.getfixturevalue(who))
    with written() as news:
        assert browser.get(page("ownership_transfer", third.pk)).status_code == 403
        assert browser.post(page("ownership_transfer", third.pk)).status_code == 403
    assert news.nothing


def test_somebody_who_cannot_own_is_refused_before_any_password(client_of, head, heir):
    Membership.objects.filter(pk=heir.pk).update(ends_at=timezone.now() + timedelta(days=30))
    browser = client_of(head)
    assert "ends on a set day" in text_of(browser.get(page("ownership_transfer", heir.pk)))
    with written() as news:
        answer = browser.post(page("ownership_transfer", heir.pk))
    assert answer.status_code == 403
    assert "ends on a set day" in text_of(answer)
    assert news.nothing


def test_owner_is_told_that_it_is_theirs_already(client_of, head):
    assert "You own Alliance already." in text_of(client_of(head).get(page("ownership_transfer", head.pk)))


def test_where_several_may_own_there_is_nothing_to_transfer(client_of, owner, admin):
    browser = client_of(owner)
    path = page("ownership_transfer", admin.pk, at="marram")
    assert "may have several owners. Give the role to the person instead." in text_of(browser.get(path))
    with written() as news:
        assert browser.post(path).status_code == 403
    assert news.nothing


def test_person_of_another_organization_is_not_there(signed_in, head, outsider):
    browser = signed_in(head)
    for method in (browser.get, browser.post):
        assert method(page("ownership_transfer", outsider.pk)).status_code == 404


def test_where_it_moves_at_once_the_question_says_so_and_it_does(signed_in):
    wilma = found(UserFactory(name="Wilma Owner"), "Hill Winery", "hill", "winery")
    ada = join(wilma, UserFactory(name="Ada Admin"), "admin")
    browser = signed_in(wilma)
    path = page("ownership_transfer", ada.pk, at="hill")
    assert "Ada Admin owns Hill Winery at once" in text_of(browser.get(path))
    answer = browser.post(path, follow=True)
    assert "<b>Ada Admin</b> owns Hill Winery now. You are Admin there." in text_of(answer)
    assert (role_held(wilma), role_held(ada)) == ("admin", "owner")


# Answering


def test_heir_accepts_and_the_former_owner_is_admin(signed_in, head, heir, offered):
    browser = signed_in(heir)
    assert "Own Alliance from now on?" in text_of(browser.get(page("ownership_accept", offered.pk)))
    with written() as news:
        answer = browser.post(page("ownership_accept", offered.pk), follow=True)
    assert news.actions == ["member.role_changed", "member.role_changed", "ownership.moved"]
    assert "You own <b>Alliance</b> now. Pia Head is Admin there." in text_of(answer)
    assert (role_held(head), role_held(heir)) == ("admin", "owner")


@pytest.mark.parametrize("method", ["get", "post"])
def test_accepting_asks_for_a_recent_sign_in(client_of, head, heir, offered, method):
    answer = getattr(client_of(heir), method)(page("ownership_accept", offered.pk))
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert role_held(heir) == "admin"


def test_heir_refuses(client_of, head, heir, offered):
    browser = client_of(heir)
    assert "Pia Head goes on owning Alliance." in text_of(browser.get(page("ownership_refuse", offered.pk)))
    with written() as news:
        answer = browser.post(page("ownership_refuse", offered.pk), follow=True)
    assert news.actions == ["ownership.refused"]
    assert "You refused to own <b>Alliance</b>." in text_of(answer)
    assert role_held(head) == "owner"


def test_owner_withdraws(client_of, head, heir, offered):
    browser = client_of(head)
    assert "Withdraw the offer to Hedy Heir?" in text_of(browser.get(page("ownership_withdraw", offered.pk)))
    with written() as news:
        answer = browser.post(page("ownership_withdraw", offered.pk), follow=True)
    assert news.actions == ["ownership.withdrawn"]
    assert "The offer to <b>Hedy Heir</b> is withdrawn." in text_of(answer)


@pytest.mark.parametrize("name", ["ownership_accept", "ownership_refuse"])
@pytest.mark.parametrize("who", ["head", "third"])
def test_nobody_answers_for_the_heir(request, signed_in, head, third, offered, name, who):
    browser = signed_in(request.getfixturevalue(who))
    assert "This was offered to Hedy Heir. Only that person can answer." in text_of(browser.get(page(name, offered.pk)))
    with written() as news:
        assert browser.post(page(name, offered.pk)).status_code == 403
    assert news.nothing
    assert role_held(head) == "owner"


@pytest.mark.parametrize("who", ["heir", "third"])
def test_nobody_withdraws_for_the_owner(request, signed_in, head, third, offered, who):
    browser = signed_in(request.getfixturevalue(who))
    with written() as news:
        answer = browser.post(page("ownership_withdraw", offered.pk))
    assert answer.status_code == 403
    assert news.nothing


@pytest.mark.parametrize("name", ["ownership_accept", "ownership_refuse", "ownership_withdraw"])
def test_offer_that_is_over_is_told_in_a_sentence(signed_in, head, heir, offered, name):
    OwnershipTransfer.objects.filter(pk=offered.pk).update(expires_at=timezone.now())
    browser = signed_in(head if name == "ownership_withdraw" else heir)
    assert "has expired. It can be made again." in text_of(browser.get(page(name, offered.pk)))
    answer = browser.post(page(name, offered.pk), follow=True)
    assert "has expired. It can be made again." in text_of(answer)
    assert (role_held(head), role_held(heir)) == ("owner", "admin")


def test_heir_who_no_longer_can_own_is_told_why(signed_in, head, heir, offered):
    Membership.objects.filter(pk=heir.pk).update(ends_at=timezone.now() + timedelta(days=30))
    answer = signed_in(heir).post(page("ownership_accept", offered.pk), follow=True)
    assert "ends on a set day" in text_of(answer)
    assert role_held(head) == "owner"


def test_heir_whose_role_was_taken_away_cannot_accept(signed_in, head, heir, offered):
    give_role(heir, None)
    assert signed_in(heir).post(page("ownership_accept", offered.pk)).status_code == 403
    assert role_held(head) == "owner"


@pytest.mark.parametrize("name", ["ownership_accept", "ownership_refuse", "ownership_withdraw"])
def test_offer_of_another_organization_is_not_there(signed_in, head, heir, offered, name):
    other = found(heir.user, "Other", "other", "partner-management")
    browser = signed_in(other)
    for key in (offered.pk, uuid7()):
        assert browser.get(page(name, key, at="other")).status_code == 404
        assert browser.post(page(name, key, at="other")).status_code == 404
    offered.refresh_from_db()
    assert offered.status == "pending"


# The page of ownership, and where the heir finds the offer


def test_page_says_who_owns_by_which_rule_and_what_waits(client_of, head, heir, third, offered):
    seen = text_of(client_of(head).get(page("ownership")))
    assert "Exactly one person owns Alliance." in seen
    assert "You offered Alliance to Hedy Heir." in seen
    assert page("ownership_withdraw", offered.pk) in seen
    assert page("ownership_accept", offered.pk) not in seen
    seen = text_of(client_of(heir).get(page("ownership")))
    assert "Alliance is offered to you" in seen
    assert page("ownership_accept", offered.pk) in seen
    assert page("ownership_refuse", offered.pk) in seen
    assert page("ownership_withdraw", offered.pk) not in seen
    seen = text_of(client_of(third).get(page("ownership")))
    assert "Pia Head" in seen
    assert "pia@alliance" not in seen
    assert "offered" not in seen


def test_page_of_several_owners_says_how_many_are_recommended(client_of, owner, admin):
    seen = text_of(client_of(owner).get(page("ownership", at="marram")))
    assert "There may be several, and one must always remain." in seen
    assert "At least 2 are recommended" in seen
    give_role(admin, "owner")
    assert "are recommended" not in text_of(client_of(owner).get(page("ownership", at="marram")))


def test_owner_who_cannot_act_is_marked(client_of, owner, admin):
    give_role(admin, "owner")
    admin.user.is_active = False
    admin.user.save()
    assert "Cannot act" in text_of(client_of(owner).get(page("ownership", at="marram")))


def test_heir_finds_the_offer_on_the_overview_and_among_their_organizations(client_of, head, heir, third, offered):
    for path in ("/o/alliance/", "/organizations/"):
        seen = text_of(client_of(heir).get(path))
        assert "Pia Head offers you to own Alliance" in seen
        assert page("ownership") in seen
        for other in (head, third):
            assert "offers you" not in text_of(client_of(other).get(path))
    OwnershipTransfer.objects.update(expires_at=timezone.now())
    for path in ("/o/alliance/", "/organizations/"):
        assert "offers you" not in text_of(client_of(heir).get(path))
