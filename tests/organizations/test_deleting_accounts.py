"""An account is deleted by its holder, or by staff once it is deactivated; all that it had in organizations ends."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import set_account_active, update_profile
from accounts.models import User
from audit.actors import SYSTEM
from audit.models import Chain, Event, EventType
from audit.verifying import verify
from invitations.actions.ways import open_way
from invitations.models import Invitation, JoinRequest, WayIn, WayKind
from jobs.models import Job, JobState
from mail.models import Mail
from organizations.actions.accounts import delete_account
from organizations.actions.group_places import add_to_group
from organizations.actions.groups import create_group
from organizations.actions.organizations import create_organization
from organizations.actions.ownership import transfer_ownership
from organizations.actions.saved_filters import save_filter
from organizations.models import GroupPlace, Membership, Organization, OwnershipTransfer, SavedFilter
from tests.audit.telling import NOBODY
from tests.factories import UserFactory, acting, found, give_role, join, offer, role_of
from tests.invitations.letting_in import ask, let_in
from tests.witness import counters, deliver, undone, written


def deactivated_account(person: Membership | User, staff: User) -> User:
    user = person if isinstance(person, User) else person.user
    set_account_active(actor=acting(staff), user=user, active=False)
    user.refresh_from_db()
    return user


def are_whole() -> None:
    """Every chain proves what it holds."""
    for chain in Chain.objects.all():
        assert verify(chain).finding is None


def test_holder_deletes_their_account(member, org, owner, outsider):
    join(outsider, member.user, "admin")
    with written() as news:
        delete_account(actor=acting(member.user), user=member.user)
    assert not User.objects.filter(pk=member.user_id).exists()
    assert not Membership.objects.filter(user=member.user_id).exists()
    assert counters(org) == (1, 0, 0)
    assert counters(outsider.organization) == (1, 0, 0)
    told = [(one.chain_id, one.action, one.actor_id, one.target_id, one.before) for one in news.events]
    who = member.user_id
    assert sorted(told, key=str) == sorted(
        [
            (org.pk, "member.account_deleted", who, who, {"role": "Member", "status": "active"}),
            (outsider.organization_id, "member.account_deleted", who, who, {"role": "Admin", "status": "active"}),
            (who, "account.deleted", who, who, {"addresses": ["mina@marram.example.org"]}),
        ],
        key=str,
    )
    assert len({one.batch for one in news.events}) == 1
    assert [one.kind for one in news.mails] == ["accounts.account_deleted"]
    are_whole()


def test_the_last_mail_finds_its_address_without_the_account(member):
    deliver()
    delete_account(actor=acting(member.user), user=member.user)
    (letter,) = deliver()
    assert (letter.to, letter.subject) == (["mina@marram.example.org"], "Your account was deleted")
    assert "as you asked" in letter.body
    assert "cannot be undone" in letter.body


def test_who_did_it_is_told_where_it_was_staff(member, staff):
    user = deactivated_account(member, staff)
    deliver()
    with written() as news:
        delete_account(actor=acting(staff), user=user)
    assert {(one.action, one.type, one.actor_id) for one in news.events} == {
        ("member.account_deleted", EventType.STAFF_ACTION, staff.pk),
        ("account.deleted", EventType.STAFF_ACTION, staff.pk),
    }
    (letter,) = deliver()
    assert "Sam Staff, who runs Roster, deleted your account" in letter.body
    are_whole()


def test_mails_that_waited_for_the_account_are_no_longer_wanted(member):
    update = {"name": "Mina Smith", "time_zone": "UTC", "phone": "", "job_title": ""}
    update_profile(actor=acting(member.user), user=member.user, **update)
    TOTP.activate(member.user, generate_totp_secret())
    waiting = Mail.objects.filter(kind="accounts.totp_activated", state="pending")
    assert waiting.exists()
    delete_account(actor=acting(member.user), user=User.objects.get(pk=member.user_id))
    assert [one.subject for one in deliver() if one.to == ["mina@marram.example.org"]] == ["Your account was deleted"]


def test_all_rows_of_the_account_go(member, org, owner, signed_in):
    user = member.user
    browser = signed_in(user)
    TOTP.activate(user, generate_totp_secret())
    EmailAddress.objects.create(user=user, email="mina@home.example.org", verified=True)
    save_filter(actor=acting(member), membership=member, name="Mine", query="status=active")
    group = create_group(actor=acting(owner), organization=org, name="Bottling", description="")
    add_to_group(actor=acting(owner), group=group, memberships=[member])
    job = Job.objects.create(kind="x", place_id=org.pk, user_id=user.pk, state=JobState.DONE)
    with written() as news:
        delete_account(actor=acting(user), user=user)
    assert news.actions.count("account.session_ended") == 1
    assert not {"account.two_factor_disabled", "member.two_factor_off"} & set(news.actions)
    for model in (EmailAddress, Authenticator, UserSession):
        assert not model.objects.filter(user=user.pk).exists()
    assert not SavedFilter.objects.exists()
    assert not GroupPlace.objects.exists()
    assert not Job.objects.filter(pk=job.pk).exists()
    assert browser.get("/o/marram/").status_code == 302


def test_what_only_they_could_offer_is_taken_back(owner, admin, org):
    invitation = offer(admin, "ana@example.org")
    open_way(actor=acting(admin), organization=org, kind=WayKind.OPEN, role=role_of(org, "member"))
    with written() as news:
        delete_account(actor=acting(admin.user), user=admin.user)
    invitation.refresh_from_db()
    assert (invitation.status, invitation.inviter_label) == ("revoked", "Tomás Rivera")
    assert not WayIn.objects.exists()
    assert {"invitation.revoked", "way.closed"} <= set(news.actions)
    assert counters(org) == (1, 0, 0)


def test_requests_to_join_are_withdrawn_where_they_belong_nowhere(owner, org, stranger):
    let_in(owner, WayKind.REQUEST)
    ask(stranger, org)
    with written() as news:
        delete_account(actor=acting(stranger), user=stranger)
    assert not JoinRequest.objects.exists()
    assert [(one.action, one.chain_id) for one in news.events if one.chain_id == org.pk] == [
        ("join_request.withdrawn", org.pk)
    ]
    are_whole()


def test_offer_to_an_address_stays_with_the_address(owner, org, stranger):
    invitation = offer(owner, stranger.email)
    delete_account(actor=acting(stranger), user=stranger)
    invitation.refresh_from_db()
    assert invitation.status == "pending"
    assert counters(org) == (1, 0, 1)


def test_offer_of_ownership_to_them_is_withdrawn(db):
    head = found(UserFactory(name="Hana Head"), "Works", "works", "partner-management")
    heir = join(head, UserFactory(name="Ivo Heir"))
    transfer = transfer_ownership(actor=acting(head), membership=heir)
    assert transfer.status == "pending"
    delete_account(actor=acting(heir.user), user=heir.user)
    transfer.refresh_from_db()
    assert (transfer.status, transfer.to_user_id, transfer.to_label) == ("withdrawn", None, "Ivo Heir")


def test_a_deactivated_membership_ends_too(deactivated, org):
    delete_account(actor=acting(deactivated.user), user=deactivated.user)
    assert counters(org) == (1, 0, 0)


def test_the_organization_knows_who_it_was_by_the_name_it_used(member, org):
    Membership.objects.filter(pk=member.pk).update(name="Mina H.", own_name="Mina H.")
    delete_account(actor=acting(member.user), user=member.user)
    event = Event.objects.get(action="member.account_deleted")
    assert (event.actor_label, event.target_label) == ("Mina H.", "Mina H.")


def test_last_owner_stays(owner, org, outsider):
    join(outsider, owner.user, "owner")
    with written() as news, pytest.raises(PermissionDenied) as refused:
        delete_account(actor=acting(owner.user), user=owner.user)
    said = "You are the last owner of Marram Instruments. Make someone else an owner there first."
    assert str(refused.value) == said
    assert news.nothing
    assert counters(org) == (1, 0, 0)


def test_one_of_two_owners_may_go(owner, org, admin):
    give_role(admin, "owner")
    delete_account(actor=acting(owner.user), user=owner.user)
    assert list(org.memberships.filter(owns=True)) == [admin]


def test_an_owner_who_cannot_act_is_none(owner, admin, staff):
    give_role(admin, "owner")
    deactivated_account(admin, staff)
    with pytest.raises(PermissionDenied, match="You are the last owner of Marram Instruments"):
        delete_account(actor=acting(owner.user), user=owner.user)


def test_the_one_owner_stays_whoever_else_is_there(db):
    wilma = found(UserFactory(name="Wilma Owner"), "Hill Winery", "hill", "winery")
    join(wilma, UserFactory(), "admin")
    with pytest.raises(PermissionDenied) as refused:
        delete_account(actor=acting(wilma.user), user=wilma.user)
    assert str(refused.value) == "You own Hill Winery. Hand it on to someone else first."


def test_both_rules_are_named_at_once(db):
    user = UserFactory(name="Wilma Owner")
    for name, slug, scheme in (("Hill", "hill", "winery"), ("Dale", "dale", "winery"), ("Club", "club", "standard")):
        found(user, name, slug, scheme)
    with pytest.raises(PermissionDenied) as refused:
        delete_account(actor=acting(user), user=user)
    assert str(refused.value) == (
        "You own Dale and Hill. Hand them on to someone else first. "
        "You are the last owner of Club. Make someone else an owner there first."
    )


def test_of_many_organizations_some_are_named(db):
    user = UserFactory()
    for number in range(8):
        found(user, f"Club {number}", f"club-{number}")
    with pytest.raises(PermissionDenied, match="Club 0, Club 1, Club 2, Club 3, Club 4 and 3 more"):
        delete_account(actor=acting(user), user=user)


def test_staff_do_not_leave_an_organization_without_owner(owner, staff):
    user = deactivated_account(owner, staff)
    with pytest.raises(PermissionDenied) as refused:
        delete_account(actor=acting(staff), user=user)
    said = "Grace Okafor is the last owner of Marram Instruments. Appoint another owner there first."
    assert str(refused.value) == said


def test_staff_delete_what_they_deactivated_alone(member, staff):
    with written() as news, pytest.raises(PermissionDenied, match="Mina Haddad can still sign in"):
        delete_account(actor=acting(staff), user=member.user)
    assert news.nothing
    with pytest.raises(PermissionDenied, match="can still sign in"):
        delete_account(actor=acting(staff), user=staff)


def test_who_runs_roster_is_deleted_by_a_superuser(db, staff):
    helper = UserFactory(is_staff=True)
    gone = deactivated_account(UserFactory(name="Old Colleague", is_staff=True), staff)
    with pytest.raises(PermissionDenied, match="by a superuser alone"):
        delete_account(actor=acting(helper), user=gone)
    delete_account(actor=acting(staff), user=gone)
    assert not User.objects.filter(pk=gone.pk).exists()


def test_nobody_deletes_somebody_elses_account(owner, member, stranger):
    for actor in (acting(owner), acting(stranger), NOBODY, SYSTEM):
        with written() as news, pytest.raises(PermissionDenied, match="deleted by its holder"):
            delete_account(actor=actor, user=member.user)
        assert news.nothing


def test_a_deactivated_holder_deletes_nothing(member, staff):
    user = deactivated_account(member, staff)
    with pytest.raises(PermissionDenied, match="deleted by its holder"):
        delete_account(actor=acting(user), user=user)


def test_deleting_reads_no_log_of_others_while_others_wait_for_it(member):
    with CaptureQueriesContext(connection) as asked:
        delete_account(actor=acting(member.user), user=member.user)
    reads = [one["sql"] for one in asked if 'FROM "audit_event"' in one["sql"]]
    assert [sql for sql in reads if '"chain_id"' not in sql.partition("WHERE")[2]] == []


def test_deleting_twice_changes_nothing(member):
    actor, user = acting(member.user), User.objects.get(pk=member.user_id)
    delete_account(actor=actor, user=user)
    with written() as news:
        delete_account(actor=actor, user=user)
    assert news.nothing


def test_what_is_rolled_back_leaves_all(admin, org, owner):
    invitation = offer(admin, "ana@example.org")
    with written() as news, undone():
        delete_account(actor=acting(admin.user), user=admin.user)
    assert news.nothing
    assert User.objects.filter(pk=admin.user_id).exists()
    assert Invitation.objects.get(pk=invitation.pk).status == "pending"
    assert counters(org) == (2, 0, 1)


def test_who_is_gone_begins_nothing(stranger):
    actor = acting(stranger)
    delete_account(actor=actor, user=User.objects.get(pk=stranger.pk))
    with pytest.raises(PermissionDenied, match="no longer exists"):
        create_organization(actor=actor, user=stranger, name="Late", slug="late", scheme="standard")
    with pytest.raises(PermissionDenied, match="no longer exists"):
        update_profile(actor=actor, user=stranger, name="Late", time_zone="UTC", phone="", job_title="")
    assert not Organization.objects.exists()
    assert not OwnershipTransfer.objects.exists()
