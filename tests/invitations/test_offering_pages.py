"""The invitations that are out: what became of each, sending it again, taking it back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from invitations.actions.answering import accept
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from invitations.policies.offering import may_end
from mail.models import Mail, State
from organizations.actions.groups import create_group
from organizations.policies import may_give
from tests.factories import (
    UserFactory,
    acting,
    count_again,
    found,
    give_role,
    invitee,
    join,
    offer,
    pending,
    role_of,
)
from tests.organizations.designing import design, hold
from tests.witness import counters, deliver, link_in, written


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, "ines@example.org")


@pytest.fixture
def grace(client_of, owner):
    """The owner's browser."""
    return client_of(owner)


def where(invitation: Invitation, verb: str) -> str:
    return f"/o/marram/invitations/{invitation.pk}/{verb}/"


@pytest.mark.parametrize("status", ["pending", "accepted", "declined", "revoked", "expired"])
def test_list_shows_those_of_one_status(grace, owner, org, status):
    for other in ("pending", "accepted", "declined", "revoked", "expired"):
        made = offer(owner, f"{other}@example.org")
        Invitation.objects.filter(pk=made.pk).update(status=other, answered_at=timezone.now())
        count_again()
    text = grace.get(f"/o/marram/invitations/?status={status}").content.decode()
    assert f"{status}@example.org" in text
    assert text.count("@example.org</a>") == 1


@pytest.mark.parametrize("query", ["status=nobody", "status=%00", "page=x", "page=0", "page=999999999999", "page=-1"])
def test_query_that_means_nothing_shows_the_first_page(grace, invitation, query):
    response = grace.get(f"/o/marram/invitations/?{query}")
    assert response.status_code == 200
    assert "ines@example.org" in response.content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [(State.PENDING, "On its way"), (State.SENT, "Sent "), (State.FAILED, "There is no such mailbox.")],
)
def test_list_says_what_became_of_the_mail(grace, invitation, state, said):
    Mail.objects.filter(key=invitation.mail_key).update(
        state=state, sent_at=timezone.now(), reason="There is no such mailbox." if state == State.FAILED else ""
    )
    assert said in grace.get("/o/marram/invitations/").content.decode()


def test_pending_people_stand_in_the_members_table(grace, invitation):
    assert "ines@example.org" in grace.get("/o/marram/members/").content.decode()


def test_members_table_holds_back_after_ten_pending(grace, org):
    pending(org, 12, ends=timezone.now() + timedelta(days=1))
    text = grace.get("/o/marram/members/").content.decode()
    assert len(re.findall(r"pending\d+@example\.org</span>", text)) == 10
    assert "pending11@example.org" in text
    assert "pending0@example.org" not in text


def test_asking_changes_nothing(grace, invitation):
    with written() as news:
        for verb in ("resend", "revoke"):
            text = grace.get(where(invitation, verb)).content.decode()
            assert "ines@example.org" in text
            assert "Marram Instruments" in text
    assert news.nothing


def test_sending_again_makes_a_new_link(grace, invitation):
    deliver()
    with written() as news:
        response = grace.post(where(invitation, "resend"), follow=True)
    assert "A new link is on its way to <b>ines@example.org</b>." in response.content.decode()
    assert news.actions == ["invitation.resent"]
    assert (news.events[0].before["version"], news.events[0].after["version"]) == (1, 2)
    assert [mail.key for mail in news.mails] == [f"invitation:{invitation.pk}:2"]
    before = invitation.expires_at - invitation.sent_at
    invitation.refresh_from_db()
    assert invitation.expires_at - invitation.sent_at == before
    assert link_in(deliver()[-1]).split(".")[1] == "2"


def test_revoking_frees_the_seat(grace, invitation, org):
    with written() as news:
        response = grace.post(where(invitation, "revoke"), follow=True)
    assert "The invitation to <b>ines@example.org</b> is withdrawn" in response.content.decode()
    assert news.actions == ["invitation.revoked"]
    assert not news.mails
    assert counters(org) == (1, 0, 0)


@pytest.mark.parametrize(
    ("status", "verb"),
    [
        *((status, "resend") for status in ("accepted", "declined", "revoked")),
        *((status, "revoke") for status in ("accepted", "declined", "revoked", "expired")),
    ],
)
def test_what_has_ended_stays_ended(grace, owner, org, verb, status):
    ended = offer(owner, "ines@example.org")
    Invitation.objects.filter(pk=ended.pk).update(status=status, answered_at=timezone.now())
    count_again()
    with written() as news:
        response = grace.post(where(ended, verb), follow=True)
        grace.get(where(ended, verb))
    assert response.status_code == 200
    assert news.nothing
    ended.refresh_from_db()
    assert (ended.status, ended.version) == (status, 1)


def test_nobody_sends_an_offer_again_that_they_could_not_make(client_of, owner, admin):
    large = offer(owner, "ines@example.org", "owner")
    with written() as news:
        text = client_of(admin).post(where(large, "resend"), follow=True).content.decode()
    assert "Only an owner can make another one." in text
    assert news.nothing


def test_admin_demoted_between_page_and_button_is_refused(client_of, admin, invitation):
    browser = client_of(admin)
    assert browser.get(where(invitation, "revoke")).status_code == 200
    give_role(admin, "viewer")
    assert browser.post(where(invitation, "revoke")).status_code == 403
    invitation.refresh_from_db()
    assert invitation.status == "pending"


# Nobody reaches the invitations of another organization.


@pytest.mark.parametrize("verb", ["resend", "revoke"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_invitation_of_another_organization_is_not_found(grace, outsider, verb, method):
    theirs = offer(outsider, "ines@example.org")
    before = Invitation.objects.values().get(pk=theirs.pk)
    with written() as news:
        assert getattr(grace, method)(where(theirs, verb)).status_code == 404
        assert getattr(grace, method)(f"/o/lee/invitations/{theirs.pk}/{verb}/").status_code == 404
    assert news.nothing
    assert Invitation.objects.values().get(pk=theirs.pk) == before


def test_action_passes_by_the_invitations_of_another_organization(owner, org, outsider):
    theirs = offer(outsider, "ines@example.org")
    with written() as news:
        for change in (resend, revoke):
            outcome = change(actor=acting(owner), organization=org, invitations=[theirs])
            assert (outcome.done, outcome.passed_over) == ([], [])
    assert news.nothing


def test_lists_show_nothing_of_another_organization(grace, outsider):
    offer(outsider, "secret.person@example.org")
    for path in ("", "members/", "invitations/", "audit/"):
        text = grace.get(f"/o/marram/{path}").content.decode()
        assert "secret.person" not in text
        assert "Lee &amp; Sons" not in text


def test_counters_are_true_after_each_step(org, owner, stranger, grace):
    steps = []
    for number in range(4):
        offer(owner, f"person{number}@example.org")
        steps.append(counters(org))
    first, second = Invitation.objects.order_by("id")[:2]
    grace.post(where(first, "revoke"))
    steps.append(counters(org))
    grace.post(where(second, "resend"))
    steps.append(counters(org))
    mine = offer(owner, stranger.email)
    steps.append(counters(org))
    accept(actor=invitee(stranger), user=stranger, invitation=mine, version=1)
    steps.append(counters(org))
    assert [reserved for _, _, reserved in steps] == [1, 2, 3, 4, 3, 3, 4, 3]
    assert steps[-1] == (2, 0, 3)


def test_list_goes_on_page_after_page_and_shows_everyone_once(grace, org):
    pending(org, 65, ends=timezone.now() + timedelta(days=1))
    url, seen = "?status=pending", []
    while url:
        response = grace.get(f"/o/marram/invitations/{url}")
        seen += [invitation.email for invitation, _, _ in response.context["rows"]]
        url = response.context["next_url"]
    assert seen == [f"pending{number}@example.org" for number in reversed(range(65))]


def test_who_invites_without_reading_invitations_is_led_where_they_may_be(client_of, owner, member):
    grants = role_of(owner.organization, "viewer").grants
    hold(design(owner, "Doorman", *grants, "invitations.create", "invitations.delete"), member)
    viewer = role_of(owner.organization, "viewer").pk
    browser = client_of(member)
    form = {"addresses": "uma@example.org", "role": viewer, "days": "7"}
    sent = browser.post("/o/marram/invitations/new/", form, follow=True)
    revoked = browser.post(
        f"/o/marram/invitations/{Invitation.objects.get(email='uma@example.org').pk}/revoke/", follow=True
    )
    for response, said in ((sent, "is invited to Marram Instruments"), (revoked, "is withdrawn")):
        assert response.redirect_chain == [("/o/marram/", 302)]
        assert (response.status_code, said in response.content.decode()) == (200, True)


def groups_shown(response) -> list[tuple[str, bool]]:
    """The groups that can be chosen, and whether they are."""
    boxes = re.findall(
        r'<input[^>]*name="groups"[^>]*>\s*<label[^>]*>\s*([^<]+?)\s*</label>', response.content.decode()
    )
    ticked = [" checked" in one for one in re.findall(r'<input[^>]*name="groups"[^>]*>', response.content.decode())]
    return list(zip(boxes, ticked, strict=True))


def test_after_a_mistake_groups_can_still_be_chosen_and_those_that_were_are(grace, org, owner):
    alpha, _ = (
        create_group(actor=acting(owner), organization=org, name=name, description="") for name in ("Alpha", "Beta")
    )
    form = {"addresses": "uma@example.org", "role": role_of(org, "viewer").pk, "days": "0"}
    wrong = grace.post("/o/marram/invitations/new/", form)
    assert groups_shown(wrong) == [("Alpha", False), ("Beta", False)]
    again = grace.post("/o/marram/invitations/new/", form | {"groups": alpha.pk.hex})
    assert groups_shown(again) == [("Alpha", True), ("Beta", False)]
    gone = grace.post("/o/marram/invitations/new/", form | {"days": "7", "groups": "0" * 32})
    assert "One of these groups is gone. Choose again." in gone.content.decode()


def test_where_there_are_no_groups_none_are_asked_for(grace, org):
    form = {"addresses": "uma@example.org", "role": role_of(org, "viewer").pk, "days": "0"}
    for response in (grace.get("/o/marram/invitations/new/"), grace.post("/o/marram/invitations/new/", form)):
        assert 'id="div_id_groups"' not in response.content.decode()
        assert 'name="groups"' not in response.content.decode()
    gone = grace.post("/o/marram/invitations/new/", form | {"days": "7", "groups": "0" * 32})
    assert "One of these groups is gone. Choose again." in gone.content.decode()


@pytest.mark.parametrize(
    ("scheme", "giver", "owner_key", "said"),
    [
        ("standard", "admin", "owner", "an owner"),
        ("managed-accounts", "technical_admin", "company_admin", "a company admin"),
    ],
)
def test_role_that_owns_is_called_as_people_say_it(db, scheme, giver, owner_key, said):
    owner = found(UserFactory(), "Marram Instruments", "marram", scheme)
    organization, role = owner.organization, role_of(owner.organization, owner_key)
    other = join(owner, UserFactory(), giver)
    assert may_give(acting(other), role, organization).reason == f"Only {said} can make another one."
    refused = may_end(role, timezone.now(), timezone.now())
    assert refused.reason.startswith(f"The access of {said} has no end.")
