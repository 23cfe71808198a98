"""Mending how somebody signs in: a link for a new password, another address, a second factor that was lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from audit.guards import lowered
from audit.models import Event
from organizations.actions.domains import prove_domain
from organizations.actions.mending import mend_address, mend_second_factor, send_password_reset
from organizations.models import Membership
from tests.factories import PASSWORD, UserFactory, acting, join
from tests.organizations.changing import row, token
from tests.team.test_access_page import text_of
from tests.witness import deliver, written

NEW = "mina.smith@marram.example.org"


def page_of(membership: Membership, what: str = "sign-in") -> str:
    return f"/o/marram/members/{membership.pk}/{what}/"


@pytest.fixture
def proven(owner, staff):
    """The domain of Marram Instruments' people is noted to be theirs."""
    return prove_domain(actor=acting(staff), organization=owner.organization, name="marram.example.org")


def give_second_factor(membership: Membership) -> None:
    TOTP.activate(membership.user, generate_totp_secret())
    deliver()


class TestPasswordReset:
    def test_link_goes_to_the_person_alone(self, client_of, owner, admin, member):
        browser = client_of(admin)
        with written() as news:
            answer = browser.post(page_of(member, "password-reset"), follow=True)
        assert "A link for a new password is on its way to mina@marram.example.org" in text_of(answer)
        assert "reset/key" not in answer.content.decode()
        assert sorted(news.actions) == ["account.password_reset_sent", "member.password_reset_sent"]
        (letter,) = deliver()[-1:]
        assert letter.to == ["mina@marram.example.org"]
        assert "Tomás Rivera of Marram Instruments had this link sent" in letter.body
        link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(letter.body))
        assert link
        assert client_of(None).get(link.group(1), follow=True).status_code == 200
        for event in news.events:
            assert "/key/" not in str(vars(event))

    def test_at_most_one_in_five_minutes_whoever_asks(self, client_of, owner, admin, member):
        client_of(admin).post(page_of(member, "password-reset"))
        with written() as news:
            answer = client_of(owner).post(page_of(member, "password-reset"), follow=True)
        assert "A link was sent to mina@marram.example.org a moment ago." in text_of(answer)
        assert news.nothing
        earlier = Event.objects.filter(action="account.password_reset_sent").get().at - timedelta(minutes=5)
        later(earlier)
        send_password_reset(actor=acting(owner), membership=member)

    def test_nobody_sends_one_to_a_superior_or_themselves(self, client_of, owner, admin):
        browser = client_of(admin)
        for person, said in ((owner, "Grace Okafor owns"), (admin, "You ask for a new password of your own")):
            assert said in text_of(browser.get(page_of(person, "password-reset")))
            with written() as news:
                assert browser.post(page_of(person, "password-reset")).status_code == 403
            assert news.nothing

    def test_deactivated_account_gets_none(self, owner, member):
        User.objects.filter(pk=member.user_id).update(is_active=False)
        with pytest.raises(PermissionDenied, match="is deactivated"):
            send_password_reset(actor=acting(owner), membership=member)


def later(at) -> None:
    """As if what was sent then had been sent that long ago (events are otherwise never changed)."""
    with lowered():
        Event.objects.filter(action="account.password_reset_sent").update(at=at)


class TestAddress:
    def test_new_address_signs_in_and_both_are_told(self, signed_in, client_of, owner, admin, member, proven):
        theirs = signed_in(member)
        theirs.get("/o/marram/")
        browser = signed_in(admin)
        with written() as news:
            answer = browser.post(page_of(member, "sign-in/address"), {"address": f" {NEW.title()} "}, follow=True)
        assert "was told at both addresses" in text_of(answer)
        member.user.refresh_from_db()
        assert member.user.email == NEW
        found = row(member)
        assert found["email"] == NEW
        (address,) = EmailAddress.objects.filter(user=member.user_id)
        assert (address.email, address.verified, address.primary) == (NEW, True, True)
        assert {"account.address_mended", "member.address_mended"} <= set(news.actions)
        mended = next(event for event in news.events if event.action == "member.address_mended")
        assert (mended.before, mended.after) == ({"email": "mina@marram.example.org"}, {"email": NEW})
        letters = [letter for letter in deliver() if "sign-in address" in letter.subject]
        assert sorted(letter.to[0] for letter in letters) == [
            "mina.smith@marram.example.org",
            "mina@marram.example.org",
        ]
        assert "Tomás Rivera of Marram Instruments changed the address" in letters[0].body
        assert not UserSession.objects.filter(user=member.user_id).exists()
        assert theirs.get("/o/marram/").headers["Location"].startswith("/accounts/login/")
        again = client_of(None).post("/accounts/login/", {"login": NEW, "password": PASSWORD})
        assert again.status_code == 302
        assert "confirm" not in again.headers["Location"]
        old = client_of(None).post("/accounts/login/", {"login": "mina@marram.example.org", "password": PASSWORD})
        assert old.status_code == 200

    def test_asks_for_a_recent_sign_in(self, client_of, owner, member, proven):
        browser = client_of(owner)
        for answer in (
            browser.get(page_of(member, "sign-in/address")),
            browser.post(page_of(member, "sign-in/address"), {"address": NEW}),
        ):
            assert answer.status_code == 302
            assert "/accounts/reauthenticate/" in answer.headers["Location"]
        assert row(member)["email"] == "mina@marram.example.org"

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("mina@gmail.com", "gmail.com is not proven to be a domain of Marram Instruments."),
            ("grace@marram.example.org", "Another account has this address."),
            ("mina", "An email address must have an @-sign."),
            ("", "Type an address."),
        ],
        ids=["domain", "taken", "none", "empty"],
    )
    def test_what_is_wrong_with_it_is_said(self, signed_in, owner, member, proven, address, said):
        with written() as news:
            answer = signed_in(owner).post(page_of(member, "sign-in/address"), {"address": address})
        assert answer.status_code == 200
        assert said in text_of(answer)
        assert {"account.signed_in"} >= set(news.actions)
        assert row(member)["email"] == "mina@marram.example.org"

    def test_same_address_changes_nothing(self, owner, member, proven):
        with written() as news:
            assert not mend_address(actor=acting(owner), membership=member, address="MINA@marram.example.org")
        assert news.nothing


class TestSecondFactor:
    def test_lost_one_is_taken_away_and_the_person_told(self, signed_in, owner, member, proven):
        give_second_factor(member)
        assert row(member)["two_factor"]
        with written() as news:
            answer = signed_in(owner).post(page_of(member, "sign-in/second-factor"), follow=True)
        assert "The second factor of Mina Haddad is gone." in text_of(answer)
        assert not Authenticator.objects.filter(user=member.user_id).exists()
        assert not row(member)["two_factor"]
        actions = [action for action in news.actions if action != "account.signed_in"]
        assert "account.two_factor_disabled" not in actions  # it was not Mina who did it
        assert {"account.second_factor_mended", "member.second_factor_mended"} <= set(actions)
        (letter,) = deliver()[-1:]
        assert letter.to == ["mina@marram.example.org"]
        assert "Grace Okafor of Marram Instruments took the second factor" in letter.body

    def test_none_is_no_change(self, signed_in, owner, member, proven):
        browser = signed_in(owner)
        assert "Mina Haddad has no second factor." in text_of(browser.get(page_of(member, "sign-in/second-factor")))
        with written() as news:
            browser.post(page_of(member, "sign-in/second-factor"))
        assert news.nothing

    def test_asks_for_a_recent_sign_in(self, client_of, owner, member, proven):
        give_second_factor(member)
        answer = client_of(owner).post(page_of(member, "sign-in/second-factor"))
        assert "/accounts/reauthenticate/" in answer.headers["Location"]
        assert Authenticator.objects.filter(user=member.user_id).exists()


def unproven(owner, member, proven, outsider):
    proven.proven_at, proven.proven_by = None, ""
    proven.save()


def elsewhere(owner, member, proven, outsider):
    join(outsider, member.user)


def gone_elsewhere(owner, member, proven, outsider):
    """A membership of any status elsewhere counts."""
    Membership.objects.filter(pk=join(outsider, member.user).pk).update(status="deactivated")


def of_staff(owner, member, proven, outsider):
    User.objects.filter(pk=member.user_id).update(is_staff=True)


def of_another_domain(owner, member, proven, outsider):
    User.objects.filter(pk=member.user_id).update(email="mina@sub.marram.example.org")


def proven_for_another(owner, member, proven, outsider):
    proven.organization = outsider.organization
    proven.save()


@pytest.mark.parametrize(
    "otherwise", [unproven, elsewhere, gone_elsewhere, of_staff, of_another_domain, proven_for_another]
)
def test_else_staff_mend_it(signed_in, owner, member, proven, outsider, otherwise):
    give_second_factor(member)
    otherwise(owner, member, proven, outsider)
    browser = signed_in(owner)
    said = text_of(browser.get(page_of(member)))
    assert "Ask the people who run Roster to mend it." in said
    for what, typed in (("address", {"address": NEW}), ("second-factor", {})):
        assert "Ask the people who run Roster to mend it." in text_of(browser.get(page_of(member, f"sign-in/{what}")))
        with written() as news:
            assert browser.post(page_of(member, f"sign-in/{what}"), typed).status_code == 403
        assert news.nothing
    for deed in (
        lambda: mend_address(actor=acting(owner), membership=member, address=NEW),
        lambda: mend_second_factor(actor=acting(owner), membership=member),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert Authenticator.objects.filter(user=member.user_id).exists()


def test_where_else_somebody_belongs_is_not_told(client_of, owner, admin, member, proven, outsider):
    join(outsider, member.user)
    User.objects.filter(pk=admin.user_id).update(is_staff=True)
    said = [text_of(client_of(owner).get(page_of(one))) for one in (member, admin)]
    for one, label in zip(said, ("Mina Haddad", "Tomás Rivera"), strict=True):
        assert f"The account of {label} is not Marram Instruments" in one
        assert "another organization" not in one


def test_nobody_mends_a_superior_themselves_or_by_software(owner, admin, member, proven):
    for by, person in ((admin, owner), (admin, admin), (member, owner)):
        with pytest.raises(PermissionDenied):
            mend_address(actor=acting(by), membership=person, address=NEW)
        with pytest.raises(PermissionDenied):
            mend_second_factor(actor=acting(by), membership=person)
    with pytest.raises(PermissionDenied, match="Only a person"):
        mend_second_factor(actor=token("members.update"), membership=member)


def test_page_says_what_can_be_mended(client_of, owner, member, proven):
    give_second_factor(member)
    page = client_of(owner).get(page_of(member))
    for what in ("password-reset/", "sign-in/address/", "sign-in/second-factor/"):
        assert f"/members/{member.pk}/{what}" in page.content.decode()


def test_person_of_another_organization_is_none_here(signed_in, owner, outsider, proven):
    browser = signed_in(owner)
    for what in ("password-reset", "sign-in", "sign-in/address", "sign-in/second-factor"):
        assert browser.get(page_of(outsider, what)).status_code == 404
        assert browser.post(page_of(outsider, what), {"address": NEW}).status_code in (404, 405)


def test_gone_person_is_told(owner, proven):
    person = join(owner, UserFactory(email="uma@marram.example.org"))
    Membership.objects.filter(pk=person.pk).delete()
    with pytest.raises(ValidationError, match="no longer belongs here"):
        send_password_reset(actor=acting(owner), membership=person)
