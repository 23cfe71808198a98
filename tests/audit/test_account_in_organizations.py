"""What changes about an account is an event of each organization where it shows, by whoever changed it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client

from accounts.actions import set_account_active, update_profile
from accounts.actors import oneself
from accounts.mending import mend_address, mend_second_factor
from audit.models import Event, EventType
from organizations.actions.details import edit_details
from organizations.models import Membership
from tests.accounts.test_two_factor import turn_on
from tests.factories import acting, join
from tests.witness import written


def here(membership: Membership, news: Any) -> list[Event]:
    return [event for event in news.events if event.chain_id == membership.organization_id]


@pytest.fixture
def elsewhere(member: Membership, outsider: Membership) -> Membership:
    """The member's membership of Lee & Sons."""
    return join(outsider, member.user)


def rename(membership: Membership, name: str) -> None:
    user = membership.user
    update_profile(actor=oneself(user), user=user, name=name, time_zone="UTC", phone="", job_title="")


def test_second_factor_is_told_to_each_organization_once(signed_in, member, elsewhere):
    browser: Client = signed_in(member)
    with written() as news:
        turn_on(browser)
    for place in (member, elsewhere):
        (event,) = here(place, news)
        assert (event.action, event.type, event.actor_label) == (
            "member.two_factor_on", EventType.USER_ACTION, "Mina Haddad",
        )  # fmt: skip
        assert (event.target_id, event.before, event.after) == (member.user_id, {}, {})
    with written() as news:
        browser.post("/accounts/2fa/totp/deactivate/")
    assert [event.action for place in (member, elsewhere) for event in here(place, news)] == [
        "member.two_factor_off"
    ] * 2
    of_one_change = [event for event in news.events if event.action.split(".")[1].startswith("two_factor")]
    assert len({event.batch for event in of_one_change}) == 1


def test_one_factor_more_or_less_changes_nothing_for_organizations(member):
    TOTP.activate(member.user, generate_totp_secret())
    with written() as news:
        key = Authenticator(user=member.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop"})
        key.wrap = lambda: key
        key.name = "Laptop"
        key.save()
    assert news.actions == ["account.passkey_added"]


def test_staff_taking_it_away_is_an_event_marked_as_staff(staff, member):
    TOTP.activate(member.user, generate_totp_secret())
    with written() as news:
        mend_second_factor(actor=acting(staff), user=member.user)
    (event,) = here(member, news)
    assert (event.action, event.type, event.actor_id) == ("member.two_factor_off", EventType.STAFF_ACTION, staff.pk)


def test_another_main_address_is_told_with_both(signed_in, member, elsewhere):
    new = "mina@new.example.org"
    EmailAddress.objects.create(user=member.user, email=new, verified=True)
    with written() as news:
        signed_in(member).post("/accounts/email/", {"email": new, "action_primary": ""})
    for place in (member, elsewhere):
        (event,) = here(place, news)
        assert (event.action, event.before, event.after) == (
            "member.address_changed", {"email": "mina@marram.example.org"}, {"email": new},
        )  # fmt: skip
        place.refresh_from_db()
        assert place.email == new


def test_staff_giving_an_address_is_told_once(staff, member):
    with written() as news:
        mend_address(actor=acting(staff), user=member.user, address="mina@new.example.org")
    assert [(event.action, event.type) for event in here(member, news)] == [
        ("member.address_changed", EventType.STAFF_ACTION)
    ]


def test_name_is_told_where_it_shows(owner, member, elsewhere):
    edit_details(actor=acting(owner), membership=member, own_name="Mina of sales", job_title="", phone="")
    with written() as news:
        rename(member, "Mina Smith")
    assert here(member, news) == []
    (event,) = here(elsewhere, news)
    assert (event.action, event.before, event.after) == (
        "member.name_changed", {"name": "Mina Haddad"}, {"name": "Mina Smith"},
    )  # fmt: skip


def test_staff_closing_an_account_and_giving_it_back_is_told_where_its_person_belongs(staff, member, elsewhere):
    for active, action in ((False, "member.account_deactivated"), (True, "member.account_reactivated")):
        with written() as news:
            assert set_account_active(actor=acting(staff), user=member.user, active=active)
        for place in (member, elsewhere):
            (event,) = here(place, news)
            assert (event.action, event.type, event.actor_label) == (action, EventType.STAFF_ACTION, "Sam Staff")
            assert (event.target_id, event.target_label) == (member.user_id, "Mina Haddad")
        assert len({event.batch for event in news.events}) == 1
        with written() as news:
            assert not set_account_active(actor=acting(staff), user=member.user, active=active)
        assert news.nothing


@pytest.mark.parametrize("password", ["correct horse battery staple", "wrong"])
def test_signing_in_and_failing_to_do_so_is_nobodys_business(client: Client, member, password):
    with written() as news:
        client.post("/accounts/login/", {"login": member.user.email, "password": password})
    assert {event.chain_id for event in news.events} == {member.user_id}
    assert news.actions in (["account.signed_in"], ["account.sign_in_failed"])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_change_of_an_account_holds_no_membership_while_it_waits_for_an_organization(member):
    """What settles holds the organization's chain, and then writes to memberships whose accounts it has not locked."""
    where = connection.settings_dict
    begun = threading.Event()

    def change() -> None:
        try:
            begun.set()
            rename(member, "Mina Smith")
        finally:
            connection.close()

    with (
        psycopg.connect(host=where["HOST"], port=where["PORT"], user=where["USER"], dbname=where["NAME"]) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        chain = "SELECT 1 FROM audit_chain WHERE id = %s FOR NO KEY UPDATE"
        other.execute(chain, [member.organization_id])
        changing = pool.submit(change)
        begun.wait(10)
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
        for _ in range(100):
            if other.execute(waits, [where["NAME"]]).fetchone() == (1,):
                break
            time.sleep(0.05)
        assert not changing.done()
        other.execute("SELECT 1 FROM organizations_membership WHERE id = %s FOR UPDATE NOWAIT", [member.pk])
        other.commit()
        changing.result(10)
    member.refresh_from_db()
    assert member.name == "Mina Smith"
