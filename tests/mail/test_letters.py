"""What the mail server gets is made once, and arrives as it was meant."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import time_machine
from django.core.mail import BadHeaderError

from mail.kinds import Message
from mail.letters import Letter
from mail.sending import send_due
from tests.mail.conftest import letter
from tests.mail.server import MailServer

HTML = "<html><head></head><body>\n<p>Hello.</p>\n</body></html>"
MESSAGES = {
    "plain": Message("ines@example.org", "A note", "Hello.\n", HTML),
    "names": Message("ines@example.org", "Zoë lädt Sie zu 東京 ein", "Grüße, Zoë\n", "<p>東京 😀</p>\n"),
    "long subject": Message("ines@example.org", f"{'A long name ' * 12}invites you", "Hello.\n", HTML),
    "subject of one word": Message("ines@example.org", "W" * 90, "Hello.\n", HTML),
    "subject with spaces": Message("ines@example.org", "  A  note ", "Hello.\n", HTML),
    "encoded words in a subject": Message("ines@example.org", "=?utf-8?q?x?= and =?", "Hello.\n", HTML),
    "dots": Message("ines@example.org", "A note", "One.\n.\n..two\n.", ".\n<p>\n.\n</p>\n."),
    "line breaks": Message("ines@example.org", "A note", "one\r\ntwo\rthree\n\n\r\r\nfour", "<p>\r\n\r</p>"),
    "no last line break": Message("ines@example.org", "A note", "Hello.", "<p>Hello.</p>"),
    "from": Message("ines@example.org", "A note", "From here on\nFrom there\n", "From <b>us</b>\n"),
    "longest line": Message("ines@example.org", "A note", f"{'x' * 998}\n", HTML),
    "too long a line": Message("ines@example.org", "A note", f"{'x' * 999}\n", HTML),
    "too long a line in bytes": Message("ines@example.org", "A note", "Hello.\n", f"<p>{'é' * 499}</p>\n"),
    "long address": Message(f"{'i' * 64}@{'example.' * 8}org", "A note", "Hello.\n", HTML),
    "header": Message("ines@example.org", "A note", "Hello.\n", HTML, {"Reply-To": "Zoë <zoe@example.org>"}),
}


@pytest.fixture(params=list(MESSAGES.values()), ids=list(MESSAGES))
def message(request) -> Message:
    found: Message = request.param
    return found


@pytest.mark.django_db
def test_letter_arrives_as_it_was_meant(message, write, server):
    mail = write("note:1", message)
    send_due()
    arrived = read(server)[0]
    assert arrived["Subject"].split() == message.subject.replace("=?utf-8?q?x?=", "x").split()
    assert (arrived["To"], arrived["Message-ID"]) == (message.to, mail.message_id)
    assert [body(arrived, "plain"), body(arrived, "html")] == [lines(message.text), lines(message.html)]
    assert server.recipients == [message.to]


@pytest.mark.django_db
def test_every_attempt_has_the_same_id_and_the_same_words(write, server):
    mail = write("note:1", MESSAGES["names"])
    server.once("at_data", MailServer.DROP)
    send_due()
    mail.refresh_from_db()
    with time_machine.travel(mail.due_at, tick=False):
        send_due()
    first, second = read(server)
    assert first["Message-ID"] == second["Message-ID"] == mail.message_id
    assert [body(first, kind) for kind in ("plain", "html")] == [body(second, kind) for kind in ("plain", "html")]
    assert first["Subject"] == second["Subject"]
    assert first.get_boundary() != second.get_boundary(), "whoever reads one must not know the next"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ines@example.org", "ines@example.org"),
        ("Ines.O'Hara+x@Mail.Example.ORG", "Ines.O'Hara+x@Mail.Example.ORG"),
        ("ines@exämple.org", "ines@xn--exmple-cua.org"),
        ('"ines h"@example.org', '"ines h"@example.org'),
        ("Ines <ines@example.org>", "ines@example.org"),
    ],
)
def test_server_is_asked_for_the_address_alone(written, asked, write, server):
    write("note:1", letter(to=written))
    send_due()
    assert server.recipients == [asked]


@pytest.mark.parametrize("header", ["Subject", "To", "Reply-To"])
@pytest.mark.parametrize("broken", ["A\nBcc: all@example.org", "A\rBcc: all@example.org", "A\r\n b", "A\n"])
def test_line_break_in_any_header_is_refused_before_there_is_a_connection(header, broken):
    values = {"Subject": "A note", "To": "ines@example.org", "Reply-To": "bo@example.org"} | {header: broken}
    message = Message(values["To"], values["Subject"], "Hello.\n", HTML, {"Reply-To": values["Reply-To"]})
    with pytest.raises(BadHeaderError):
        Letter(message, "<1@example.org>")


def read(server: MailServer) -> list[EmailMessage]:
    return [message_from_bytes(message.as_bytes(), policy=policy.default) for message in server.taken]


def body(message: EmailMessage, kind: str) -> list[str]:
    part = message.get_body((kind,))
    assert part is not None
    return lines(part.get_content())


def lines(text: str) -> list[str]:
    """Without the line break at the end, which says where the next part begins, and of whichever kind."""
    return re.split(r"\r\n|\r|\n", text.rstrip("\r\n"))
