"""Whoever looks after invitations sees which of their mails failed, and why, until another one is on its way."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import EventType
from invitations.actions.changing import change_offered_role
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from mail.models import Mail, State
from mail.outbox import try_again
from mail.sending import send_due
from tests.factories import acting, offer, role_of
from tests.mail.server import listening
from tests.witness import written

NOBODY = "550 5.1.1 No such user"


@pytest.fixture
def server(settings):
    with listening(settings) as server:
        server.at_recipient = NOBODY
        yield server


def failed_at(invitation):
    invitation.refresh_from_db()
    return invitation.mail_failed_at


def test_a_mail_that_failed_is_written_down_beside_its_invitation_with_its_event(org, owner, server):
    invitation = offer(owner, "ines@example.org")
    with written() as news:
        send_due()
    assert failed_at(invitation)
    (event,) = news.events
    assert (event.action, event.actor_kind, event.target_id) == ("invitation.mail_failed", "system", invitation.pk)
    assert event.after == {"reason": "The address does not exist."}
    assert Mail.objects.get().state == State.FAILED
    assert list(org.invitations.mail_failed(invitation.sent_at)) == [invitation]


def test_another_mail_on_its_way_takes_the_mark_off(org, owner, server):
    sent_again, other_role = offer(owner, "ines@example.org"), offer(owner, "noor@example.org")
    send_due()
    server.at_recipient = None
    resend(actor=acting(owner), organization=org, invitations=[sent_again])
    change_offered_role(actor=acting(owner), organization=org, invitation=other_role, role=role_of(org, "viewer"))
    assert failed_at(sent_again) is None
    assert failed_at(other_role) is None


def test_staff_who_send_the_mail_again_take_the_mark_off(owner, server):
    invitation = offer(owner, "ines@example.org")
    send_due()
    with written() as news:
        assert try_again(Mail.objects.get())
    assert failed_at(invitation) is None
    assert news.actions == ["invitation.mailed_again"]


def test_whence_staff_sent_it_again_is_not_for_the_organization_to_read(client_of, owner, staff, server):
    offer(owner, "ines@example.org")
    send_due()
    page = reverse("admin:mail_mail_send_again", args=[Mail.objects.get().pk])
    with written() as news:
        client_of(staff).post(page, {"_form_submitted": "on"}, REMOTE_ADDR="203.0.113.9")
    assert [(event.action, event.address, event.user_agent) for event in news.events] == [
        ("invitation.mailed_again", None, ""),
    ]  # fmt: skip


def test_the_event_says_which_of_staff_sent_it_again(client_of, owner, staff, server):
    invitation = offer(owner, "ines@example.org")
    send_due()
    page = reverse("admin:mail_mail_send_again", args=[Mail.objects.get().pk])
    with written() as news:
        client_of(staff).post(page, {"_form_submitted": "on"})
    (event,) = news.events
    assert (event.type, event.actor_kind, event.actor_id, event.actor_label) == (
        EventType.STAFF_ACTION, "staff", staff.pk, "Sam Staff",
    )  # fmt: skip
    assert (event.action, event.target_id, event.chain_id) == (
        "invitation.mailed_again", invitation.pk, owner.organization_id,
    )  # fmt: skip
    assert failed_at(invitation) is None
    assert Mail.objects.get().state == State.PENDING


def test_the_mail_of_an_older_version_marks_nothing(org, owner, server):
    invitation = offer(owner, "ines@example.org")
    older = Mail.objects.get()
    send_due()
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    Mail.objects.filter(pk=older.pk).update(state=State.PENDING)
    Mail.objects.exclude(pk=older.pk).delete()
    with written() as news:
        send_due()
    assert failed_at(invitation) is None
    assert news.nothing


def test_an_invitation_that_was_withdrawn_meanwhile_is_marked_no_more(org, owner, server):
    invitation = offer(owner, "ines@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    with written() as news:
        send_due()
    assert failed_at(invitation) is None
    assert news.nothing


def test_a_mail_whose_books_cannot_be_written_is_not_failed_either(owner, server, monkeypatch):
    """Both or neither: it is taken up again once its lease is over, and the others leave meanwhile."""
    invitation = offer(owner, "ines@example.org")
    offer(owner, "noor@example.org")
    server.at_recipient, server.for_address = None, {invitation.email: NOBODY}
    monkeypatch.setattr("invitations.actions.mail_failing.record_of", lambda *args, **kwargs: 1 / 0)
    send_due()
    assert Mail.objects.get(key=invitation.mail_key).state == State.SENDING
    assert failed_at(invitation) is None
    assert server.recipients == ["noor@example.org"]
