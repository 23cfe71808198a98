"""Staff have it erased from every log who somebody was, together with deleting the account or afterwards."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.serializers import serialize
from django.utils import timezone

from accounts.actions import set_account_active
from accounts.models import User
from audit.actors import SYSTEM
from audit.models import Chain, Event, Refused
from audit.verifying import verify
from invitations.actions.answering import decline
from invitations.models import Invitation
from mail.models import Mail
from organizations.actions.accounts import delete_account, forget_person
from organizations.actions.assigning import change_role
from organizations.actions.details import edit_details
from organizations.actions.extending import ask_for_more_time, refuse
from organizations.actions.members import deactivate
from organizations.actions.ownership import transfer_ownership
from organizations.models import Membership, OwnershipTransfer
from tests.audit.stories import story
from tests.audit.telling import NOBODY
from tests.factories import UserFactory, acting, end_at, found, invitee, join, offer, role_of
from tests.invitations.letting_in import link
from tests.witness import counters, deliver, link_in, undone, written

REASON = "A request under article 17, number 12"
TRACES = ("Mina", "mina@", "Haddad")


def closed(person: Membership, staff: User) -> User:
    set_account_active(actor=acting(staff), user=person.user, active=False)
    return User.objects.get(pk=person.user_id)


def everything_kept() -> str:
    """All that could tell of somebody: events with their texts, refusals, offers, and the outbox."""
    rows = [*Event.objects.all(), *Refused.objects.all(), *Invitation.objects.all(), *OwnershipTransfer.objects.all()]
    left = Mail.objects.exclude(kind="accounts.account_deleted")
    told: str = serialize("json", [*rows, *left])
    return told + "".join(Event.objects.values_list("text", flat=True))


def are_whole() -> None:
    for chain in Chain.objects.all():
        assert verify(chain).finding is None


@pytest.fixture
def busy(owner, org, member: Membership, staff, client_of, outsider) -> Membership:
    """Mina, who was invited, was given roles, invited others, was refused something, and belongs elsewhere too."""
    story(org, owner, member)
    change_role(actor=acting(owner), organization=org, memberships=[member], role=role_of(org, "admin"))
    offer(member, "ana@example.org")
    link(member)
    join(member, UserFactory(name="Nils Berg"))
    change_role(actor=acting(owner), organization=org, memberships=[member], role=role_of(org, "member"))
    client_of(member).get("/o/marram/audit/")
    join(outsider, member.user)
    deliver()
    return member


def test_deleting_alone_leaves_the_log_to_read_well(busy, org, staff):
    delete_account(actor=acting(staff), user=closed(busy, staff))
    assert Event.objects.filter(chain_id=org.pk, target_label="Mina Haddad").exists()
    assert not Event.objects.filter(action="person.erased").exists()
    are_whole()


def test_deleting_and_forgetting_leaves_nothing_that_tells_who_it_was(busy, org, staff, outsider):
    with written() as news:
        delete_account(actor=acting(staff), user=closed(busy, staff), forget=True, reason=REASON)
    kept = everything_kept()
    for trace in TRACES:
        assert trace not in kept
    erased = [one for one in news.events if one.action == "person.erased"]
    assert {one.chain_id for one in erased} == {org.pk, outsider.organization_id, busy.user_id}
    assert {(one.actor_id, one.after["reason"], one.target_label) for one in erased} == {(staff.pk, REASON, "")}
    assert busy.user_id in {one.target_id for one in erased}
    assert len({one.batch for one in news.events if not one.action.endswith("deactivated")}) == 1
    assert counters(org) == (2, 0, 8)
    are_whole()


def test_the_command_that_verifies_says_that_all_is_whole(busy, staff):
    delete_account(actor=acting(staff), user=closed(busy, staff), forget=True, reason=REASON)
    out = StringIO()
    call_command("audit_verify", stdout=out, no_color=True)
    assert out.getvalue().endswith("The log is whole.\n")


def test_forgetting_afterwards_finds_the_same(busy, org, staff):
    person = busy.user_id
    delete_account(actor=acting(staff), user=closed(busy, staff))
    deliver()
    forget_person(actor=acting(staff), person=person, reason=REASON)
    kept = everything_kept()
    for trace in TRACES:
        assert trace not in kept
    assert not Mail.objects.filter(ids__to="mina@marram.example.org").exists()
    are_whole()


def test_what_was_done_stays_without_its_name(busy, org, owner, staff, client_of):
    before = Event.objects.filter(chain_id=org.pk).count()
    delete_account(actor=acting(staff), user=closed(busy, staff), forget=True, reason=REASON)
    assert Event.objects.filter(chain_id=org.pk).count() > before
    page = client_of(owner).get("/o/marram/audit/").content.decode()
    assert "Erased person" in page
    assert "Mina Haddad" not in page
    revoked = Invitation.objects.get(email="ana@example.org")
    assert (revoked.status, revoked.inviter_label) == ("revoked", "Erased person")


def test_open_offers_to_them_are_revoked_and_free_their_seats(owner, org, stranger, staff):
    offer(owner, stranger.email)
    assert counters(org) == (1, 0, 1)
    set_account_active(actor=acting(staff), user=stranger, active=False)
    stranger.refresh_from_db()
    with written() as news:
        delete_account(actor=acting(staff), user=stranger, forget=True, reason=REASON)
    assert counters(org) == (1, 0, 0)
    assert not Invitation.objects.exists()
    assert [one.target_label for one in news.events if one.action == "invitation.revoked"] == [""]
    assert "ines@example.org" not in everything_kept()
    are_whole()


def test_somebody_who_never_had_an_account_is_forgotten_by_their_invitation(owner, org, staff):
    invitation = offer(owner, "ana@example.org")
    decline(actor=invitee(None, "ana@example.org"), invitation=invitation, version=1)
    waiting = offer(owner, "ana@example.org")
    forget_person(actor=acting(staff), person=waiting.pk, reason=REASON)
    assert counters(org) == (1, 0, 0)
    told = Event.objects.filter(entity="invitation")
    assert {one.target_label for one in told} == {""}
    are_whole()


def test_whoever_declines_without_account_is_forgotten_with_the_invitation(owner, org, staff, client_of):
    offer(owner, "ana@example.org")
    (letter,) = deliver()
    browser = client_of(None)
    shown = browser.get(link_in(letter)).headers["Location"]
    invitation = Invitation.objects.get()
    assert browser.post(f"{shown}decline/", {"version": "1"}).status_code in (200, 302)
    event = Event.objects.get(action="invitation.declined")
    assert (event.actor_label, event.actor_id) == ("ana@example.org", invitation.pk)
    forget_person(actor=acting(staff), person=invitation.pk, reason=REASON)
    assert "ana@example.org" not in everything_kept()
    are_whole()


def test_ownership_names_one_person_in_each_event(db, staff):
    wilma = found(UserFactory(name="Wilma Owner", email="wilma@hill.example.org"), "Hill Winery", "hill", "winery")
    ada = join(wilma, UserFactory(name="Ada Admin", email="ada@hill.example.org"), "admin")
    transfer_ownership(actor=acting(wilma), membership=ada)
    delete_account(actor=acting(staff), user=closed(wilma, staff), forget=True, reason=REASON)
    kept = everything_kept()
    assert "Wilma" not in kept
    assert "wilma" not in kept
    moved = Event.objects.get(action="ownership.moved")
    assert (moved.actor_label, moved.target_label) == ("", "Ada Admin")
    assert (OwnershipTransfer.objects.get().from_label, OwnershipTransfer.objects.get().to_label) == (
        "Erased person",
        "Ada Admin",
    )
    are_whole()


def test_what_others_were_refused_no_longer_says_the_name(owner, org, member, admin, viewer, staff):
    for reason in ("Mina Haddad may do more than you may.", "This needs members.update."):
        Refused.objects.create(chain_id=org.pk, actor_label="Vera", what=reason[:5], reason=reason)
    delete_account(actor=acting(staff), user=closed(member, staff), forget=True, reason=REASON)
    assert sorted(Refused.objects.values_list("reason", flat=True)) == ["", "This needs members.update."]


def test_answers_of_theirs_say_no_more_whose_they_were(owner, org, admin, member, staff):
    end_at(member, timezone.now() + timedelta(days=3))
    member.refresh_from_db()
    extension = ask_for_more_time(actor=acting(member), membership=member)
    refuse(actor=acting(admin), membership=member, extension=extension)
    delete_account(actor=acting(staff), user=closed(admin, staff), forget=True, reason=REASON)
    extension.refresh_from_db()
    assert extension.answerer_label == "Erased person"


def test_nobody_but_staff_has_somebody_forgotten(owner, member):
    with written() as news, pytest.raises(PermissionDenied, match="Only those who run Roster"):
        delete_account(actor=acting(member.user), user=member.user, forget=True, reason=REASON)
    assert news.nothing
    assert User.objects.filter(pk=member.user_id).exists()
    person = member.user_id
    delete_account(actor=acting(member.user), user=member.user)
    for actor in (acting(owner), NOBODY, SYSTEM):
        with pytest.raises(PermissionDenied, match="Only those who run Roster"):
            forget_person(actor=actor, person=person, reason=REASON)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "Say why"),
        ("  ", "Say why"),
        ("mina haddad asked for it", "without the person's name"),
        ("asked by mina@marram.example.org", "without the person's name"),
        ("x" * 201, "At most|Use at most"),
    ],
)
def test_the_reason_is_needed_and_says_nothing_of_the_person(member, staff, reason, said):
    user = closed(member, staff)
    with written() as news, pytest.raises(ValidationError, match=said):
        delete_account(actor=acting(staff), user=user, forget=True, reason=reason)
    assert news.nothing
    delete_account(actor=acting(staff), user=user)
    with pytest.raises(ValidationError, match=said):
        forget_person(actor=acting(staff), person=member.user_id, reason=reason)


def test_the_reason_does_not_say_what_an_organization_called_the_person(owner, org, member, staff):
    edit_details(actor=acting(owner), membership=member, own_name="Minnie", job_title="", phone="")
    user = closed(member, staff)
    with written() as news, pytest.raises(ValidationError, match="without the person's name"):
        delete_account(actor=acting(staff), user=user, forget=True, reason="Minnie asked for it")
    assert news.nothing


def test_who_is_here_is_not_forgotten(owner, org, member, staff):
    invitation = Invitation.objects.get(email=member.email)
    for person in (member.user_id, invitation.pk):
        with pytest.raises(ValidationError, match="has an account"):
            forget_person(actor=acting(staff), person=person, reason=REASON)


def test_what_is_no_person_is_not_forgotten(owner, org, staff):
    for thing in (org.pk, role_of(org, "admin").pk, owner.pk):
        with pytest.raises(ValidationError, match="tell of no person"):
            forget_person(actor=acting(staff), person=thing, reason=REASON)


def test_an_address_that_somebody_else_has_now_is_theirs(owner, org, member, staff):
    delete_account(actor=acting(member.user), user=member.user)
    again = join(owner, UserFactory(name="Mina Again", email="mina@marram.example.org"))
    forget_person(actor=acting(staff), person=member.user_id, reason=REASON)
    assert Membership.objects.filter(pk=again.pk).exists()
    assert Event.objects.filter(target_id=again.user_id, target_label="Mina Again").exists()
    assert Invitation.objects.filter(email="mina@marram.example.org").count() == 2
    are_whole()


def test_forgetting_that_is_rolled_back_leaves_all(busy, org, staff):
    user = closed(busy, staff)
    kept = everything_kept()
    with undone():
        delete_account(actor=acting(staff), user=user, forget=True, reason=REASON)
    assert everything_kept() == kept
    are_whole()


def test_suspended_people_are_forgotten_like_everybody(owner, org, member, staff):
    deactivate(actor=acting(owner), organization=org, memberships=[member])
    delete_account(actor=acting(staff), user=closed(member, staff), forget=True, reason=REASON)
    assert counters(org) == (1, 0, 0)
    are_whole()
