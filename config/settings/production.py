"""A real deployment: behind HTTPS, with a mail server and keys of its own. What is missing stops the start."""

from django.core.exceptions import ImproperlyConfigured

from config.env import demand

for _name, _mend in {
    "SECRET_KEY": "Give a long random text and keep it secret.",
    "INVITATION_KEY": "Give a long random text of its own; invitation links are signed with it.",
    "AUDIT_KEY": "Give a long random text of its own; the audit log is sealed with it.",
    "BASE_URL": "Give the address that people open, such as https://roster.example.org.",
    "DATABASE_URL": "Give an address such as postgres://user:password@host:5432/name.",
    "REDIS_URL": "Give an address such as redis://host:6379/0.",
    "EMAIL_URL": "Give the mail server, such as smtp+tls://user:password@host:587.",
    "MAIL_FROM": "Give the sender of all mail, such as Roster <roster@example.org>.",
}.items():
    demand(_name, _mend)

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import AUDIT_KEY, BASE_URL, EMAIL_BACKEND, INVITATION_KEY, SECRET_KEY  # type: ignore[attr-defined]  # noqa: E402

if not BASE_URL.startswith("https://"):
    message = f"The setting BASE_URL is {BASE_URL}. Give an address that starts with https://."
    raise ImproperlyConfigured(message)
_keys: dict[str, str] = {}
for _name, _key in {"SECRET_KEY": SECRET_KEY, "INVITATION_KEY": INVITATION_KEY, "AUDIT_KEY": AUDIT_KEY}.items():
    if len(_key) < 40:
        message = f"The setting {_name} is too short. Give at least 40 random characters."
        raise ImproperlyConfigured(message)
    if _key in _keys:
        message = f"The setting {_name} is the same as {_keys[_key]}. Give a long random text of its own."
        raise ImproperlyConfigured(message)
    _keys[_key] = _name
if not EMAIL_BACKEND.endswith("smtp.EmailBackend"):
    message = "The setting EMAIL_URL names no mail server. Give one such as smtp+tls://user:password@host:587."
    raise ImproperlyConfigured(message)

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
