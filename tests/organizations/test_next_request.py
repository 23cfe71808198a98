"""Whoever lost their standing can do nothing from the next request on, whether or not a job has run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from organizations.access import may
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, give_role, join
from tests.organizations.changing import assign, role_held
from tests.witness import written

Change = Callable[[Membership], object]


@dataclass(frozen=True)
class Loss:
    """How somebody loses their standing, how they get it back, and what an answer says of it meanwhile."""

    lose: Change
    mend: Change
    code: str
    status: int = 403


def write(**values: object) -> Change:
    return lambda membership: Membership.objects.filter(pk=membership.pk).update(**values)


def account(*, active: bool) -> Change:
    return lambda membership: User.objects.filter(pk=membership.user_id).update(is_active=active)


def second_factor(*, required: bool) -> Change:
    return lambda membership: Organization.objects.filter(pk=membership.organization_id).update(
        two_factor_required=required
    )


def ended(membership: Membership) -> None:
    """A moment ago; nobody has settled it yet."""
    Membership.objects.filter(pk=membership.pk).update(ends_at=timezone.now() - timedelta(milliseconds=1))


LOSSES = {
    "without a role": Loss(lambda one: give_role(one, None), lambda one: give_role(one, "admin"), "no_role"),
    "deactivated": Loss(write(status="deactivated"), write(status="active"), "deactivated"),
    "past the end": Loss(ended, write(ends_at=None), "ended"),
    "without the second factor": Loss(second_factor(required=True), write(two_factor=True), "two_factor"),
    "second factor no longer required": Loss(second_factor(required=True), second_factor(required=False), "two_factor"),
    "account not active": Loss(account(active=False), account(active=True), "account_inactive", 302),
}

PAGES = ["", "members/", "invitations/", "invitations/new/", "roles/", "groups/", "audit/", "settings/"]


@pytest.fixture(params=LOSSES.values(), ids=list(LOSSES))
def loss(request: pytest.FixtureRequest) -> Loss:
    found: Loss = request.param
    return found


@pytest.fixture
def person(owner: Membership) -> Membership:
    """An admin; everyone else has a second factor."""
    membership = join(owner, UserFactory(name="Tomás Rivera", email="tomas@marram.example.org"), "admin")
    Membership.objects.exclude(pk=membership.pk).update(two_factor=True)
    return membership


def fresh(membership: Membership) -> Membership:
    return Membership.objects.get(pk=membership.pk)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_refused_at_once_and_opens_again(client_of, person, loss, path):
    browser = client_of(person)
    url = f"/o/marram/{path}"
    assert browser.get(url).status_code == 200
    with written() as news:
        loss.lose(person)
        assert browser.get(url).status_code == loss.status
        loss.mend(person)
        assert browser.get(url).status_code == 200
    assert news.nothing


def test_button_is_refused_at_once(client_of, person, member, viewer, loss):
    browser = client_of(person)

    def give(somebody: Membership) -> int:
        held = fresh(somebody).role_id
        role = somebody.organization.memberships.get(pk=viewer.pk).role_id
        form = {"role": str(role), "held_then": str(held)}
        return int(browser.post(f"/o/marram/members/{somebody.pk}/role/", form).status_code)

    loss.lose(person)
    with written() as news:
        assert give(member) == loss.status
    assert role_held(member) == "member"
    assert news.nothing
    loss.mend(person)
    assert give(member) == 302
    assert role_held(member) == "viewer"


@pytest.mark.parametrize("permission", ["organization.read", "members.update", "roles.assign"])
def test_every_permission_is_denied_and_then_held_again(person, loss, permission):
    assert may(fresh(person), permission)
    loss.lose(person)
    answer = may(fresh(person), permission)
    assert not answer
    assert answer.code == loss.code
    assert answer.reason.endswith((".", "yet."))
    loss.mend(person)
    assert may(fresh(person), permission)


def test_action_is_refused_with_what_was_held_before(person, member, loss):
    actor = acting(person)
    loss.lose(person)
    with written() as news:
        try:
            assert not assign(actor, "viewer", member).done
        except PermissionDenied:
            pass
    assert role_held(member) == "member"
    assert [event.action for event in news.events] in ([], ["member.lapsed"])


@pytest.mark.parametrize("kind", [kind for kind, loss in LOSSES.items() if loss.code != "account_inactive"])
def test_someone_of_two_organizations_loses_one(client_of, person, outsider, kind):
    theirs, loss = join(outsider, person.user, "admin"), LOSSES[kind]
    browser = client_of(person)
    loss.lose(person)
    assert browser.get("/o/marram/members/").status_code == 403
    assert browser.get("/o/lee/members/").status_code == 200
    assert may(fresh(theirs), "members.update")


def test_role_that_is_taken_away_counts_from_the_next_request(client_of, owner, person):
    browser = client_of(person)
    for role, status in ((None, 403), ("viewer", 403), ("admin", 200)):
        assign(owner, role, person)
        assert browser.get("/o/marram/audit/").status_code == status
        assert bool(may(fresh(person), "audit_log.read")) is (status == 200)
