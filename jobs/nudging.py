"""Waking a worker by the name of a task. Only a hint: what is due stands in the database, and a sweep finds it."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)

NUDGE_SECONDS = 60
ONE_SHORT_TRY = {"max_retries": 0, "socket_connect_timeout": 0.5, "socket_timeout": 1}


def nudge(task: str, times: int = 1) -> None:
    """Ask for that task, that many times over; a broker that is away costs a second and nothing else."""
    try:
        # A connection of its own: one try and short waits, so that a broker that is away costs a second, not a page.
        with current_app.connection_for_write(transport_options=ONE_SHORT_TRY) as broker:
            for _ in range(times):
                current_app.send_task(task, connection=broker, retry=False, expires=NUDGE_SECONDS)
    except Exception as error:  # whatever the broker's client raises, the change is committed
        logger.warning("The broker did not answer (%s); the work waits for the next sweep.", type(error).__name__)
