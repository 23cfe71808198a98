"""Who holds a link's token can answer for its address. So it stands in the mail and in no other place."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from audit.models import Event
from invitations.actions.join_links import revoke_link
from invitations.actions.resending import resend
from invitations.join_links import token_of as token_of_link
from invitations.links import token_of
from tests.factories import acting, offer
from tests.invitations.letting_in import link
from tests.witness import deliver


@pytest.fixture
def broker() -> Iterator[list[str]]:
    """All that is handed to the broker meanwhile."""
    messages: list[str] = []

    def note(sender: str, body: Any, headers: dict[str, Any], **kwargs: Any) -> None:
        messages.append(repr((sender, body, headers)))

    before_task_publish.connect(note, weak=False)
    yield messages
    before_task_publish.disconnect(note)


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the product's own handler writes, of every level."""
    root, text = logging.getLogger(), StringIO()
    (handler,) = [one for one in root.handlers if type(one) is logging.StreamHandler]
    stream, level = handler.setStream(text), root.level
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(level)
    handler.setStream(stream)


def places(browser: Client, broker: list[str], log: StringIO) -> dict[str, str]:
    dump = StringIO()
    call_command("dumpdata", stdout=dump)  # the audit log, the outbox, the jobs and the sessions are among it
    sessions = json.dumps([one.get_decoded() for one in Session.objects.all()])
    events = repr([vars(one) for one in Event.objects.all()])
    return {
        "database": dump.getvalue(),
        "sessions": sessions,
        "audit": events,
        "broker": "\n".join(broker),
        "log": log.getvalue(),
    }


def test_token_of_an_invitation_is_in_the_mail_alone(
    client_of, org, owner, stranger, broker, log, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invitation = offer(owner, stranger.email)
        first = token_of(invitation)
        (invitation,) = resend(actor=acting(owner), organization=org, invitations=[invitation]).done
    token = token_of(invitation)
    assert token in str(deliver()[-1].body)
    browser, scanner = client_of(stranger), Client(enforce_csrf_checks=True)
    for one in (first, token):
        browser.get(f"/i/{one}/")
        for method in ("head", "post", "put", "options"):  # refused: and what is refused is logged
            getattr(scanner, method)(f"/i/{one}/")
            getattr(browser, method)(f"/i/{one}/")
        browser.get(f"/i/{one}x/")
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/invitation/{invitation.pk}/accept/", {"version": 2})
    assert org.memberships.filter(user=stranger).exists()
    found = places(browser, broker, log)
    # The search finds what there is.
    assert invitation.pk.hex in found["database"].replace("-", "")
    assert invitation.pk.hex in found["sessions"]
    assert str(invitation.pk) in found["audit"] or repr(invitation.pk) in found["audit"]
    assert "mail.send_due" in found["broker"]
    assert "/i/…/" in found["log"]
    for place, text in found.items():
        for secret in (first, token, first.rpartition(".")[2], token.rpartition(".")[2]):
            assert secret not in text, place


def test_token_of_a_link_to_join_is_nowhere(
    client_of, org, owner, stranger, broker, log, django_capture_on_commit_callbacks
):
    made = link(owner)
    token = token_of_link(made)
    browser = client_of(stranger)
    with django_capture_on_commit_callbacks(execute=True):
        for method in ("get", "head", "post", "put"):
            getattr(browser, method)(f"/j/{token}/")
        browser.get(f"/j/{token}x/")
        browser.post(f"/join/{made.pk}/")
        revoke_link(actor=acting(owner), link=made)
    assert org.memberships.filter(user=stranger).exists()
    found = places(browser, broker, log)
    assert made.pk.hex in found["sessions"]
    assert "/j/…/" in found["log"]
    for place, text in found.items():
        assert token.partition(".")[2] not in text, place


@pytest.mark.parametrize(
    "path",
    ["/i/abc.1.def/", "/j/abc.def/", "/accounts/confirm-email/MTI:abc-def/", "/accounts/password/reset/key/x-secret/"],
)
def test_paths_that_are_keys_are_not_written_out_when_they_are_refused(client, log, path):
    client.put(path)
    logging.getLogger("django.security.csrf").warning("Forbidden (%s): %s", "no cookie", path)
    assert "…/" in log.getvalue()
    for secret in ("abc", "def", "secret"):
        assert secret not in log.getvalue()
