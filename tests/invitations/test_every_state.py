"""Every state an offer can be in, for whoever looks: what its page says, which buttons it has, how it is answered."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts.models import User
from invitations.actions.answering import accept, ask_anew, decline
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.links import token_of
from invitations.models import Invitation, JoinRequest
from organizations.actions.plans import set_seats
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, count_again, deactivate, invitee, offer
from tests.invitations.letting_in import come, let_in
from tests.witness import written

INVITED = "ines@example.org"
NO_MORE = ["No more of Marram Instruments", "No more of any organization"]
CREATE = ["Create an account to join", "I have an account: sign in", "Decline", *NO_MORE]


@dataclass
class Scene:
    """The offer to Ines, and those who may look at it."""

    owner: Membership
    ines: User
    other: User
    staff: User
    invitation: Invitation

    @property
    def organization(self) -> Organization:
        return self.owner.organization

    def change(self, **fields: object) -> None:
        Invitation.objects.filter(pk=self.invitation.pk).update(**fields)

    def accepted(self) -> None:
        accept(actor=invitee(self.ines), user=self.ines, invitation=self.invitation, version=1)

    def declined(self) -> None:
        decline(actor=invitee(self.ines), invitation=self.invitation, version=1)

    def revoked(self) -> None:
        revoke(actor=acting(self.owner), organization=self.organization, invitations=[self.invitation])

    def replaced(self) -> None:
        resend(actor=acting(self.owner), organization=self.organization, invitations=[self.invitation])

    def expired(self) -> None:
        self.change(expires_at=timezone.now() - timedelta(hours=1))

    def replaced_and_expired(self) -> None:
        self.replaced()
        self.expired()

    def expired_and_deactivated(self) -> None:
        self.change(status="expired", expires_at=timezone.now() - timedelta(hours=1))
        count_again()
        self.joined_and_was_deactivated()

    def asked_anew(self) -> None:
        self.expired()
        ask_anew(actor=invitee(self.ines), invitation=self.invitation, version=1)

    def nothing_left(self) -> None:
        self.change(access_ends_at=timezone.now() - timedelta(hours=1))

    def two_factor_required(self) -> None:
        Membership.objects.filter(pk=self.owner.pk).update(two_factor=True)  # else she may no longer invite
        Organization.objects.filter(pk=self.organization.pk).update(two_factor_required=True)

    def two_factor_set_up(self) -> None:
        self.two_factor_required()
        Authenticator.objects.create(user=self.ines, type=Authenticator.Type.TOTP, data={"secret": "x"})

    def address_added(self) -> None:
        EmailAddress.objects.create(user=self.other, email=INVITED)

    def belongs_already(self) -> None:
        """With another address, before she has shown that the invited one is hers."""
        own = EmailAddress.objects.filter(user=self.ines)
        own.update(verified=False)
        EmailAddress.objects.create(user=self.ines, email="second@example.org", verified=True)
        second = offer(self.owner, "second@example.org")
        accept(actor=invitee(self.ines), user=self.ines, invitation=second, version=1)
        own.update(verified=True)

    def joined_another_way(self) -> None:
        let_in(self.owner, "open")
        come(self.ines, self.organization, "open")

    def joined_and_was_deactivated(self) -> None:
        self.joined_another_way()
        deactivate(Membership.objects.get(user=self.ines))

    def expired_before_she_joined(self) -> None:
        self.change(status="expired", expires_at=timezone.now() - timedelta(hours=1))
        count_again()
        self.joined_another_way()

    def was_deactivated(self) -> None:
        self.belongs_already()
        deactivate(Membership.objects.get(user=self.ines))

    def inviter_gone(self) -> None:
        User.objects.filter(pk=self.owner.user_id).update(is_active=False)

    def invitation_deleted(self) -> None:
        Invitation.objects.filter(pk=self.invitation.pk).delete()
        count_again()

    def organization_deleted(self) -> None:
        Organization.objects.filter(pk=self.organization.pk).delete()


@pytest.fixture
def scene(owner, stranger, outsider, staff) -> Scene:
    return Scene(owner, stranger, outsider.user, staff, offer(owner, INVITED))


def open_still(scene: Scene) -> None:
    """Nothing has happened yet."""


# state, who looks, status, what the page says, its buttons
STATES: list[tuple[Callable[[Scene], None], str, int, str, list[str]]] = [
    (open_still, "nobody", 200, "Grace Okafor invites you to Marram Instruments", CREATE),
    (open_still, "ines", 200, "invites you to Marram Instruments", ["Accept and join", "Decline", *NO_MORE]),
    (open_still, "other", 200, "this invitation is for ines@example.org. It stays open until you choose.",
     ["Use another account", "Add ines@example.org to this account"]),
    (Scene.address_added, "other", 200, "it is not confirmed yet. Open the link in the mail that we sent there",
     ["Use another account", "Send the link again"]),
    (Scene.two_factor_required, "nobody", 200, "asks for a second factor. You set one up once you are", CREATE),
    (Scene.two_factor_required, "ines", 200, "Set one up, which takes a minute, and you come back here to accept.",
     ["Set up a second factor", "Decline", *NO_MORE]),
    (Scene.two_factor_set_up, "ines", 200, "invites you to", ["Accept and join", "Decline", *NO_MORE]),
    (Scene.belongs_already, "ines", 200, "You already belong to Marram Instruments. There is nothing to accept.",
     ["Open Marram Instruments", "Decline", *NO_MORE]),
    (Scene.was_deactivated, "ines", 200, "An invitation does not bring it back: ask someone who runs the team.",
     ["Whom to ask", "Decline", *NO_MORE]),
    (Scene.inviter_gone, "ines", 200, "may no longer offer this. Ask Marram Instruments for a new invitation.",
     ["Decline", *NO_MORE]),
    (Scene.accepted, "nobody", 200, "This invitation was accepted already", ["Sign in"]),
    (Scene.accepted, "ines", 200, "You belong to Marram Instruments", ["Open Marram Instruments"]),
    (Scene.accepted, "other", 200, "If it was you, sign in with that address.", ["Your organizations"]),
    (Scene.declined, "nobody", 200, "Nothing else happens. If that was a mistake, ask Grace Okafor",
     ["Sign in", *NO_MORE]),
    (Scene.declined, "ines", 200, "This invitation is declined", ["Your organizations", *NO_MORE]),
    (Scene.declined, "other", 200, "This invitation is declined", ["Your organizations"]),
    (Scene.revoked, "nobody", 200, "This invitation was withdrawn", ["Sign in", *NO_MORE]),
    (Scene.revoked, "ines", 200, "ask Grace Okafor for a new one", ["Your organizations", *NO_MORE]),
    (Scene.joined_another_way, "nobody", 200, "If you have joined Marram Instruments another way, sign in.",
     ["Sign in", *NO_MORE]),
    (Scene.joined_another_way, "ines", 200, "You belong to Marram Instruments already This invitation was withdrawn",
     ["Open Marram Instruments"]),
    (Scene.joined_another_way, "other", 200, "ask Grace Okafor for a new one", ["Your organizations"]),
    (Scene.joined_and_was_deactivated, "ines", 200, "does not bring it back: ask someone who runs the team.",
     ["Whom to ask"]),
    (Scene.expired_before_she_joined, "ines", 200, "already This invitation ended on", ["Open Marram Instruments"]),
    (Scene.replaced, "nobody", 200, "A newer invitation was sent", ["Sign in with that address instead"]),
    (Scene.replaced, "ines", 200, "invites you to Marram Instruments", ["Accept and join", "Decline", *NO_MORE]),
    (Scene.replaced, "other", 200, "Only the link in the newest mail to ines@example.org", ["Your organizations"]),
    (Scene.expired, "nobody", 200, "Ask for a new one with a click", ["Ask for a new one", "Sign in", *NO_MORE]),
    (Scene.expired, "ines", 200, "This invitation ended on", ["Ask for a new one", "Your organizations", *NO_MORE]),
    (Scene.replaced_and_expired, "nobody", 200, "that one has ended, too. Open the link in the newest mail to ines@ex",
     ["Sign in with that address instead"]),
    (Scene.replaced_and_expired, "ines", 200, "This invitation ended on",
     ["Ask for a new one", "Your organizations", *NO_MORE]),
    (Scene.replaced_and_expired, "other", 200, "to ask for another one.", ["Your organizations"]),
    (Scene.expired_and_deactivated, "ines", 200, "An invitation does not bring it back: ask someone who runs the team.",
     ["Whom to ask"]),
    (Scene.asked_anew, "ines", 200, "it comes by mail.", ["Your organizations", *NO_MORE]),
    (Scene.nothing_left, "ines", 200, "This invitation has nothing left to offer", ["Your organizations", *NO_MORE]),
    (Scene.invitation_deleted, "nobody", 410, "still expect to join, ask whoever invited you.", ["Go to Roster"]),
    (Scene.invitation_deleted, "other", 410, "This invitation no longer exists", ["Go to Roster"]),
    (Scene.organization_deleted, "nobody", 410, "the organization was deleted, or the invitation", ["Go to Roster"]),
    (Scene.organization_deleted, "ines", 410, "This invitation no longer exists", ["Go to Roster"]),
]  # fmt: skip


def words_and_buttons(response) -> tuple[str, list[str]]:
    """The text of the page's main part in one line, and what its buttons and links that look like buttons say."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL).group()
    main = re.sub(r"<(?:/?)wbr>", "", main)
    buttons = re.findall(r'<(?:a|button) class="btn[^>]*>(.*?)</(?:a|button)>', main, re.DOTALL)
    return plain(main), [plain(one) for one in buttons]


def plain(markup: str) -> str:
    text = html.unescape(re.sub(r"</?(?:b|span|time)\b[^>]*>", "", markup))
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize(
    ("state", "who", "status", "says", "buttons"),
    STATES,
    ids=[f"{one[0].__name__}, {one[1]}" for one in STATES],
)
def test_page_says_what_happened_and_what_to_do(client_of, scene, state, who, status, says, buttons):
    token = token_of(scene.invitation)
    browser: Client = client_of({"nobody": None, "ines": scene.ines, "other": scene.other}[who])
    browser.get(f"/i/{token}/")
    state(scene)
    with written() as news:
        response = browser.get(f"/invitation/{scene.invitation.pk}/")
    assert news.nothing
    assert response.status_code == status
    text, found = words_and_buttons(response)
    assert says in text
    assert found == buttons
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(("state", "who"), [(one[0], one[1]) for one in STATES if "Ask for a new one" in one[4]])
def test_asking_for_a_new_one_is_told_wherever_the_page_offers_it(client_of, scene, state, who):
    browser: Client = client_of({"nobody": None, "ines": scene.ines}[who])
    browser.get(f"/i/{token_of(scene.invitation)}/")
    state(scene)
    with written() as news:
        browser.post(f"/invitation/{scene.invitation.pk}/ask/")
    assert "invitation.asked_anew" in news.actions
    assert len(news.mails) == 1


@pytest.mark.parametrize(
    ("state", "who"), [(one[0], one[1]) for one in STATES], ids=[f"{one[0].__name__}, {one[1]}" for one in STATES]
)
def test_accepting_does_what_the_page_lets_expect(client_of, scene, state, who):
    """Pressed around the page, too: only where there is the button somebody joins."""
    buttons = next(one[4] for one in STATES if (one[0], one[1]) == (state, who))
    browser: Client = client_of({"nobody": None, "ines": scene.ines, "other": scene.other}[who])
    browser.get(f"/i/{token_of(scene.invitation)}/")
    state(scene)
    newest = Invitation.objects.filter(pk=scene.invitation.pk).values_list("version", flat=True).first()
    before = Membership.objects.count()
    response = browser.post(f"/invitation/{scene.invitation.pk}/accept/", {"version": newest or 1})
    joined = Membership.objects.count() - before
    assert joined == ("Accept and join" in buttons)
    assert response.status_code in (302, 410)
    assert (response.status_code == 410) == (newest is None)


# A link whose invitation has gone, in a browser that never opened it.


@pytest.mark.parametrize("what", ["invitation", "organization"])
@pytest.mark.parametrize("who", ["nobody", "ines"])
def test_link_to_what_has_gone_says_so_and_tells_nothing(client_of, scene, what, who):
    token = token_of(scene.invitation)
    (scene.invitation_deleted if what == "invitation" else scene.organization_deleted)()
    browser = client_of(scene.ines if who == "ines" else None)
    response = browser.get(f"/i/{token}/")
    text, buttons = words_and_buttons(response)
    assert response.status_code == 410
    assert text.startswith("This invitation no longer exists")
    assert buttons == ["Go to Roster"]
    for name in ("Marram", "Grace", "Member", INVITED):
        assert name not in text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert "invitations" not in browser.session


def test_link_whose_address_was_corrected_is_answered_like_one_that_has_gone(client, scene):
    token = token_of(scene.invitation)
    scene.change(email="corrected@example.org")
    response = client.get(f"/i/{token}/")
    assert response.status_code == 410
    assert "corrected@example.org" not in response.content.decode()


def test_forged_link_to_what_has_gone_is_no_link(client, scene):
    key, version, address, whole = token_of(scene.invitation).split(".")
    scene.invitation_deleted()
    for token in (f"{key}.2.{address}.{whole}", f"{key}.{version}.{whole}.{address}", f"{key}.{version}.{address}.x"):
        assert client.get(f"/i/{token}/").status_code == 404


@pytest.mark.parametrize("verb", ["accept", "decline", "ask", "no-more", "switch", "add-address"])
def test_buttons_of_what_has_gone_say_so(client_of, scene, verb):
    browser = client_of(scene.other)
    browser.get(f"/i/{token_of(scene.invitation)}/")
    scene.organization_deleted()
    with written() as news:
        assert browser.post(f"/invitation/{scene.invitation.pk}/{verb}/").status_code == 410
        assert client_of(None).post(f"/invitation/{scene.invitation.pk}/{verb}/").status_code == 404
    assert news.nothing


# Nobody is invited, and no seat is free.


def test_without_a_seat_one_waits_and_is_told(client_of, scene, owner, staff):
    let_in(owner, "open")
    set_seats(actor=acting(staff), organization=scene.organization, seats=1)
    person = UserFactory()
    browser = client_of(person)
    text, buttons = words_and_buttons(browser.get("/o/marram/join/"))
    assert "No seat is free in Marram Instruments at present. You can wait for one, and are told by mail" in text
    assert buttons == ["Wait for a seat"]
    come(person, scene.organization, "open")
    text, buttons = words_and_buttons(browser.get("/o/marram/join/"))
    assert "Seats are offered in the order in which people came; you are told by mail when one is free." in text
    assert buttons == ["Stop waiting"]
    JoinRequest.objects.update(told_at=timezone.now())
    set_seats(actor=acting(staff), organization=scene.organization, seats=9)
    text, buttons = words_and_buttons(browser.get("/organizations/"))
    assert "A seat was free" in text
    assert "See how" in buttons
    assert words_and_buttons(browser.get("/o/marram/join/"))[1] == ["Join Marram Instruments"]


def test_without_a_second_factor_one_sets_it_up_before_joining_uninvited_and_comes_back(client_of, scene, owner):
    let_in(owner, "open")
    scene.two_factor_required()
    response = client_of(UserFactory()).get("/o/marram/join/")
    text, buttons = words_and_buttons(response)
    assert "Marram Instruments asks a second factor of everyone." in text
    assert buttons == ["Set up a second factor"]
    assert 'href="/accounts/2fa/?next=/o/marram/join/"' in response.content.decode()
