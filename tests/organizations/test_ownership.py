"""Who owns an organization: exactly one who hands it on, or several of whom the last one stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from audit.actors import SYSTEM
from organizations.actions.assigning import change_role
from organizations.actions.members import deactivate as end_access
from organizations.actions.members import leave, remove
from organizations.actions.organizations import settle_lapsed
from organizations.actions.ownership import (
    accept_ownership,
    appoint_owner,
    refuse_ownership,
    transfer_ownership,
    withdraw_ownership,
)
from organizations.models import OPEN_FOR, Membership, Organization, OwnershipTransfer
from tests.factories import UserFactory, acting, deactivate, found, give_role, join, role_of
from tests.witness import counters, deliver, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def head() -> Membership:
    """The one owner, where ownership is offered and accepted."""
    return found(
        UserFactory(name="Pia Head", email="pia@alliance.example.org"), "Alliance", "alliance", "partner-management"
    )


@pytest.fixture
def heir(head: Membership) -> Membership:
    return join(head, UserFactory(name="Hedy Heir", email="hedy@alliance.example.org"), "member")


@pytest.fixture
def colleague(head: Membership) -> Membership:
    return join(head, UserFactory(name="Cleo Colleague", email="cleo@alliance.example.org"), "admin")


@pytest.fixture
def offered(head: Membership, heir: Membership) -> OwnershipTransfer:
    return transfer_ownership(actor=acting(head), membership=heir)


@pytest.fixture
def wilma() -> Membership:
    """The one owner, where ownership moves at once."""
    return found(UserFactory(name="Wilma Owner", email="wilma@hill.example.org"), "Hill Winery", "hill", "winery")


@pytest.fixture
def ada(wilma: Membership) -> Membership:
    return join(wilma, UserFactory(name="Ada Admin", email="ada@hill.example.org"), "admin")


def key_of(person: Membership) -> str | None:
    role = Membership.objects.get(pk=person.pk).role
    return role.key if role else None


def status_of(transfer: OwnershipTransfer) -> str:
    transfer.refresh_from_db()
    return transfer.status


def owners(organization: Organization) -> list[str]:
    return [one.label for one in organization.memberships.filter(owns=True).by_name()]


# At once


def test_ownership_moves_at_once_and_the_former_owner_is_admin(wilma, ada):
    with written() as news:
        transfer = transfer_ownership(actor=acting(wilma), membership=ada)
    assert transfer.status == "accepted"
    assert (key_of(wilma), key_of(ada)) == ("admin", "owner")
    assert owners(wilma.organization) == ["Ada Admin"]
    assert news.actions == ["member.role_changed", "member.role_changed", "ownership.moved"]
    stepped_down, stepped_up, moved = news.events
    assert (stepped_down.target_label, stepped_down.after["role"]) == ("Wilma Owner", "Admin")
    assert (stepped_up.target_label, stepped_up.after["role"]) == ("Ada Admin", "Owner")
    assert (moved.target_label, moved.before, moved.after, moved.actor_label) == ("Ada Admin", {}, {}, "Wilma Owner")
    assert counters(wilma.organization) == (2, 0, 0)


def test_former_owner_cannot_take_it_back(wilma, ada):
    before = acting(wilma)
    transfer_ownership(actor=before, membership=ada)
    for actor in (before, acting(wilma)):
        with written() as news, pytest.raises(PermissionDenied, match="Only the owner"):
            transfer_ownership(actor=actor, membership=wilma)
        assert news.nothing
    assert owners(wilma.organization) == ["Ada Admin"]


# Offered


def test_offer_changes_nothing_until_it_is_accepted(head, heir):
    with written() as news:
        transfer = transfer_ownership(actor=acting(head), membership=heir)
    assert (key_of(head), key_of(heir)) == ("owner", "member")
    assert news.actions == ["ownership.offered"]
    assert news.events[0].target_label == "Hedy Heir"
    assert news.events[0].after == {"expires_at": str(transfer.expires_at)}
    assert [(mail.kind, mail.ids["user"]) for mail in news.mails] == [
        ("organizations.ownership_offered", str(heir.user_id))
    ]
    assert transfer.expires_at - transfer.created_at == timedelta(days=7)


def test_acceptance_moves_it_in_one_change(head, heir, offered):
    with written() as news:
        accept_ownership(actor=acting(heir), transfer=offered)
    assert (key_of(head), key_of(heir)) == ("admin", "owner")
    assert status_of(offered) == "accepted"
    assert news.actions == ["member.role_changed", "member.role_changed", "ownership.moved"]
    assert len({event.at for event in news.events}) == 1
    with written() as news:
        accept_ownership(actor=acting(heir), transfer=offered)
    assert news.nothing


@pytest.mark.parametrize(
    ("end", "by", "status", "event"),
    [
        (refuse_ownership, "heir", "refused", "ownership.refused"),
        (withdraw_ownership, "head", "withdrawn", "ownership.withdrawn"),
    ],
)
def test_offer_is_refused_or_withdrawn_once_and_then_over(request, head, heir, offered, end, by, status, event):
    actor = acting(request.getfixturevalue(by))
    with written() as news:
        end(actor=actor, transfer=offered)
    assert news.actions == [event]
    assert status_of(offered) == status
    with written() as news:
        end(actor=actor, transfer=offered)
        with pytest.raises(ValidationError) as refusal:
            accept_ownership(actor=acting(heir), transfer=offered)
    assert refusal.value.code == "not_open"
    assert news.nothing
    assert (key_of(head), key_of(heir)) == ("owner", "member")


def test_second_offer_withdraws_the_first_and_the_same_one_changes_nothing(head, heir, colleague, offered):
    with written() as news:
        assert transfer_ownership(actor=acting(head), membership=heir) == offered
    assert news.nothing
    with written() as news:
        transfer_ownership(actor=acting(head), membership=colleague)
    assert news.actions == ["ownership.withdrawn", "ownership.offered"]
    assert status_of(offered) == "withdrawn"
    with pytest.raises(ValidationError, match="is withdrawn"):
        accept_ownership(actor=acting(heir), transfer=offered)


def test_offer_ends_after_seven_days_and_is_written_down(head, heir, offered):
    with time_machine.travel(offered.expires_at - timedelta(seconds=1), tick=False):
        assert offered.is_open_at(timezone.now())
    with time_machine.travel(offered.expires_at, tick=False):
        for answer in (accept_ownership, refuse_ownership):
            with pytest.raises(ValidationError):
                answer(actor=acting(heir), transfer=offered)
        with pytest.raises(ValidationError):
            withdraw_ownership(actor=acting(head), transfer=offered)
        with written() as news:
            settle_lapsed(actor=SYSTEM, organization=head.organization, batch=uuid7())
    assert key_of(head) == "owner"
    assert status_of(offered) == "expired"
    assert news.actions == ["ownership.expired"]
    assert news.events[0].target_label == "Hedy Heir"


def test_next_action_settles_an_offer_that_has_ended(head, heir, offered):
    with time_machine.travel(offered.expires_at + timedelta(minutes=1)), written() as news:
        transfer_ownership(actor=acting(head), membership=heir)
    assert news.actions == ["ownership.expired", "ownership.offered"]


# Who may


@pytest.mark.parametrize("who", ["heir", "colleague", "outsider", "staff"])
def test_nobody_but_the_owner_hands_it_on(request, head, heir, colleague, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news, pytest.raises(PermissionDenied):
        transfer_ownership(actor=actor, membership=heir)
    assert news.nothing


@pytest.mark.parametrize("who", ["head", "colleague", "outsider"])
def test_nobody_but_the_heir_answers(request, head, heir, colleague, offered, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news:
        for answer in (accept_ownership, refuse_ownership):
            with pytest.raises((ValidationError, PermissionDenied)):
                answer(actor=actor, transfer=offered)
    assert news.nothing
    assert status_of(offered) == "pending"


@pytest.mark.parametrize("who", ["heir", "colleague", "outsider"])
def test_nobody_but_the_owner_withdraws(request, head, heir, colleague, offered, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news, pytest.raises((ValidationError, PermissionDenied)):
        withdraw_ownership(actor=actor, transfer=offered)
    assert news.nothing
    assert status_of(offered) == "pending"


def _deactivated(person: Membership) -> None:
    deactivate(person)


def _ending(person: Membership) -> None:
    Membership.objects.filter(pk=person.pk).update(ends_at=timezone.now() + timedelta(days=30))


def _account_gone(person: Membership) -> None:
    User.objects.filter(pk=person.user_id).update(is_active=False)


def _without_second_factor(person: Membership) -> None:
    Organization.objects.filter(pk=person.organization_id).update(two_factor_required=True)
    Membership.objects.filter(organization=person.organization).exclude(pk=person.pk).update(two_factor=True)


def _given_by_the_host(person: Membership) -> None:
    give_role(person, "partner")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_deactivated, "is not active"),
        (_ending, "ends on a set day"),
        (_account_gone, "account is not active"),
        (_without_second_factor, "has no second factor"),
        (_given_by_the_host, "which is not taken by hand"),
    ],
)
def test_nobody_becomes_owner_who_could_not_act_as_one(staff, head, heir, happens: Callable[[Membership], None], why):
    happens(heir)
    with written() as news:
        with pytest.raises(PermissionDenied, match=why):
            transfer_ownership(actor=acting(head), membership=heir)
        with pytest.raises(PermissionDenied, match=why):
            appoint_owner(actor=acting(staff), membership=heir)
    assert news.nothing


@pytest.mark.parametrize("happens", [_deactivated, _ending, _account_gone, _without_second_factor])
def test_heir_who_can_no_longer_act_cannot_accept(head, heir, offered, happens: Callable[[Membership], None]):
    happens(heir)
    with written() as news, pytest.raises((ValidationError, PermissionDenied)):
        accept_ownership(actor=acting(heir), transfer=offered)
    assert news.nothing
    assert (key_of(head), key_of(heir)) == ("owner", "member")


@pytest.mark.parametrize("ending", ["removed", "left", "deactivated"])
def test_offer_goes_with_the_access_of_the_heir(head, heir, offered, ending):
    organization = head.organization
    with written() as news:
        if ending == "removed":
            remove(actor=acting(head), organization=organization, memberships=[heir])
        elif ending == "left":
            leave(actor=acting(heir), membership=heir)
        else:
            end_access(actor=acting(head), organization=organization, memberships=[heir])
    assert "ownership.withdrawn" in news.actions
    assert status_of(offered) == "withdrawn"
    assert owners(organization) == ["Pia Head"]


def test_offer_is_to_the_person_and_outlives_another_role(head, heir, offered):
    """Only the owner takes it back: a demotion by somebody else does not."""
    give_role(heir, "viewer")
    accept_ownership(actor=acting(heir), transfer=offered)
    assert (key_of(head), key_of(heir)) == ("admin", "owner")


def test_offer_may_be_accepted_when_the_owners_account_is_gone(head, heir, offered):
    _account_gone(head)
    accept_ownership(actor=acting(heir), transfer=offered)
    assert owners(head.organization) == ["Hedy Heir"]


def test_appointing_an_owner_ends_the_offer_that_waits(staff, head, heir, colleague, offered):
    with written() as news:
        appoint_owner(actor=acting(staff), membership=colleague)
    assert news.actions[0] == "ownership.withdrawn"
    assert owners(head.organization) == ["Cleo Colleague"]
    with pytest.raises(ValidationError):
        accept_ownership(actor=acting(heir), transfer=offered)


def test_where_several_may_own_nothing_is_transferred(owner, admin):
    with written() as news, pytest.raises(PermissionDenied, match="may have several owners"):
        transfer_ownership(actor=acting(owner), membership=admin)
    assert news.nothing


# The owner stays, on every path


def _demoted(by: Membership, person: Membership) -> Any:
    role = role_of(by.organization, "admin")
    return change_role(actor=acting(by), organization=by.organization, memberships=[person], role=role)


def _made_roleless(by: Membership, person: Membership) -> Any:
    return change_role(actor=acting(by), organization=by.organization, memberships=[person], role=None)


def _ended(by: Membership, person: Membership) -> Any:
    return end_access(actor=acting(by), organization=by.organization, memberships=[person])


def _removed(by: Membership, person: Membership) -> Any:
    return remove(actor=acting(by), organization=by.organization, memberships=[person])


PATHS = [_demoted, _made_roleless, _ended, _removed]


@pytest.mark.parametrize("path", PATHS)
def test_of_two_owners_one_may_go_and_then_the_other_may_not(owner, admin, path):
    give_role(admin, "owner")
    assert path(owner, admin).passed_over == []
    assert [one.label for one in owner.organization.memberships.owners(timezone.now())] == ["Grace Okafor"]
    with written() as news, pytest.raises(PermissionDenied, match="last owner"):
        leave(actor=acting(owner), membership=owner)
    assert news.nothing


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("happens", [_account_gone, _deactivated, _without_second_factor])
def test_owner_who_cannot_act_is_no_other_owner(owner, admin, path, happens):
    give_role(admin, "owner")
    happens(admin)
    outcome = path_by_staff(path, owner)
    assert [(one.who, one.code) for one in outcome.passed_over] == [("Grace Okafor", "last_owner")]
    with pytest.raises(PermissionDenied, match="last owner"):
        leave(actor=acting(owner), membership=owner)


@pytest.mark.parametrize("path", PATHS)
def test_the_last_owner_stays_whatever_somebody_just_as_high_does(owner, admin, path):
    """Staff stand as high as anyone, and meet the same rule."""
    outcome = path_by_staff(path, owner)
    assert [(one.who, one.code) for one in outcome.passed_over] == [("Grace Okafor", "last_owner")]
    assert owners(owner.organization) == ["Grace Okafor"]


@pytest.mark.parametrize("path", PATHS)
def test_the_one_owner_stays_until_it_is_handed_on(wilma, ada, path):
    outcome = path_by_staff(path, wilma)
    assert [(one.who, one.code) for one in outcome.passed_over] == [("Wilma Owner", "transfer_only")]
    with pytest.raises(PermissionDenied, match="Hand it on to someone else first"):
        leave(actor=acting(wilma), membership=wilma)
    assert owners(wilma.organization) == ["Wilma Owner"]


def path_by_staff(path: Callable[..., Any], person: Membership) -> Any:
    """That path, walked by staff."""
    desk = acting(UserFactory(name="Sam Staff", is_staff=True))
    organization = person.organization
    if path is _demoted:
        role = role_of(organization, "admin")
        return change_role(actor=desk, organization=organization, memberships=[person], role=role)
    if path is _made_roleless:
        return change_role(actor=desk, organization=organization, memberships=[person], role=None)
    change = end_access if path is _ended else remove
    return change(actor=desk, organization=organization, memberships=[person])


@pytest.mark.parametrize("path", PATHS)
def test_admin_touches_no_owner(owner, admin, path):
    outcome = path(admin, owner)
    assert [one.code for one in outcome.passed_over] == ["superior"]
    assert owners(owner.organization) == ["Grace Okafor"]


def test_owner_makes_another_and_an_admin_does_not(owner, admin, member):
    role = role_of(owner.organization, "owner")
    refused = change_role(actor=acting(admin), organization=owner.organization, memberships=[member], role=role)
    assert [one.code for one in refused.passed_over] == ["owners_alone"]
    change_role(actor=acting(owner), organization=owner.organization, memberships=[admin], role=role)
    assert owners(owner.organization) == ["Grace Okafor", "Tomás Rivera"]


def test_the_one_owners_role_is_given_to_nobody_by_hand(wilma, ada):
    role = role_of(wilma.organization, "owner")
    with written() as news:
        outcome = change_role(actor=acting(wilma), organization=wilma.organization, memberships=[ada], role=role)
    assert [one.code for one in outcome.passed_over] == ["transfer_only"]
    assert news.nothing


def test_database_refuses_a_second_one_owner_and_one_that_ends(wilma, ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=ada.pk).update(owns=True, sole_owner=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=wilma.pk).update(ends_at=timezone.now() + OPEN_FOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=wilma.pk).update(status="deactivated")


# The mails


def letters() -> dict[str, Any]:
    """What goes out now, by whom it goes to."""
    return {letter.to[0]: letter for letter in deliver()}


def test_heir_gets_the_offer_with_its_end_and_one_link(head, heir, offered):
    deliver_before = letters()
    letter = deliver_before[heir.email]
    assert letter.subject == "Pia Head offers you to own Alliance"
    html = letter.alternatives[0][0]
    for said in (letter.body, html):
        assert "would like to hand Alliance to you" in said
        assert "Nothing changes until you accept" in said
        assert "/o/alliance/settings/ownership/" in said
    assert [to for to, one in deliver_before.items() if "own Alliance" in one.subject] == [heir.email]


def test_all_who_own_or_run_the_team_are_told_that_it_moved(head, heir, colleague, outsider):
    gone = join(head, UserFactory(name="Gil Gone", email="gil@alliance.example.org"), "admin")
    member = join(head, UserFactory(name="Max Member", email="max@alliance.example.org"), "member")
    deactivate(gone)
    offered = transfer_ownership(actor=acting(head), membership=heir)
    deliver()
    accept_ownership(actor=acting(heir), transfer=offered)
    told = letters()
    assert set(told) == {head.email, heir.email, colleague.email}
    assert member.email not in told
    for letter in told.values():
        assert letter.subject == "Alliance belongs to Hedy Heir now"
        for said in (letter.body, letter.alternatives[0][0]):
            assert "moved from Pia Head to Hedy Heir" in said
            assert "Pia Head stays as Admin" in said


def test_the_other_one_is_told_of_a_refusal_and_of_a_withdrawal(head, heir, offered):
    deliver()
    refuse_ownership(actor=acting(heir), transfer=offered)
    assert {to: one.subject for to, one in letters().items()} == {head.email: "Hedy Heir does not want to own Alliance"}
    again = transfer_ownership(actor=acting(head), membership=heir)
    deliver()
    withdraw_ownership(actor=acting(head), transfer=again)
    assert {to: one.subject for to, one in letters().items()} == {heir.email: "Alliance is no longer offered to you"}


@pytest.mark.parametrize("meanwhile", ["withdrawn", "accepted", "expired", "account gone"])
def test_offer_that_is_no_longer_true_is_not_mailed(head, heir, offered, meanwhile):
    if meanwhile == "withdrawn":
        withdraw_ownership(actor=acting(head), transfer=offered)
    elif meanwhile == "accepted":
        accept_ownership(actor=acting(heir), transfer=offered)
    elif meanwhile == "expired":
        OwnershipTransfer.objects.update(expires_at=timezone.now())
    else:
        _account_gone(heir)
    assert not [one for one in deliver() if "offers you" in one.subject]


def test_mail_names_what_people_typed_as_text(head, heir):
    Organization.objects.filter(pk=head.organization_id).update(name="<b>Alliance</b> & Co")
    transfer_ownership(actor=acting(head), membership=heir)
    letter = letters()[heir.email]
    assert "<b>Alliance</b>" not in letter.alternatives[0][0]
    assert "&lt;b&gt;Alliance&lt;/b&gt; &amp; Co" in letter.alternatives[0][0]
    assert "<b>Alliance</b> & Co" in letter.body


def test_offer_is_over_where_the_scheme_lets_several_own_meanwhile(head, heir, offered):
    Organization.objects.filter(pk=head.organization_id).update(scheme="standard")
    give_role(heir, "member")
    offered.organization.scheme = "standard"
    for answer, who in ((accept_ownership, heir), (refuse_ownership, heir)):
        with written() as news, pytest.raises(ValidationError, match="may have several owners now"):
            answer(actor=acting(who), transfer=offered)
        assert news.nothing
    assert status_of(offered) == "pending"


def test_nothing_is_offered_to_someone_who_could_not_open_the_offer(head, heir):
    give_role(heir, None)
    with written() as news, pytest.raises(PermissionDenied, match="Give one first"):
        transfer_ownership(actor=acting(head), membership=heir)
    assert news.nothing


def test_who_has_left_meanwhile_is_told_nothing(head, heir, colleague, offered):
    deliver()
    accept_ownership(actor=acting(heir), transfer=offered)
    leave(actor=acting(colleague), membership=colleague)
    assert sorted(letters()) == [heir.email, head.email]
