"""What a worker does about mail. Both tasks may run at any time, twice or ten times over: the rows decide."""

from celery import shared_task
from django.utils import timezone

from mail import outbox, sending
from mail.models import Mail

SECONDS_PER_TASK = 60


@shared_task(name="mail.send_due")
def send_due() -> None:
    """Send what is due, then make room for other work."""
    if not sending.send_due(SECONDS_PER_TASK):
        outbox.nudge()


@shared_task(name="mail.sweep")
def sweep() -> None:
    """Wake workers for what was missed: a nudge that got lost, a pause that is over, a lease that ran out."""
    if waiting := Mail.objects.due(timezone.now()).count():
        outbox.nudge(waiting)
