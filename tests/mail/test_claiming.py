"""A claim need not wait for the disk; everything else does, above all the mark that a mail was sent."""

import pytest
from django.db import connection, transaction

from mail.models import Mail, State
from mail.sending import claim_next, send_due

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such switch"),
]


def waits_for_the_disk() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return bool(cursor.fetchone() == ("on",))


def test_claim_alone_does_not_wait_for_the_disk(write):
    write()
    with transaction.atomic():
        claim_next()
        assert not waits_for_the_disk()
    assert waits_for_the_disk()


def test_nothing_of_it_is_left_when_the_mail_is_marked(write, server):
    write()
    waited = []

    def look(execute, sql, params, many, context):
        if "sent_at" in sql:
            waited.append(waits_for_the_disk())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        send_due()
    assert Mail.objects.get().state == State.SENT
    assert waited
    assert all(waited)
