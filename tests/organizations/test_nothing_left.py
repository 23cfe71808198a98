"""Whoever is erased is in no row of no table, whatever they had done: the whole database is looked through."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.actions import note, set_account_active, update_profile
from accounts.events import PASSKEY_ADDED, PASSKEY_REMOVED
from accounts.mending import mend_address
from accounts.models import User
from audit.actors import SYSTEM
from audit.models import Chain, Event
from audit.retention import remove_before
from audit.verifying import verify
from invitations.actions.offering import invite
from invitations.actions.refusing import allow_again, refuse_further
from invitations.models import WayKind
from jobs.models import Job
from mail.models import Mail
from mail.outbox import try_again
from organizations.actions.accounts import delete_account, forget_person
from organizations.actions.mending import send_password_reset
from organizations.actions.plans import ask_for_larger_plan, set_seats
from organizations.actions.roles import create_role
from organizations.bulk import deeds
from organizations.bulk.doing import do_now, new_job
from organizations.bulk.reports import Report
from organizations.models import Membership
from tests.factories import UserFactory, acting, give_role, invitee, join, offer, role_of
from tests.invitations.letting_in import let_in, link
from tests.invitations.test_lists import a_list, send
from tests.witness import deliver

REASON = "Request number 12"
MINA = ("Mina", "Haddad", "mina@")


def erased(person: Membership | User, staff: User) -> None:
    """Their account goes, and with it who they were; the last mail to them has left."""
    user = person if isinstance(person, User) else person.user
    set_account_active(actor=acting(staff), user=user, active=False)
    delete_account(actor=acting(staff), user=User.objects.get(pk=user.pk), forget=True, reason=REASON)
    deliver()
    for chain in Chain.objects.all():
        assert verify(chain).finding is None


def found_of(*traces: str) -> list[tuple[str, str, str]]:
    """Table, column and text of all that says one of these, but for refusals, which keep mail away."""
    told = []
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - {"invitations_refusal"}):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                told += [(table, name, _text(kept)) for name, kept in zip(columns, row, strict=True)]
    return [one for one in told if any(trace in one[2] for trace in traces)]


def _text(kept: Any) -> str:
    """Of a kept value, with letters that JSON writes as numbers."""
    text = bytes(kept).decode("latin1") if isinstance(kept, bytes | memoryview) else str(kept)
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


@pytest.mark.parametrize("scope", ["here", "everywhere"])
def test_who_asked_for_no_more_invitations_and_took_that_back(owner, org, stranger, staff, scope):
    refuse_further(actor=invitee(stranger), invitation=offer(owner, stranger.email), scope=scope)
    allow_again(actor=invitee(stranger), organization=org if scope == "here" else None, email=stranger.email)
    assert Event.objects.filter(action__in=["invitation.refused_further", "invitation.allowed_again"]).count() == 2
    erased(stranger, staff)
    assert found_of("Ines", "Duarte", "ines@") == []


def test_who_asked_for_no_more_without_an_account(owner, staff):
    invitation = offer(owner, "ana@example.org")
    refuse_further(actor=invitee(None, "ana@example.org"), invitation=invitation, scope="here")
    forget_person(actor=acting(staff), person=invitation.pk, reason=REASON)
    told = Event.objects.get(action="invitation.refused_further")
    assert (told.target_id, told.target_label) == (invitation.pk, "")


def test_who_took_invitations_again_is_erased_though_their_address_is_somebody_elses_by_now(owner, stranger, staff):
    refuse_further(actor=invitee(stranger), invitation=offer(owner, stranger.email), scope="everywhere")
    allow_again(actor=invitee(stranger), organization=None, email=stranger.email)
    person = stranger.pk
    delete_account(actor=acting(stranger), user=stranger)
    UserFactory(name="Another", email="ines@example.org")
    forget_person(actor=acting(staff), person=person, reason=REASON)
    assert "ines@example.org" not in {one.target_label for one in Event.objects.filter(chain_id=person)}


def test_the_last_mail_is_forgotten_once_it_has_left(member, staff):
    deliver()
    erased(member, staff)
    assert [(one.state, one.ids) for one in Mail.objects.filter(kind="accounts.account_deleted")] == [("sent", {})]
    assert found_of(*MINA) == []


def test_the_last_mail_is_forgotten_where_it_is_given_up(member, staff, monkeypatch):
    deliver()
    monkeypatch.setattr("mail.sending.MOST_ATTEMPTS", 0)
    erased(member, staff)
    mail = Mail.objects.get(kind="accounts.account_deleted")
    assert (mail.state, found_of(*MINA)) == ("failed", [])
    monkeypatch.undo()
    try_again(mail)
    deliver()
    assert Mail.objects.get(pk=mail.pk).state == "dropped"


def test_who_made_a_role(owner, org, admin, staff):
    wanted: dict[str, Any] = {"label": "Helper", "description": "", "caution": "", "elevated": False, "grants": []}
    give_role(admin, "owner")
    role = create_role(actor=acting(admin), organization=org, **wanted)
    erased(admin, staff)
    role.refresh_from_db()
    assert role.changed_by == "Erased person"
    assert found_of("Rivera", "tomas@") == []


def test_a_role_stays_with_somebody_of_the_same_name_who_is_here(owner, org, admin, staff):
    wanted: dict[str, Any] = {"label": "Helper", "description": "", "caution": "", "elevated": False, "grants": []}
    role = create_role(actor=acting(owner), organization=org, **wanted)
    erased(join(owner, UserFactory(name="Grace Okafor")), staff)
    role.refresh_from_db()
    assert role.changed_by == "Grace Okafor"


def test_who_mended_an_account_of_somebody_else_and_asked_for_a_larger_plan(owner, org, admin, member, staff):
    give_role(admin, "owner")
    set_seats(actor=acting(staff), organization=org, seats=5)
    send_password_reset(actor=acting(admin), membership=member)
    ask_for_larger_plan(actor=acting(admin), organization=org, seats=9, addresses=None)
    deliver()
    assert {"Tomás Rivera of Marram Instruments", "Tomás Rivera"} <= {
        one.ids.get(name) for one in Mail.objects.all() for name in ("by", "label")
    }
    erased(admin, staff)
    assert found_of("Rivera", "tomas@") == []


def test_who_is_named_in_what_came_of_a_change_of_many(owner, org, admin, member, staff):
    wanted = {"user": admin.user, "organization": org, "deed": deeds.REMOVE}
    for people in ([owner], [member], [owner, member]):
        do_now(actor=acting(admin), memberships=people, **wanted)
    give_role(admin, "owner")
    erased(owner, staff)
    assert found_of("Okafor", "grace@") == []
    said = Report.read(Job.objects.filter(user_id=admin.user_id).earliest("pk").report)
    assert (said.one, said.reasons[0].names) == ("Erased person", ["Erased person"])


def test_who_stands_on_lists_of_people_to_invite(owner, org, stranger, staff):
    text = "Ines Duarte <INES@Example.org>\nother.ines@example.org\nwines@example.org\n"
    sent, kept = a_list(owner, text), a_list(owner, text)
    send(sent, owner)
    erased(stranger, staff)
    assert sorted(kept.rows.values_list("address", flat=True)) == ["other.ines@example.org", "wines@example.org"]
    assert found_of("Duarte", "INES@", '"ines@') == []


def test_work_that_waits_is_given_up_with_its_account(owner, org, admin, staff):
    job = new_job("x", actor=acting(admin), user=admin.user, organization=org, arguments={})
    job.save()
    erased(admin, staff)
    assert not Job.objects.filter(pk=job.pk).exists()
    assert found_of("Rivera", "tomas@") == []


def test_who_named_a_passkey_after_themself(member, staff):
    for kind, said in ((PASSKEY_ADDED, "after"), (PASSKEY_REMOVED, "before")):
        note(actor=acting(member.user), user=member.user, kind=kind, **{said: {"name": "Mina's phone"}})
    erased(member, staff)
    assert found_of(*MINA) == []


def test_who_had_another_name_and_address_before_the_oldest_event_that_is_kept(owner, org, admin, member, staff):
    give_role(admin, "owner")
    offer(admin, "ana@example.org")
    link(admin)
    let_in(admin, WayKind.OPEN)
    for user, name in ((admin.user, "Tom Berg"), (User.objects.get(pk=member.user_id), "Mo Berg")):
        mend_address(actor=acting(staff), user=user, address=f"{name[:2].lower()}@new.example.org")
        update_profile(actor=acting(user), user=user, name=name, time_zone="UTC", phone="", job_title="")
    deliver()
    for chain in Chain.objects.all():
        remove_before(actor=SYSTEM, chain_id=chain.pk, day=timezone.now() + timedelta(days=1))
    Mail.objects.all().delete()
    for person in (admin, member):
        erased(person, staff)
    assert found_of("Rivera", "tomas@", *MINA) == []


def test_who_had_something_under_way(owner, org, admin, member, staff):
    late = partial(invite, actor=acting(admin), organization=org, addresses=["ana@example.org"], days=7)
    erased(admin, staff)
    with pytest.raises(PermissionDenied, match="no longer an active member"):
        late(role=role_of(org, "member"))
    assert found_of("Rivera", "tomas@") == []
