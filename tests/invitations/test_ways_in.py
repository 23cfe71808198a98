"""Who lets people in without an invitation: nobody until somebody does, with no more than they could give."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from invitations.actions.ways import close_way, open_way
from invitations.models import WayIn, WayKind
from organizations.actions.deleting_roles import delete_role
from organizations.models import Role
from tests.factories import UserFactory, acting, join, offer, role_of
from tests.invitations.letting_in import ask, come, let_in, link, of_the_domain, prove
from tests.organizations.changing import assign, demote, dismiss, suspend
from tests.organizations.designing import design
from tests.witness import counters, written

KINDS = ["domain", "request", "open"]
VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_is_closed_until_somebody_opens_it(org, kind):
    prove(org)
    user = of_the_domain()
    with written() as news, pytest.raises(ValidationError) as refused:
        ask(user, org) if kind == "request" else come(user, org, kind)
    assert refused.value.code == "closed"
    assert news.nothing


@pytest.mark.parametrize("kind", KINDS)
def test_way_is_opened_in_the_name_of_whoever_does(org, admin, kind):
    prove(org)
    with written() as news:
        way = let_in(admin, kind, "viewer")
    assert (way.opened_by_id, way.opener_label) == (admin.user_id, "Tomás Rivera")
    (event,) = news.events
    assert (event.action, event.actor_label, event.chain_id) == ("way.opened", "Tomás Rivera", org.pk)
    assert event.after == {
        "way": {"domain": "a proven domain", "request": "asking", "open": "the open door"}[kind],
        "role": "Viewer",
        "joins": "when approved" if kind == "request" else "at once",
    }
    with written() as news:
        let_in(admin, kind, "viewer")
    assert news.nothing
    with written() as news:
        let_in(admin, kind, "member")
    assert news.actions == ["way.changed"]
    assert news.events[0].before["role"] == "Viewer"
    with written() as news:
        assert close_way(actor=acting(admin), organization=org, kind=WayKind(kind))
    assert news.actions == ["way.closed"]
    assert not WayIn.objects.exists()
    with written() as news:
        assert not close_way(actor=acting(admin), organization=org, kind=WayKind(kind))
    assert news.nothing


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["member", "viewer", "deactivated", "outsider", "stranger", "staff"])
def test_who_may_not_invite_opens_no_way(request, org, owner, kind, who):
    person = request.getfixturevalue(who)
    let_in(owner, "domain")
    before = list(WayIn.objects.values())
    with written() as news, pytest.raises(PermissionDenied):
        open_way(actor=acting(person), organization=org, kind=WayKind(kind), role=role_of(org, "viewer"))
    if who != "staff":  # who may close what is abused
        with pytest.raises(PermissionDenied):
            close_way(actor=acting(person), organization=org, kind=WayKind.DOMAIN)
    assert news.nothing
    assert list(WayIn.objects.values()) == before


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_becomes_owner_by_any_way(org, owner, kind):
    prove(org)
    with written() as news, pytest.raises(PermissionDenied, match="Nobody becomes Owner"):
        let_in(owner, kind, "owner")
    assert news.nothing


@pytest.mark.parametrize("kind", KINDS)
def test_way_gives_no_more_than_its_opener_holds(org, owner, kind):
    prove(org)
    narrow = design(owner, "Door", *VIEWERS, "organization.update", "invitations.create")
    keeper = join(owner, UserFactory())
    assign(owner, narrow, keeper)
    with pytest.raises(PermissionDenied, match="may do more than you may"):
        let_in(keeper, kind, "admin")
    assert let_in(keeper, kind, "viewer").role.key == "viewer"


def test_who_invites_and_changes_no_settings_opens_and_closes_no_way(org, owner):
    recruiter = join(owner, UserFactory())
    assign(owner, design(owner, "Recruiter", *VIEWERS, "invitations.create"), recruiter)
    let_in(owner, "open", "viewer")
    with written() as news, pytest.raises(PermissionDenied, match=r"organization\.update"):
        let_in(recruiter, "request", "viewer")
    with pytest.raises(PermissionDenied, match=r"organization\.update"):
        close_way(actor=acting(recruiter), organization=org, kind=WayKind.OPEN)
    assert news.nothing


def test_role_of_another_organization_is_unknown(org, owner, outsider):
    theirs = design(outsider, "Theirs", "members.read")
    with pytest.raises(ValidationError) as refused:
        let_in(owner, "open", theirs)
    assert refused.value.code == "unknown_role"


def test_kind_that_is_a_link_is_no_way(org, owner):
    with pytest.raises(ValidationError) as refused:
        let_in(owner, "link")
    assert refused.value.code == "kind"


def test_row_of_a_way_cannot_contradict_itself(org, owner):
    role = role_of(org, "viewer")
    for kind, at_once in (("open", False), ("request", True), ("link", True)):
        with pytest.raises(IntegrityError), transaction.atomic():
            WayIn.objects.create(organization=org, kind=kind, at_once=at_once, role=role)


def still_may(owner, admin) -> None:
    """Nothing happens to the one who opened it."""


def demoted_a_little(owner, admin) -> None:
    assign(owner, design(owner, "Recruiter", *VIEWERS, "invitations.read", "invitations.create"), admin)


def account_deactivated(owner, admin) -> None:
    """By staff; what they opened stays and leads nowhere."""
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)


STATES = [
    (still_may, {"member": True, "admin": True}),
    (demoted_a_little, {"member": True, "admin": False}),
    (demote, {"member": False, "admin": False}),
    (suspend, {"member": False, "admin": False}),
    (dismiss, {"member": False, "admin": False}),
    (account_deactivated, {"member": False, "admin": False}),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["member", "admin"])
@pytest.mark.parametrize(("state", "joins"), STATES, ids=[state.__name__ for state, _ in STATES])
def test_way_leads_as_far_as_its_opener_could_give_now(org, owner, admin, kind, role, state, joins):
    let_in(admin, kind, role)
    state(owner, admin)
    user = of_the_domain()
    if joins[role]:
        made = ask(user, org) if kind == "request" else come(user, org, kind)
        assert made.pk
    else:
        with written() as news, pytest.raises(ValidationError) as refused:
            ask(user, org) if kind == "request" else come(user, org, kind)
        assert refused.value.code == ("opener" if state is account_deactivated else "closed")
        assert news.nothing
        assert not org.memberships.filter(user=user).exists()
    counters(org)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (demote, "whoever opened it may no longer offer it"),
        (suspend, "whoever opened it may no longer offer it"),
        (dismiss, "whoever opened it no longer belongs here"),
    ],
)
def test_ways_close_with_the_authority_of_their_opener_in_the_same_breath(org, owner, admin, change, reason):
    for kind in KINDS:
        let_in(admin, kind)
    let_in(owner, "open")  # changed into the owner's name: nothing changes, so it stays the admin's
    with written() as news:
        change(owner, admin)
    assert not WayIn.objects.exists()
    closed = [event for event in news.events if event.action == "way.closed"]
    assert len(closed) == 3
    assert {event.after["reason"] for event in closed} == {reason}
    assert {event.actor_label for event in closed} == {"Grace Okafor"}


def test_ways_of_others_stay(org, owner, admin, outsider):
    let_in(owner, "open")
    let_in(outsider, "open")
    suspend(owner, admin)
    assert WayIn.objects.count() == 2


def test_way_to_a_role_that_goes_leads_to_its_replacement_or_ends(org, owner):
    from_role = design(owner, "Trainee", *VIEWERS)
    let_in(owner, "open", from_role)
    with written() as news:
        replace(owner, from_role, "viewer")
    assert WayIn.objects.get().role.key == "viewer"
    (event,) = [event for event in news.events if event.action.startswith("way.")]
    assert (event.action, event.after["role"], event.after["reason"]) == (
        "way.changed",
        "Viewer",
        "Trainee was deleted",
    )
    again = design(owner, "Trainee", *VIEWERS)
    let_in(owner, "open", again)
    with written() as news:
        replace(owner, again, None)
    assert not WayIn.objects.exists()
    assert "way.closed" in news.actions


def test_way_whose_opener_may_not_give_the_replacement_ends(org, owner):
    trainee = design(owner, "Trainee", *VIEWERS)
    keeper = join(owner, UserFactory())
    assign(owner, design(owner, "Door", *VIEWERS, "organization.update", "invitations.create"), keeper)
    let_in(keeper, "open", trainee)
    replace(owner, trainee, "admin")
    assert not WayIn.objects.exists()


def test_page_that_deletes_a_role_says_what_lets_people_in_with_it(org, owner, client_of):
    trainee = design(owner, "Trainee", *VIEWERS)
    page = f"/o/marram/roles/{trainee.pk}/delete/"
    assert "to join give" not in client_of(owner).get(page).content.decode()
    let_in(owner, "open", trainee)
    assert (
        "1 way or link to join gives it. From then on they lead to nothing"
        in client_of(owner).get(page).content.decode()
    )
    link(owner, trainee)
    offer(owner, "uma@example.org", role=trainee.key)
    said = client_of(owner).get(page).content.decode()
    assert "2 ways and links to join give it. From then on they lead to the role that invitations get instead" in said


def replace(owner, role: Role, by: str | None) -> None:
    delete_role(
        actor=acting(owner),
        role=role,
        move_to=None,
        invitations_to=role_of(owner.organization, by) if by else None,
    )
