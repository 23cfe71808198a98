"""The Django admin: staff find everything by search, and change it only on pages that call actions."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Event, EventType
from organizations.actions.ownership import appoint_owner
from organizations.actions.settings import approve_for_production
from organizations.models import Membership, Organization
from organizations.policies import holds
from tests.factories import UserFactory, acting, found, join, offer
from tests.witness import counters, written

OURS = ("accounts", "audit", "invitations", "mail", "organizations")
ADMINS = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)


def page(model: type[Model], name: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def press(desk: Client, path: str, **data: object) -> None:
    """Open the dialog of a write, then submit it."""
    assert desk.get(path).status_code == 200
    answer = desk.post(path, {"_form_submitted": "True", **data})
    assert answer.status_code == 302, answer.content


def test_every_model_of_ours_is_there():
    there = {model for model, _ in ADMINS}
    assert {model for label in OURS for model in apps.get_app_config(label).get_models()} <= there


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=lambda one: getattr(one, "__name__", ""))
def test_every_model_is_found_by_search_and_only_looked_at(
    desk: Client, owner: Membership, model: type[Model], model_admin: ModelAdmin[Model]
):
    offer(owner, "somebody@example.org")
    assert model_admin.search_fields
    for query in ("grace", "marram", str(owner.pk), "no such thing", "%_'\"\\", "\x00"):
        assert desk.get(page(model, "changelist"), {"q": query}).status_code == 200
    assert desk.get(page(model, "add")).status_code == 403
    row = model._default_manager.first()
    if row is not None:
        assert desk.get(page(model, "change", row.pk)).status_code == 200
        before = model._default_manager.filter(pk=row.pk).values().get()
        assert desk.post(page(model, "change", row.pk), {"name": "Other", "email": "o@example.org"}).status_code == 403
        assert desk.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        bulk = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        desk.post(page(model, "changelist"), bulk)
        assert model._default_manager.filter(pk=row.pk).values().get() == before


def test_one_search_finds_a_person_and_an_organization(desk: Client, owner: Membership):
    assert owner.user.email in desk.get(page(User, "changelist"), {"q": "okafor"}).content.decode()
    assert "Marram Instruments" in desk.get(page(Organization, "changelist"), {"q": "marram"}).content.decode()


def test_no_secret_is_shown(desk: Client, owner: Membership):
    shown = desk.get(page(User, "change", owner.user_id)).content.decode()
    assert owner.user.password not in shown


@pytest.mark.parametrize(
    "question",
    [
        "accounts/user/?password__startswith=m",
        "usersessions/usersession/?session_key__startswith=a",
        "mfa/authenticator/?data__secret__startswith=g",
        "mail/mail/?ids__to__startswith=g",
        "audit/event/?type__exact=%00",
        "mail/mail/?kind=%00",
    ],
)
def test_nothing_is_asked_for_but_what_the_filters_offer(desk: Client, question: str):
    assert desk.get(f"/admin/{question}").status_code == 400


@pytest.mark.parametrize(
    "question", ["accounts/user/?is_active__exact=1", "audit/event/?entity=member", "mail/mail/?state__exact=sent"]
)
def test_the_filters_work(desk: Client, org: Organization, question: str):
    assert desk.get(f"/admin/{question}").status_code == 200


def test_an_odd_word_in_a_field_that_completes_itself_is_no_error(desk: Client):
    where = {"app_label": "organizations", "model_name": "membership", "field_name": "role", "term": "\x00"}
    assert desk.get("/admin/autocomplete/", where).status_code == 200


def test_staff_set_the_plan(desk: Client, staff: User, org: Organization):
    with written() as news:
        press(desk, f"/admin/organizations/organization/{org.pk}/plan/", plan="Team", seats="12", trial_cap="200")
    org.refresh_from_db()
    assert (org.plan, org.seat_limit, org.trial_cap, org.trusted) == ("Team", 12, 200, False)
    event, plan = news.events
    assert (event.action, event.type, event.actor_id) == (
        "organization.seats_changed",
        EventType.STAFF_ACTION,
        staff.pk,
    )
    assert (event.before, event.after) == ({"seats": "no limit"}, {"seats": 12})
    assert (plan.action, plan.before) == (
        "organization.plan_changed",
        {"plan": "none", "addresses": "no limit", "notes": "no"},
    )
    assert plan.after == {"plan": "Team", "addresses": 200, "notes": "no"}


@pytest.mark.parametrize(
    ("seats", "addresses", "said"),
    [
        ("1", "1", "Marram Instruments has 1 seat now, and may invite 1 address in all."),
        ("2", "1500", "Marram Instruments has 2 seats now, and may invite 1,500 addresses in all."),
        ("", "", "Marram Instruments has any number of seats now, and may invite any number of addresses in all."),
    ],
)
def test_staff_read_what_the_plan_allows_now(desk: Client, org: Organization, seats: str, addresses: str, said: str):
    press(desk, f"/admin/organizations/organization/{org.pk}/plan/", seats=seats, trial_cap=addresses)
    page = desk.get(f"/admin/organizations/organization/{org.pk}/change/").content.decode()
    assert said in page


def test_the_question_for_seats_begins_with_those_there_are(desk: Client, org: Organization):
    Organization.objects.filter(pk=org.pk).update(seat_limit=12)
    assert 'value="12"' in desk.get(f"/admin/organizations/organization/{org.pk}/plan/").content.decode()
    assert desk.get("/admin/organizations/organization/no-id/plan/").status_code < 500


@pytest.mark.parametrize("seats", ["-1", "many", "99999999999999", "1\x00"])
def test_seats_that_are_no_number_are_answered_beside_the_field(desk: Client, org: Organization, seats: str):
    with written() as news:
        answer = desk.post(
            f"/admin/organizations/organization/{org.pk}/plan/", {"_form_submitted": "True", "seats": seats}
        )
    assert answer.status_code == 200
    assert news.nothing


def test_staff_revoke_an_invitation(desk: Client, owner: Membership, org: Organization):
    invitation = offer(owner, "ana@example.org")
    with written() as news:
        press(desk, f"/admin/invitations/invitation/{invitation.pk}/revoke/")
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert [(event.action, event.type) for event in news.events] == [("invitation.revoked", EventType.STAFF_ACTION)]
    assert counters(org) == (1, 0, 0)


def test_staff_deactivate_an_account_and_its_next_request_is_refused(desk: Client, member: Membership):
    browser = Client()
    browser.force_login(member.user)
    assert browser.get("/o/marram/").status_code == 200
    press(desk, f"/admin/accounts/user/{member.user_id}/deactivate/")
    assert browser.get("/o/marram/").status_code == 302
    assert Event.objects.filter(action="account.deactivated", target_id=member.user_id).count() == 1
    press(desk, f"/admin/accounts/user/{member.user_id}/reactivate/")
    member.user.refresh_from_db()
    assert member.user.is_active


def test_staff_cannot_deactivate_themselves(desk: Client, staff: User):
    with written() as news:
        press(desk, f"/admin/accounts/user/{staff.pk}/deactivate/")
    staff.refresh_from_db()
    assert staff.is_active
    assert news.nothing


def test_who_is_no_staff_is_kept_out(db: None, owner: Membership):
    browser = Client()
    browser.force_login(owner.user)
    for path in ("/admin/", page(User, "changelist"), f"/admin/accounts/user/{owner.user_id}/deactivate/"):
        assert browser.get(path).status_code in (302, 403)


def test_staff_with_few_permissions_change_nothing(db: None, org: Organization):
    helper = UserFactory(name="New Colleague", is_staff=True)
    browser = Client()
    browser.force_login(helper)
    assert browser.get(f"/admin/organizations/organization/{org.pk}/plan/").status_code == 403
    assert browser.get(page(Organization, "changelist")).status_code == 403


def test_staff_appoint_the_one_owner_and_the_former_one_steps_down(desk: Client, staff: User):
    former = found(UserFactory(name="Wilma Owner"), "Hill Winery", "hill", "winery")
    heir = join(former, UserFactory(name="Ada Admin"), "admin")
    path = f"/admin/organizations/membership/{heir.pk}/appoint/"
    asked = desk.get(path).content.decode()
    assert "<strong>Ada Admin</strong> becomes Owner of <strong>Hill Winery</strong>" in asked
    assert "<strong>Wilma Owner</strong> steps down and stays as Admin." in asked
    with written() as news:
        press(desk, path)
    assert news.actions == ["member.role_changed", "member.role_changed", "ownership.moved"]
    assert {(event.type, event.actor_id) for event in news.events} == {(EventType.STAFF_ACTION, staff.pk)}
    assert news.events[-1].target_label == "Ada Admin"
    assert sorted(mail.kind for mail in news.mails) == ["organizations.ownership_moved"] * 2
    for person, key, owns in ((former, "admin", False), (heir, "owner", True)):
        person.refresh_from_db()
        assert (person.role.key, person.owns) == (key, owns)
    assert desk.get(path).status_code == 403  # owns it already


def test_staff_appoint_one_more_owner_where_there_may_be_several(desk: Client, owner: Membership, admin: Membership):
    path = f"/admin/organizations/membership/{admin.pk}/appoint/"
    assert "Nobody steps down: there may be several." in desk.get(path).content.decode()
    with written() as news:
        press(desk, path)
    assert news.actions == ["member.role_changed"]
    owner.refresh_from_db()
    admin.refresh_from_db()
    assert (owner.owns, admin.owns) == (True, True)


def test_staff_put_someone_in_charge_where_the_owners_account_is_gone(desk: Client):
    former = found(UserFactory(name="Wilma Owner"), "Hill Winery", "hill", "winery")
    heir = join(former, UserFactory(name="Max Member"), "member")
    press(desk, f"/admin/accounts/user/{former.user_id}/deactivate/")
    press(desk, f"/admin/organizations/membership/{heir.pk}/appoint/")
    former.refresh_from_db()
    heir.refresh_from_db()
    assert (former.role.key, heir.role.key) == ("admin", "owner")


def test_staff_cannot_appoint_somebody_who_could_not_act(desk: Client, owner: Membership, deactivated: Membership):
    path = f"/admin/organizations/membership/{deactivated.pk}/appoint/"
    with written() as news:
        answer = desk.post(path, {"_form_submitted": "True"}, follow=True)
    assert "Dario Conti is not active in Marram Instruments. Reactivate their access first." in answer.content.decode()
    assert news.nothing
    deactivated.refresh_from_db()
    assert not deactivated.owns


def test_appointing_nobody_is_no_error(desk: Client, org: Organization):
    for key in ("no-id", org.pk):
        assert desk.get(f"/admin/organizations/membership/{key}/appoint/").status_code < 500


def test_staff_approve_an_organization_for_production_and_withdraw_it(desk: Client, staff: User):
    owner = found(UserFactory(name="Petra Portal"), "Portal", "portal", "partner-portal")
    organization = owner.organization
    where = f"/admin/organizations/organization/{organization.pk}"
    assert not holds(acting(owner), "orders.create")
    assert desk.get(f"{where}/withdraw-approval/").status_code == 403
    with written() as news:
        press(desk, f"{where}/approve/")
    assert [(event.action, event.type, event.actor_id) for event in news.events] == [
        ("organization.production_approved", EventType.STAFF_ACTION, staff.pk)
    ]
    assert holds(acting(owner), "orders.create")
    assert desk.get(f"{where}/approve/").status_code == 403
    with written() as news:
        press(desk, f"{where}/withdraw-approval/")
    assert news.actions == ["organization.production_withdrawn"]
    assert not holds(acting(owner), "orders.create")


def test_where_nothing_waits_for_it_there_is_nothing_to_approve(desk: Client, org: Organization):
    assert desk.get(f"/admin/organizations/organization/{org.pk}/approve/").status_code == 403


def test_nobody_but_staff_approves_or_appoints(owner: Membership, admin: Membership, org: Organization):
    for who in (owner, admin):
        with pytest.raises(PermissionDenied):
            approve_for_production(actor=acting(who), organization=org, approved=True)
        with pytest.raises(PermissionDenied):
            appoint_owner(actor=acting(who), membership=admin)
    admin.refresh_from_db()
    assert not admin.owns
