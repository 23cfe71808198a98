"""Asking to join: one open request for each person, answered by those who may invite, with a role or a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from invitations.actions.answering import accept
from invitations.actions.asking import approve_request, refuse_request, withdraw_request
from invitations.actions.ways import close_way
from invitations.models import JoinRequest, WayKind
from invitations.policies import may_ask
from organizations.models import Organization
from tests.factories import UserFactory, acting, deactivate, invitee, join, offer, role_of
from tests.invitations.letting_in import ask, come, let_in, of_the_domain
from tests.organizations.changing import assign
from tests.organizations.designing import design
from tests.witness import counters, deliver, written

VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


@pytest.fixture
def asked(owner, stranger) -> JoinRequest:
    let_in(owner, "request")
    return ask(stranger, owner.organization, message="We met at the fair.")


def approve(by, asked: JoinRequest, role: str = "viewer"):
    return approve_request(actor=acting(by), user=asked.user, asked=asked, role=role_of(asked.organization, role))


def refuse(by, asked: JoinRequest, reason: str = "We know nobody of that name.") -> None:
    refuse_request(actor=acting(by), asked=asked, reason=reason)


def test_asking_is_written_down_and_told_to_those_who_may_answer(org, owner, admin, member, stranger):
    let_in(owner, "request")
    with written() as news:
        asked = ask(stranger, org, message="  We met\nat the fair. ")
        letters = deliver()
    assert (asked.status, asked.via, asked.message) == ("pending", "request", "We met at the fair.")
    (event,) = news.events
    assert (event.action, event.target_label, event.after) == ("join_request.asked", "Ines Duarte", {"via": "request"})
    assert sorted(letter.to[0] for letter in letters) == [owner.user.email, admin.user.email]
    for letter in letters:
        assert letter.subject == "Ines Duarte asks to join Marram Instruments"
        assert "We met at the fair." in str(letter.body)
        assert f"/o/marram/invitations/requests/{asked.pk}/" in str(letter.body)
    with written() as news:
        assert ask(stranger, org, message="Again") == asked
    assert news.nothing


def test_at_most_twenty_are_told(org, owner, stranger):
    for _ in range(25):
        join(owner, UserFactory(), "admin")
    let_in(owner, "request")
    with written() as news:
        ask(stranger, org)
    assert len(news.mails) == 20


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("See https://evil.example", "message"),
        ("evil.com has more", "message"),
        ("a\x00b", "message"),
        ("a\u202eb", "message"),
        ("a\ud800b", "message"),
        ("x" * 501, "too_long"),
        ("x" * 5_000, "too_long"),
    ],
    ids=["link", "domain", "NUL", "direction", "surrogate", "long", "very-long"],
)
def test_message_that_leads_or_deceives_is_refused(org, owner, stranger, message, code):
    let_in(owner, "request")
    with written() as news, pytest.raises(ValidationError) as refused:
        ask(stranger, org, message=message)
    assert refused.value.error_dict["message"][0].code == code
    assert news.nothing


def test_request_is_approved_with_a_role(org, admin, stranger, asked):
    with written() as news:
        membership = approve(admin, asked)
        letters = [letter for letter in deliver() if letter.to == [stranger.email]]
    asked.refresh_from_db()
    assert (asked.status, asked.role.key, asked.answerer_label) == ("approved", "viewer", "Tomás Rivera")
    assert (membership.user, membership.role.key, membership.source) == (stranger, "viewer", "request")
    assert news.actions == ["join_request.approved", "member.joined_by_request"]
    assert {event.actor_label for event in news.events} == {"Tomás Rivera"}
    (letter,) = letters
    assert letter.subject == "You belong to Marram Instruments now"
    assert "as Viewer" in str(letter.body)
    assert counters(org) == (3, 0, 0)


def test_request_is_refused_with_a_reason_that_its_person_reads(org, admin, stranger, asked):
    deliver()
    with written() as news:
        refuse(admin, asked)
        (letter,) = deliver()
    asked.refresh_from_db()
    assert (asked.status, asked.reason) == ("refused", "We know nobody of that name.")
    (event,) = news.events
    assert (event.action, event.before, event.after) == (
        "join_request.refused",
        {"status": "pending"},
        {"status": "refused"},
    )
    assert letter.to == [stranger.email]
    assert "We know nobody of that name." in str(letter.body)
    assert counters(org) == (2, 0, 0)


@pytest.mark.parametrize("reason", ["", "  ", "See evil.com", "x" * 301, "a\x00"])
def test_reason_is_a_sentence(admin, asked, reason):
    with written() as news, pytest.raises(ValidationError) as refused:
        refuse(admin, asked, reason)
    assert "reason" in refused.value.error_dict
    assert news.nothing


def test_request_is_taken_back_by_its_person_alone(org, owner, stranger, asked):
    with pytest.raises(PermissionDenied):
        withdraw_request(actor=acting(owner), user=stranger, asked=asked)
    with written() as news:
        assert withdraw_request(actor=invitee(stranger), user=stranger, asked=asked)
    assert news.actions == ["join_request.withdrawn"]
    with written() as news:
        assert not withdraw_request(actor=invitee(stranger), user=stranger, asked=asked)
    assert news.nothing
    other = UserFactory()
    again = ask(stranger, org)
    assert not withdraw_request(actor=invitee(other), user=other, asked=again)


@pytest.mark.parametrize("answer", [approve, refuse])
def test_what_is_answered_stays_answered(owner, admin, asked, answer):
    refuse(admin, asked)
    with written() as news, pytest.raises(ValidationError) as refused:
        answer(owner, asked)
    assert refused.value.code == "answered"
    assert "Tomás Rivera has refused" in refused.value.messages[0]
    assert news.nothing


@pytest.mark.parametrize("answer", [approve, refuse])
def test_who_waits_for_a_seat_is_answered_by_nobody(org, owner, stranger, answer):
    let_in(owner, "request")
    let_in(owner, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=1)
    waiting = come(stranger, org, "open")
    Organization.objects.filter(pk=org.pk).update(seat_limit=None)
    with written() as news, pytest.raises(ValidationError, match="needs no answer") as refused:
        answer(owner, waiting)
    assert refused.value.code == "answered"
    assert news.nothing


def test_after_a_refusal_one_asks_again_when_a_week_is_over(org, admin, stranger, asked):
    refuse(admin, asked)
    with pytest.raises(ValidationError) as refused:
        ask(stranger, org)
    assert refused.value.code == "refused"
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert ask(stranger, org).status == "pending"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(0), "You can ask again in 7 days."),
        (timedelta(minutes=5), "You can ask again in 7 days."),
        (timedelta(days=1, minutes=5), "You can ask again in 6 days."),
        (timedelta(days=6), "You can ask again in 1 day."),
        (timedelta(days=6, hours=23, minutes=59), "You can ask again in 1 day."),
    ],
)
def test_who_was_refused_is_told_how_long_they_wait_yet(org, owner, passed, said):
    now = timezone.now()
    decision = may_ask(let_in(owner, "request"), now, now + passed)
    assert decision.code == "refused"
    assert decision.reason.endswith(said)


@pytest.mark.parametrize("who", ["member", "viewer", "deactivated", "outsider"])
@pytest.mark.parametrize("answer", [approve, refuse])
def test_who_may_not_invite_answers_nothing(request, asked, who, answer):
    person = request.getfixturevalue(who)
    with written() as news, pytest.raises(PermissionDenied):
        answer(person, asked)
    assert news.nothing
    asked.refresh_from_db()
    assert asked.status == "pending"


def test_answerer_gives_no_more_than_they_hold(owner, asked):
    keeper = join(owner, UserFactory())
    assign(owner, design(owner, "Door", *VIEWERS, "invitations.create"), keeper)
    with pytest.raises(PermissionDenied, match="may do more than you may"):
        approve(keeper, asked, "admin")
    with pytest.raises(PermissionDenied, match="Nobody becomes Owner"):
        approve(owner, asked, "owner")
    assert approve(keeper, asked, "viewer").role.key == "viewer"


def test_nor_more_than_whoever_opened_the_way(org, owner, stranger):
    keeper = join(owner, UserFactory(name="Kim Keeper"))
    assign(owner, design(owner, "Door", *VIEWERS, "organization.update", "invitations.create"), keeper)
    let_in(keeper, "request", "viewer")
    asked = ask(stranger, org)
    with (
        written() as news,
        pytest.raises(ValidationError, match="Kim Keeper switched this way to join on") as refused,
    ):
        approve(owner, asked, "admin")
    assert refused.value.code == "opener"
    assert news.nothing
    assert approve(owner, asked, "viewer").role.key == "viewer"


def test_request_waits_while_the_way_is_closed(org, owner, asked):
    close_way(actor=acting(owner), organization=org, kind=WayKind.REQUEST)
    with pytest.raises(ValidationError) as refused:
        approve(owner, asked)
    assert refused.value.code == "closed"
    let_in(owner, "request")
    assert approve(owner, asked).source == "request"


def no_seat(owner, user) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(seat_limit=1)


def no_second_factor(owner, user) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(two_factor_required=True)
    type(owner).objects.filter(pk=owner.pk).update(two_factor=True)


def no_account(owner, user) -> None:
    type(user).objects.filter(pk=user.pk).update(is_active=False)


def no_domain(owner, user) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(allowed_domains=["other.example"])


@pytest.mark.parametrize(
    ("state", "code"),
    [(no_seat, "no_seat"), (no_second_factor, "two_factor"), (no_account, "not_active"), (no_domain, "domain")],
)
def test_who_cannot_belong_is_not_let_in_and_the_answerer_is_told_why(org, owner, stranger, asked, state, code):
    state(owner, stranger)
    with written() as news, pytest.raises(ValidationError) as refused:
        approve(owner, asked)
    assert refused.value.code == code
    assert "your" not in refused.value.messages[0].lower()
    assert news.nothing
    asked.refresh_from_db()
    assert asked.status == "pending"


def test_who_asked_and_was_invited_meanwhile_asks_no_longer(org, owner, stranger, asked):
    invitation = offer(owner, stranger.email)
    accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    asked.refresh_from_db()
    assert asked.status == "joined"
    with pytest.raises(ValidationError) as refused:
        approve(owner, asked)
    assert refused.value.code == "answered"


@pytest.mark.parametrize("kind", ["open", "domain"])
def test_where_people_join_at_once_nobody_asks(org, owner, kind):
    let_in(owner, kind)
    with written() as news, pytest.raises(ValidationError, match="There is nothing to ask") as refused:
        ask(of_the_domain(), org, kind)
    assert refused.value.code == "at_once"
    assert news.nothing


def test_deactivated_person_cannot_come_back_by_asking(org, owner, stranger):
    deactivate(join(owner, stranger))
    let_in(owner, "request")
    with pytest.raises(ValidationError) as refused:
        ask(stranger, org)
    assert refused.value.code == "deactivated"


def test_people_of_a_proven_domain_may_have_to_ask(org, owner, admin):
    let_in(owner, "domain", at_once=False)
    user = of_the_domain()
    asked = ask(user, org, "domain")
    EmailAddress.objects.filter(user=user).update(email="dora@elsewhere.example")
    with pytest.raises(ValidationError) as refused:
        approve(admin, asked)
    assert refused.value.code == "no_address"
    EmailAddress.objects.filter(user=user).update(email="dora@marram.example")
    assert approve(admin, asked).source == "request"


def test_request_of_another_organization_is_none_of_ours(owner, outsider, stranger, asked):
    theirs = JoinRequest.objects.create(organization=outsider.organization, user=stranger, via="request")
    assert theirs.pk != asked.pk
    with pytest.raises(PermissionDenied):
        approve_request(actor=acting(owner), user=stranger, asked=theirs, role=role_of(owner.organization, "viewer"))
    with pytest.raises(ValidationError) as refused:
        approve_request(
            actor=acting(owner), user=UserFactory(), asked=asked, role=role_of(owner.organization, "viewer")
        )
    assert refused.value.code == "gone"


def test_one_person_has_one_open_request(org, stranger, asked):
    for status in ("pending", "waiting"):
        with pytest.raises(IntegrityError), transaction.atomic():
            JoinRequest.objects.create(organization=org, user=stranger, via="open", status=status)


def test_mail_about_what_is_answered_already_is_not_sent(org, owner, admin, asked):
    refuse(admin, asked)
    assert [letter.subject for letter in deliver()] == ["Marram Instruments did not approve your request"]
