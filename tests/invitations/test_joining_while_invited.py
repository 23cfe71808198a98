"""Whoever is invited and comes in another way is one person in one seat: their invitations are withdrawn with that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from invitations.actions.answering import accept
from invitations.actions.asking import approve_request
from invitations.emails import build_invitation, build_reminder
from invitations.join_links import token_of
from invitations.models import Invitation, JoinRequest
from organizations.models import Membership, Organization
from tests.factories import acting, deactivate, invitee, offer, role_of
from tests.invitations.letting_in import add_address, ask, come, let_in, link, of_the_domain, use
from tests.invitations.test_every_state import plain
from tests.witness import counters, deliver, written

SECOND = "dora@elsewhere.example"
REASON = "its person has joined another way"


def by_domain(owner: Membership, user: User) -> object:
    return come(user, owner.organization, "domain")


def openly(owner: Membership, user: User) -> object:
    return come(user, owner.organization, "open")


def by_link(owner: Membership, user: User) -> object:
    return use(user, owner.organization.join_links.get())


def by_request(owner: Membership, user: User) -> object:
    asked = owner.organization.join_requests.get(user=user)
    return approve_request(actor=acting(owner), user=user, asked=asked, role=role_of(owner.organization, "viewer"))


WAYS: dict[Callable[[Membership, User], object], str] = {
    by_domain: "member.joined_by_domain",
    openly: "member.joined_openly",
    by_link: "member.joined_by_link",
    by_request: "member.joined_by_request",
}


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def comes(request, owner) -> Callable[[Membership, User], object]:
    way: Callable[[Membership, User], object] = request.param
    if way is by_link:
        link(owner)
    else:
        let_in(owner, "domain" if way is by_domain else "open" if way is openly else "request")
    return way


@pytest.fixture
def dora() -> User:
    """Somebody with two verified addresses, and one that is not."""
    user = of_the_domain()
    add_address(user, SECOND)
    add_address(user, "dora@unproven.example", verified=False)
    return user


def prepared(way: Callable[[Membership, User], object], owner: Membership, user: User) -> None:
    if way is by_request:
        ask(user, owner.organization)


def seats(org: Organization, number: int | None) -> None:
    Organization.objects.filter(pk=org.pk).update(seat_limit=number)


def test_their_invitations_are_withdrawn_with_joining(org, owner, comes, dora):
    theirs = [offer(owner, dora.email), offer(owner, SECOND)]
    kept = [offer(owner, "dora@unproven.example"), offer(owner, "ove@example.org")]
    deliver()
    prepared(comes, owner, dora)
    with written() as news:
        comes(owner, dora)
    revoked = [event for event in news.events if event.action == "invitation.revoked"]
    assert {event.target_label for event in revoked} == {dora.email, SECOND}
    assert len(revoked) == 2
    for event in revoked:
        assert event.before == {"status": "pending"}
        assert event.after == {"status": "revoked", "reason": REASON}
    joined = next(event for event in news.events if event.action == WAYS[comes])
    assert {event.batch for event in news.events} == {joined.batch}
    assert joined.batch is not None
    assert {(event.actor_label, event.actor_kind) for event in revoked} == {(joined.actor_label, joined.actor_kind)}
    assert not [mail for mail in news.mails if mail.kind.startswith("invitations.invitation")]
    assert set(Invitation.objects.filter(status="revoked")) == set(theirs)
    assert set(Invitation.objects.filter(status="pending")) == set(kept)
    assert not Invitation.objects.filter(status="revoked", remind_at__isnull=False).exists()
    assert counters(org) == (2, 0, 2)


def test_nothing_is_mailed_for_what_was_withdrawn(owner, comes, dora):
    invitation = offer(owner, dora.email)
    prepared(comes, owner, dora)
    comes(owner, dora)
    ids = {"invitation": str(invitation.pk), "version": "1"}
    assert build_invitation(ids) is None
    assert build_reminder(ids) is None
    assert not [letter for letter in deliver() if "/i/" in str(letter.body)]


def test_invitations_of_another_organization_stand(owner, outsider, comes, dora):
    elsewhere = offer(outsider, dora.email)
    prepared(comes, owner, dora)
    comes(owner, dora)
    elsewhere.refresh_from_db()
    assert elsewhere.status == "pending"
    assert counters(outsider.organization) == (1, 0, 1)


def test_own_invitation_holds_the_last_seat_and_they_join_in_it(org, owner, comes, dora):
    offer(owner, dora.email)
    prepared(comes, owner, dora)
    seats(org, 2)
    assert isinstance(comes(owner, dora), Membership)
    assert counters(org) == (2, 0, 0)


def test_own_seat_is_theirs_also_where_the_limit_was_lowered_below_use(org, owner, comes, dora):
    offer(owner, dora.email)
    prepared(comes, owner, dora)
    seats(org, 1)
    assert isinstance(comes(owner, dora), Membership)
    assert counters(org) == (2, 0, 0)


def test_seat_that_is_kept_for_somebody_else_is_not_theirs(org, owner, comes, dora):
    offer(owner, "ove@example.org")
    offer(owner, "dora@unproven.example")
    prepared(comes, owner, dora)
    seats(org, 3)
    if comes is by_request:
        with pytest.raises(ValidationError) as refused:
            comes(owner, dora)
        assert refused.value.code == "no_seat"
    else:
        assert isinstance(comes(owner, dora), JoinRequest)
    assert counters(org) == (1, 0, 2)


def test_accepting_one_withdraws_the_others(org, owner, dora):
    first, second = offer(owner, dora.email), offer(owner, SECOND, "viewer")
    with written() as news:
        membership = accept(actor=invitee(dora), user=dora, invitation=second, version=1)
    assert membership.role.key == "viewer"
    assert news.actions == ["member.joined", "invitation.revoked"]
    assert news.events[1].after["reason"] == REASON
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("revoked", "accepted")
    assert counters(org) == (2, 0, 0)


def test_who_was_invited_and_joins_has_one_line_in_the_log(client_of, owner, dora):
    offer(owner, dora.email)
    let_in(owner, "open")
    come(dora, owner.organization, "open")
    page = plain(client_of(owner).get("/o/marram/audit/").content.decode())
    assert "Dora Marram joined as Member, without being asked" in page
    assert f"and, with that, revoked the invitation to {dora.email}" in page


# What the pages say.


def page_of(client, invitation: Invitation) -> str:
    return " ".join(client.get(f"/invitation/{invitation.pk}/").content.decode().split())


def test_page_of_what_was_withdrawn_leads_in(client_of, owner, comes, dora):
    invitation = offer(owner, dora.email)
    prepared(comes, owner, dora)
    comes(owner, dora)
    page = page_of(client_of(dora), invitation)
    assert "You belong to Marram Instruments already" in page
    assert "was withdrawn" in page
    assert "Open Marram Instruments</a>" in page
    assert "Get no more invitations" not in page


def test_accepting_it_afterwards_says_that_they_belong(owner, dora):
    invitation = offer(owner, dora.email)
    let_in(owner, "open")
    come(dora, owner.organization, "open")
    with written() as news, pytest.raises(ValidationError) as refused:
        accept(actor=invitee(dora), user=dora, invitation=invitation, version=1)
    assert (refused.value.code, refused.value.messages) == (
        "already_member", ["You already belong to Marram Instruments."],
    )  # fmt: skip
    assert news.nothing


def test_page_of_the_way_offers_a_place_and_not_to_wait(client_of, org, owner, dora):
    offer(owner, dora.email)
    let_in(owner, "open")
    made = link(owner)
    seats(org, 2)
    browser = client_of(dora)
    page = browser.get("/o/marram/join/").content.decode()
    assert "Join Marram Instruments</button>" in page
    assert "Wait for a seat" not in page
    use_page = browser.get(f"/j/{token_of(made)}/", follow=True).content.decode()
    assert "Join Marram Instruments</button>" in use_page
    assert "Wait for a seat" not in use_page


def test_page_of_a_request_says_that_it_can_be_approved(client_of, org, owner, dora):
    offer(owner, dora.email)
    let_in(owner, "request")
    asked = ask(dora, org)
    seats(org, 2)
    page = client_of(owner).get(f"/o/marram/invitations/requests/{asked.pk}/").content.decode()
    assert "No seat is free" not in page
    Invitation.objects.update(email="other@elsewhere.example")
    assert "No seat is free" in client_of(owner).get(f"/o/marram/invitations/requests/{asked.pk}/").content.decode()


@pytest.mark.parametrize("place", ["way", "link", "request"])
def test_page_of_a_way_says_which_invitation_it_closes(client_of, owner, dora, place):
    invitation = offer(owner, SECOND, "admin")
    if place == "link":
        path = f"/j/{token_of(link(owner))}/"
    else:
        let_in(owner, "open" if place == "way" else "request")
        path = "/o/marram/join/"
    page = " ".join(client_of(dora).get(path, follow=True).content.decode().split())
    assert "You are invited, too, as Admin." in page
    assert f'href="/invitation/{invitation.pk}/"' in page
    another = of_the_domain(name="Paul Marram")
    assert "You are invited, too" not in client_of(another).get(path, follow=True).content.decode()


def test_who_was_deactivated_since_is_told_whom_to_ask(client_of, owner, dora):
    invitation = offer(owner, dora.email)
    let_in(owner, "open")
    deactivate(come(dora, owner.organization, "open"))
    page = page_of(client_of(dora), invitation)
    assert "This invitation was withdrawn" in page
    assert "An invitation does not bring it back: ask someone who runs the team." in page
    assert "Whom to ask" in page
