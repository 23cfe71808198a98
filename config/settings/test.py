"""The tests: fast passwords, no files of the person who runs them, either database."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="roster-test-"))
os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-a-key-for-tests-only-a-key")
os.environ.setdefault("INVITATION_KEY", "another-key-for-tests-only-another-key-for-tests")
os.environ.setdefault("AUDIT_KEY", "a-third-key-for-tests-only-a-third-key-for-tests")
os.environ.setdefault("BASE_URL", "http://testserver")

from config.settings.base import *  # noqa: F403

TESTING = True
INSTALLED_APPS = [*INSTALLED_APPS, "tests.example"]  # noqa: F405 - the product that docs/for-engineers.md is about
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
MAIL_PAGE = True
if "REDIS_URL" not in os.environ:
    CACHES = {"default": {"BACKEND": "config.cache.MemoryCache"}}
    CELERY_BROKER_URL = "memory://"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as the product's is: in memory, connections share a cache whose locks nobody waits for.
    DATABASES["default"]["TEST"] = {"NAME": os.environ["DATA_DIR"] + "/test.sqlite3"}  # noqa: F405
INVITATION_LIMITS = dict.fromkeys(INVITATION_LIMITS, 1_000_000)  # noqa: F405 - the cast's addresses are always the same
JOINING_LIMITS = dict.fromkeys(JOINING_LIMITS, 1_000_000)  # noqa: F405
