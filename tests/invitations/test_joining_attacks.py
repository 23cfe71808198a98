"""Getting in where one should not: people who were here before, in whose name, and buttons pressed without end."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from audit.models import Event
from invitations.actions.asking import approve_request, ask_to_join, refuse_request
from invitations.actions.join_links import make_link, revoke_link
from invitations.join_links import token_of
from invitations.models import JoinLink, JoinRequest, WayIn, WayKind
from organizations.actions.members import leave
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, invitee, join, role_of
from tests.invitations.letting_in import add_address, ask, come, let_in, link, of_the_domain, page_of, use
from tests.organizations.changing import dismiss, suspend
from tests.organizations.designing import design
from tests.witness import counters, deliver, written

PAGE = "/o/marram/join/"
VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


# People who were here before.


@pytest.mark.parametrize("kind", ["domain", "open", "link"])
def test_whoever_was_deactivated_does_not_come_back_by_the_door_they_came_in_by(org, owner, kind):
    user = of_the_domain()
    comes: Callable[[], object]
    if kind == "link":
        made = link(owner)
        comes = lambda: use(user, made)  # noqa: E731
    else:
        let_in(owner, kind)
        comes = lambda: come(user, org, kind)  # noqa: E731
    suspend(owner, comes())
    with written() as news, pytest.raises(ValidationError) as refused:
        comes()
    assert refused.value.code == "deactivated"
    assert news.nothing
    assert counters(org) == (1, 1, 0)


def test_whoever_was_removed_comes_back_as_anybody_would_and_with_nothing_of_what_they_had(org, owner, admin):
    """Removing closes no door: deactivating does (docs/decisions/0020-joining.md)."""
    let_in(owner, "open", "viewer")
    dismiss(owner, admin)
    again = come(admin.user, org, "open")
    assert (again.role.key, again.source) == ("viewer", "open")
    assert not again.group_places.exists()


def test_a_refusal_counts_for_every_way_of_asking(org, owner):
    let_in(owner, "request")
    let_in(owner, "domain", at_once=False)
    user = of_the_domain()
    refuse_request(actor=acting(owner), asked=ask(user, org), reason="Not now.")
    with written() as news, pytest.raises(ValidationError) as refused:
        ask(user, org, "domain")
    assert refused.value.code == "refused"
    assert news.nothing


# Whose name, which organization.


@pytest.mark.parametrize("kind", ["domain", "open", "link"])
def test_what_somebody_is_elsewhere_counts_for_nothing_here(org, owner, admin, outsider, kind):
    """Neither of the one who comes, nor of the one in whose name: an admin who was removed here and owns there."""
    page_of(owner, kind)
    made = JoinLink.objects.first()
    comer = of_the_domain()
    join(outsider, comer, "viewer")
    membership = use(comer, made) if made else come(comer, org, kind)
    assert (membership.organization, membership.role.key) == (org, "member")
    join(outsider, admin.user, "owner")
    WayIn.objects.update(opened_by=admin.user)
    JoinLink.objects.update(opened_by=admin.user)
    type(admin).objects.filter(pk=admin.pk).delete()  # around the action, which would have closed it
    with pytest.raises(ValidationError) as refused:
        use(of_the_domain(name="Paul P"), made) if made else come(of_the_domain(name="Paul P"), org, kind)
    assert refused.value.code == "opener"


def test_address_is_at_the_domain_whatever_case_its_row_keeps(org, owner):
    let_in(owner, "domain")
    user = UserFactory()
    add_address(user, "Dora@MARRAM.Example")
    assert come(user, org, "domain").source == "domain"


def test_nobody_asks_for_somebody_else(org, owner, stranger):
    let_in(owner, "request")
    with written() as news, pytest.raises(PermissionDenied):
        ask_to_join(actor=invitee(stranger), user=UserFactory(), organization=org, kind=WayKind.REQUEST, message="")
    assert news.nothing


def test_role_of_another_organization_is_given_by_no_link_and_no_approval(org, owner, outsider, stranger):
    theirs = design(outsider, "Theirs", "members.read")
    let_in(owner, "request")
    asked = ask(stranger, org)
    with written() as news:
        for deed in (
            lambda: make_link(actor=acting(owner), organization=org, role=theirs, uses=1, days=1),
            lambda: approve_request(actor=acting(owner), user=stranger, asked=asked, role=theirs),
        ):
            with pytest.raises(ValidationError) as refused:
                deed()
            assert refused.value.code == "unknown_role"
    assert news.nothing


def test_link_that_is_gone_is_answered_with_a_sentence(owner, stranger):
    made = link(owner)
    gone = JoinLink.objects.get(pk=made.pk)
    made.delete()
    with pytest.raises(ValidationError, match="does not work any more") as refused:
        use(stranger, gone)
    assert refused.value.code == "gone"


def test_uses_of_a_link_are_bounded_by_its_row_as_well(owner):
    made = link(owner, uses=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        JoinLink.objects.filter(pk=made.pk).update(used=3)


def test_links_that_are_over_make_room_for_others(owner):
    links = [link(owner) for _ in range(50)]
    revoke_link(actor=acting(owner), link=links[0])
    link(owner)
    assert JoinLink.objects.filter(revoked_at=None).count() == 50


# Buttons that are pressed by nobody, or without end.


def test_ten_visits_of_a_scanner_use_up_no_link(client_of, org, owner, stranger):
    made = link(owner, uses=1)
    scanner, path = Client(), f"/j/{token_of(made)}/"
    with written() as news:
        for _ in range(10):
            for method in ("get", "head"):
                assert getattr(scanner, method)(path).status_code == 302
                assert getattr(scanner, method)(f"/join/{made.pk}/").status_code == 200
            assert scanner.post(path).status_code == 405
            assert scanner.post(f"/join/{made.pk}/").headers["Location"].startswith("/accounts/login/")
    assert news.nothing
    browser = client_of(stranger)
    browser.get(path)
    assert browser.post(f"/join/{made.pk}/").headers["Location"] == "/o/marram/"
    assert counters(org) == (2, 0, 0)


@pytest.mark.parametrize("method", ["patch", "delete", "options", "trace"])
def test_only_a_button_acts(client_of, org, owner, stranger, method):
    let_in(owner, "open")
    made = link(owner)
    browser = client_of(stranger)
    browser.get(f"/j/{token_of(made)}/")
    with written() as news:
        for path in (PAGE, f"/join/{made.pk}/"):
            assert getattr(browser, method)(path).status_code in (200, 405), path
    assert news.nothing
    assert counters(org) == (1, 0, 0)


@pytest.mark.parametrize("kind", ["open", "link"])
def test_whoever_joins_and_leaves_without_end_is_stopped(client_of, org, owner, stranger, settings, kind):
    """Each time writes two events into an audit log that is somebody else's."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
    settings.JOINING_LIMITS = {"person": 10, "place": 20, "joins": 3}
    path, browser = page_of(owner, kind, role_of(org, "member")), client_of(stranger)
    browser.get(path)
    path = f"/join/{JoinLink.objects.get().pk}/" if kind == "link" else PAGE
    for _ in range(5):
        browser.post(path)
        if membership := Membership.objects.filter(user=stranger).first():
            leave(actor=acting(membership), membership=membership)
    assert Event.objects.filter(action__startswith="member.joined_", target_id=stranger.pk).count() == 3
    said = browser.post(path, follow=True).content.decode()
    assert "You tried to join too often today." in said


def test_whoever_waits_and_thinks_better_of_it_without_end_is_stopped(client_of, org, owner, stranger, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
    settings.JOINING_LIMITS = {"person": 10, "place": 20, "joins": 3}
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    browser = client_of(stranger)
    for _ in range(5):
        browser.post(PAGE)
        for asked in JoinRequest.objects.waiting():
            browser.post(f"/join/requests/{asked.pk}/withdraw/")
    assert Event.objects.filter(action="join_request.waits").count() == 3
    assert deliver() == []
