"""What the worker and beat of these tests run with: the test's own broker and mail server, and short waits."""

import os

from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "mail.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["MAIL_SERVER_PORT"])
EMAIL_TIMEOUT = 2
CELERY_BEAT_SCHEDULE = {"mail-sweep": {"task": "mail.sweep", "schedule": 1.0, "options": {"expires": 5}}}
