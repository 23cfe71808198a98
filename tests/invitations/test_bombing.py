"""Nobody's inbox is filled through Roster, and none of its mails carries words that lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts.actions import update_profile
from config.settings import base
from invitations.actions.asking import refuse_request
from invitations.actions.offering import invite, invite_each
from invitations.actions.refusing import refuse_further
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.bulk.lists import make_list
from invitations.bulk.reading import read_text
from invitations.models import Invitation
from invitations.offers import Offer
from organizations.actions.organizations import create_organization
from organizations.actions.plans import set_plan
from organizations.actions.settings import rename_organization
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, found, invitee, offer, role_of
from tests.invitations.letting_in import ask, let_in
from tests.organizations.designing import design
from tests.witness import deliver, written

INES = "ines@example.org"


@pytest.fixture
def _as_delivered(settings):
    """The limits that a deployment begins with, counted from nothing."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
    settings.INVITATION_LIMITS = base.INVITATION_LIMITS


def spelled(number: int) -> list[str]:
    """Her address in so many ways, small and large letters."""
    return [
        "".join(c.upper() if number >> place & 1 else c for place, c in enumerate(INES)) for number in range(number)
    ]


def mails_to_her(by: Membership, *, times: int) -> int:
    """Somebody invites her in fifty spellings, sends it again and takes it back, so many times over."""
    org, arrived = by.organization, 0
    for _ in range(times):
        outcome = invite(actor=acting(by), organization=org, addresses=spelled(50), role=role_of(org, "member"), days=7)
        arrived += len(deliver())
        resend(actor=acting(by), organization=org, invitations=outcome.done)
        arrived += len(deliver())
        revoke(actor=acting(by), organization=org, invitations=outcome.done)
    return arrived


@pytest.mark.usefixtures("_as_delivered")
def test_of_a_thousand_invitations_to_one_address_a_few_arrive_in_a_day(owner, outsider):
    third = found(UserFactory(), "Front", "front")
    assert mails_to_her(owner, times=16) == 5
    assert mails_to_her(outsider, times=3) == 5
    assert mails_to_her(third, times=1) == 0
    assert Invitation.objects.filter(email=INES).count() < 10


@pytest.mark.usefixtures("_as_delivered")
def test_none_arrive_once_she_asked_for_no_more(owner, outsider):
    refuse_further(actor=invitee(None, INES), invitation=offer(owner, INES), scope="everywhere")
    deliver()
    assert mails_to_her(owner, times=1) == mails_to_her(outsider, times=1) == 0


# Words that a mail of Roster's would carry, each set by somebody who means ill.


def _name_of_an_organization(owner: Membership, words: str) -> None:
    create_organization(actor=acting(owner.user), user=owner.user, name=words, slug="new-one", scheme="standard")


def _another_name(owner: Membership, words: str) -> None:
    rename_organization(actor=acting(owner), organization=owner.organization, name=words)


def _name_of_a_person(owner: Membership, words: str) -> None:
    update_profile(actor=acting(owner), user=owner.user, name=words, time_zone="UTC", phone="", job_title="")


def _name_of_a_role(owner: Membership, words: str) -> None:
    design(owner, words, "members.read")


def _description_of_a_role(owner: Membership, words: str) -> None:
    design(owner, "Trainee", "members.read", description=words)


def _note(owner: Membership, words: str) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(trusted=True)
    role = role_of(owner.organization, "member")
    invite(actor=acting(owner), organization=owner.organization, addresses=[INES], role=role, days=7, note=words)


def _name_of_who_is_invited(owner: Membership, words: str) -> None:
    one = Offer(INES, role_of(owner.organization, "member"), name=words)
    invite_each(actor=acting(owner), organization=owner.organization, offers=[one], days=7)


def _message_of_a_request(owner: Membership, words: str) -> None:
    let_in(owner, "request")
    ask(UserFactory(), owner.organization, message=words)


def _reason_of_a_refusal(owner: Membership, words: str) -> None:
    let_in(owner, "request")
    refuse_request(actor=acting(owner), asked=ask(UserFactory(), owner.organization), reason=words)


CORPUS = [
    "Win at https://evil.example", "http:evil", "www.evil.museum", "evil.com", "EVIL.COM", "bit.ly/abc", "paypal.de",
    "bücher.com", "ｅｖｉｌ.com", "evil。com", "evil.museum/login", "192.0.2.1", "x@evil.de", "mailto:x", "a\x00b",
    "a\x1bb", "a\x1cb", "a\x0cb", "a\x7fb", "a\u202eb", "a\u2066b", "a\u200bb", "a\u200eb",
    "a\ufeffb", "a\ue000b", "a\ud800b", "\u3164", "a\u2028b",
    "x" * 600,
]  # fmt: skip
PLACES: list[Callable[[Membership, str], None]] = [
    _name_of_an_organization, _another_name, _name_of_a_person, _name_of_a_role, _description_of_a_role, _note,
    _name_of_who_is_invited, _message_of_a_request, _reason_of_a_refusal,
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__.strip("_"))
def test_words_in_a_mail_lead_nowhere_and_deceive_nobody(owner, place):
    for number, words in enumerate(CORPUS):
        with written() as news, pytest.raises(ValidationError) as refused:
            place(owner, f"Team {words}" if number % 2 else words)
        assert refused.value.messages[0], words
        assert not [event for event in news.events if event.action not in ("way.opened", "join_request.asked")], words


def test_only_whom_staff_trust_may_say_something(owner):
    role = role_of(owner.organization, "member")
    with written() as news, pytest.raises(ValidationError) as refused:
        invite(actor=acting(owner), organization=owner.organization, addresses=[INES], role=role, days=7, note="Hello")
    assert refused.value.code == "not_trusted"
    assert news.nothing


def test_once_staff_trust_an_organization_no_more_its_notes_are_mailed_no_more(org, owner, staff, client_of):
    plan = {"actor": acting(staff), "organization": org, "plan": "", "seats": None, "trial_cap": None}
    set_plan(**plan, trusted=True)
    org.refresh_from_db()
    listed = make_list(
        actor=acting(owner), user=owner.user, organization=org, rows=read_text("bea@example.org cy@example.org"),
        role=role_of(org, "member"), days=7, note="Come and see",
    )  # fmt: skip
    _note(owner, "Come and see")
    set_plan(**plan, trusted=False)
    org.refresh_from_db()
    (letter,) = deliver()
    assert "Come and see" not in letter.body + str(letter.alternatives)
    resend(actor=acting(owner), organization=org, invitations=list(Invitation.objects.filter(email=INES)))
    (letter,) = deliver()
    assert "Come and see" not in letter.body + str(letter.alternatives)
    page, browser = f"/o/marram/invitations/lists/{listed.pk}/", client_of(owner)
    assert "The note “Come and see” is left out" in browser.get(page).content.decode()
    browser.post(page, {"send": "1"})
    assert set(listed.rows.values_list("bucket", flat=True)) == {"sent"}
    assert not Invitation.objects.filter(email="bea@example.org").exclude(note="").exists()
