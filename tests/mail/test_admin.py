"""Staff see the outbox, change nothing in it, and send a failed mail again."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mail.models import Mail, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of: Callable[[User], Client], staff: User) -> Client:
    return client_of(staff)


@pytest.fixture
def failed(write) -> Mail:
    write()
    Mail.objects.update(state=State.FAILED, attempts=8, reason="The mailbox is full.")
    return Mail.objects.get()


def send_again(mail: Mail) -> str:
    return reverse("admin:mail_mail_send_again", args=[mail.pk])


@pytest.mark.parametrize("word", ["note:1", "tests.note", "failed"])
def test_mail_is_found_by_key_kind_and_state(browser, failed, word):
    assert "note:1" in browser.get(reverse("admin:mail_mail_changelist"), {"q": word}).content.decode()


def test_mail_can_be_read_and_not_changed(browser, failed):
    page = reverse("admin:mail_mail_change", args=[failed.pk])
    assert "The mailbox is full." in browser.get(page).content.decode()
    assert browser.post(page, {"state": "sent"}).status_code == 403
    assert browser.get(reverse("admin:mail_mail_add")).status_code == 403
    assert browser.post(reverse("admin:mail_mail_delete", args=[failed.pk]), {"post": "yes"}).status_code == 403


def test_failed_mail_is_sent_again_after_a_question(browser, failed):
    assert "Send this mail again?" in browser.get(send_again(failed)).content.decode()
    assert Mail.objects.get().state == State.FAILED, "asking changes nothing"
    assert browser.post(send_again(failed), {"_form_submitted": "on"}).status_code == 302
    assert Mail.objects.get().state == State.PENDING


def test_mail_that_did_not_fail_cannot_be_sent_again(browser, failed):
    Mail.objects.update(state=State.SENT)
    assert browser.post(send_again(failed), {"_form_submitted": "on"}).status_code == 403
    assert Mail.objects.get().state == State.SENT


def test_member_of_staff_without_the_permission_cannot_send_again(browser, staff, failed):
    staff.is_superuser = False
    staff.save()
    assert browser.post(send_again(failed), {"_form_submitted": "on"}).status_code == 403


def test_strange_id_is_not_an_error(browser):
    assert browser.get(reverse("admin:mail_mail_send_again", args=["what"])).status_code == 403
