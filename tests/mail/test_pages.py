"""The development mail page shows what was kept in files; anywhere else there is no such page."""

from pathlib import Path

import pytest
from django.urls import reverse

from mail.sending import send_due
from tests.mail.conftest import letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_mails(write, kept: Path):
    first = write("note:1", letter(subject="First <b>"))
    second = write("note:2", letter(to="tomas@example.org", subject="Second"))
    send_due()
    return first, second


def test_list_shows_the_newest_first(client, two_mails):
    page = client.get(reverse("mail:list")).content.decode()
    assert page.index("Second") < page.index("First &lt;b&gt;")
    assert "tomas@example.org" in page


def test_list_is_empty_before_the_first_mail(client, kept):
    response = client.get(reverse("mail:list"))
    assert response.status_code == 200
    assert "No mail yet" in response.content.decode()


def test_mail_is_shown_in_a_frame_of_this_site(client, two_mails):
    response = client.get(reverse("mail:show", args=[two_mails[0].pk]))
    assert f'src="{reverse("mail:letter", args=[two_mails[0].pk])}"' in response.content.decode()
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]


def test_frame_may_show_inline_rules_and_do_nothing_else(client, two_mails):
    response = client.get(reverse("mail:letter", args=[two_mails[0].pk]))
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script-src" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in response.content.decode()


def test_plain_text_has_live_links(client, write, kept):
    message = letter()
    mail = write("note:1", type(message)(message.to, "A", "See http://testserver/i/abc\n", message.html))
    send_due()
    page = client.get(reverse("mail:show", args=[mail.pk]), {"as": "text"}).content.decode()
    assert '<a href="http://testserver/i/abc" rel="nofollow">http://testserver/i/abc</a>' in page


@pytest.mark.parametrize("name", ["mail:show", "mail:letter"])
def test_mail_that_is_not_there_is_not_found(client, two_mails, name):
    assert client.get(reverse(name, args=["nothing"])).status_code == 404


def test_there_is_no_such_page_where_mail_is_really_sent(client, two_mails, settings):
    settings.MAIL_PAGE = False
    pk = two_mails[0].pk
    for url in (reverse("mail:list"), reverse("mail:show", args=[pk]), reverse("mail:letter", args=[pk])):
        assert client.get(url).status_code == 404


def test_file_that_is_still_being_written_is_left_alone(client, two_mails, kept):
    (kept / "20300101-000000-1.log").write_bytes(b"Subject: Half\nMessage-ID: <half@x>\nDate: Thu, 1 Jan 2026")
    assert "Half" not in client.get(reverse("mail:list")).content.decode()
