"""The embedded default: one machine, no services, mail in files that a page shows."""

from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_URL, EMAIL_BACKEND, env  # type: ignore[attr-defined]

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1"]  # noqa: F405
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DEBUG = env.bool("DEBUG", default=False)
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
MAIL_PAGE = EMAIL_BACKEND.endswith("filebased.EmailBackend")
