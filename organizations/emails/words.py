"""How mails write a moment: nobody can ask them on hover which time zone is meant."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as format_time

from accounts.models import User


def moment_in_words(moment: datetime, reader: User) -> str:
    """The moment in the reader's time zone, which is the current one."""
    return f"{format_time(timezone.localtime(moment), 'j F Y, H:i')} ({reader.time_zone})"
