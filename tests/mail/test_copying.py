"""Many new mails are copied into the outbox: the same rows as one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from mail.models import Mail
from mail.outbox import NewMail, enqueue_new

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 3, 60])
def test_new_mails_become_the_same_rows_however_many_there_are(number):
    later = timezone.now() + timedelta(days=1)
    mails = [
        NewMail("tests.note", f"note:{one}\t\\N", {"text": f"tab\there {one}"}, later if one % 2 else None)
        for one in range(number)
    ]
    with transaction.atomic():
        enqueue_new(mails, len(mails))
    found = list(Mail.objects.order_by("pk"))
    assert [(one.key, one.ids) for one in found] == [(one.key, one.ids) for one in mails]
    assert {one.due_at == later for one in found[1::2]} <= {True}
    for one in found:
        assert (one.state, one.attempts, one.reason, one.leased_until, one.sent_at) == ("pending", 0, "", None, None)
        assert one.message_id.startswith(f"<{one.pk}@")
        one.full_clean(exclude=["leased_until", "sent_at"])
