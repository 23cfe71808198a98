"""How many mails may go in a minute, where the mail server takes no more: moments, each given to one worker.

They stand in the database, which all workers share and without which there is no mail anyway. They are equally far
apart and are not saved up: whatever minute one looks at, there are no more than the setting says.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from mail.models import Pace

MINUTE = timedelta(minutes=1)
# So far ahead moments are given away, and the next one always. A worker that gets none has nothing to wait for.
AHEAD = timedelta(seconds=1)
# What no worker can have written but one whose clock was wrong: it must not hold up the mail for longer.
NONSENSE = timedelta(minutes=5)


def next_moment() -> datetime | None:
    """When the caller, and nobody else, may send one mail. None where all that come soon are given to other workers."""
    now = timezone.now()
    if not settings.MAIL_PER_MINUTE:
        return now
    apart = MINUTE / settings.MAIL_PER_MINUTE
    while True:
        free_from = Pace.objects.get_or_create(pk=1, defaults={"free_from": now})[0].free_from
        moment = max(free_from, now) if free_from - now < NONSENSE else now
        if moment - now > max(apart, AHEAD):
            return None
        if Pace.objects.filter(pk=1, free_from=free_from).update(free_from=moment + apart):
            return moment
