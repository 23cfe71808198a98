"""A kind of mail for these tests, and a mail server on loopback that answers as it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction

from mail import kinds, outbox
from mail.kinds import Message
from mail.models import Mail
from tests.mail.server import MailServer, listening

Note = Message | Exception | Callable[[], Message] | None

_notes: dict[str, Note] = {}


def _build(ids: dict[str, str]) -> Message | None:
    note = _notes[ids["note"]]
    if isinstance(note, Exception):
        raise note
    return note() if callable(note) else note


kinds.register("tests.note", _build)


def letter(to: str = "ines@example.org", subject: str = "A note") -> Message:
    return Message(to=to, subject=subject, text="Hello.\n", html="<html><head></head><body>Hello.</body></html>")


@pytest.fixture
def write() -> Iterator[Callable[..., Mail]]:
    """Puts a note into the outbox: `write("one")`, `write("one", None)` for one that is not wanted any more."""

    def put(key: str = "note:1", note: Note = letter()) -> Mail:  # noqa: B008 - frozen
        _notes[key] = note
        with transaction.atomic():
            outbox.enqueue("tests.note", key, {"note": key})
        return Mail.objects.get(key=key)

    yield put
    _notes.clear()


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    """A mail server; Roster is set to send to it."""
    with listening(settings) as server:
        yield server


@pytest.fixture
def kept(settings, tmp_path: Path) -> Path:
    """Mail is kept in files, in this folder."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path
