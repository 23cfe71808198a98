"""The product's settings as a deployment has them, on the database that the benchmarks keep."""

import os
import tempfile

os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/roster_bench")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="roster-bench-"))
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/9")

from config.settings.base import *  # noqa: F403

ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], BASE_DIR / "benchmarks" / "templates"]  # type: ignore[index] # noqa: F405
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
INVITATION_LIMITS = dict.fromkeys(INVITATION_LIMITS, 1_000_000_000)  # noqa: F405 - always the same people
CELERY_BROKER_URL = "memory://"
LOGGING = {}
