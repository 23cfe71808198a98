"""What every deployment shares. Each value that may differ comes from the environment, by the name in the README."""

import importlib.util
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from config.env import database, env, kept_secret, mail, number, servers, text
from config.settings.staff import UNFOLD as UNFOLD

django_stubs_ext.monkeypatch()  # lets views and forms name their type, as in FormView[InviteForm]

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
KEYS_DIR = DATA_DIR / "keys"

DEBUG = False
SECRET_KEY = kept_secret("SECRET_KEY", KEYS_DIR)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_PREVIOUS", default=[])
# Invitation links have a key of their own, with room for the one before it, so that either can be changed alone.
INVITATION_KEY = kept_secret("INVITATION_KEY", KEYS_DIR)
INVITATION_KEY_PREVIOUS = env.str("INVITATION_KEY_PREVIOUS", default="")
AUDIT_KEY = kept_secret("AUDIT_KEY", KEYS_DIR)
AUDIT_KEY_PREVIOUS = env.list("AUDIT_KEY_PREVIOUS", default=[])

PORT = number("PORT", 8000, least=1, most=65_535)
HOST = env.str("HOST", default="0.0.0.0")  # noqa: S104 - what `up` listens on, where mail is sent and not kept in files
BASE_URL = text(
    "BASE_URL",
    f"http://localhost:{PORT}",
    pattern=r"https?://[^/?#@\s]+/?",
    mend="Give scheme and host alone, such as https://roster.example.org.",
).rstrip("/")
OPERATOR = env.str("OPERATOR", default="")
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# How many proxies stand in front and add to X-Forwarded-For; 0 believes the connection alone.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0, least=0, most=10)

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "accounts.console",  # its commands are found before those of auth
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "template_partials",
    "audit",
    "jobs",
    "mail",
    "accounts",
    "organizations",
    "invitations",
    "team",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.HeadersMiddleware",
    "audit.middleware.OriginMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.TransactionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context_processors.product",
            ],
            "builtins": ["config.templatetags.look"],
        },
    },
    {
        # Rows of long tables, which Django's own language would write in ten times the time (docs/decisions/0015).
        "NAME": "rows",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "rows"],
        "OPTIONS": {"environment": "config.rows.environment"},
    },
]

# SQLite is the embedded default. Of six processes reading then writing for six seconds, locked errors were
# 0 with these options, 6,164 with WAL alone and 16,756 with Django's defaults.
DATABASES = {
    "default": database(
        "DATABASE_URL",
        f"sqlite:///{DATA_DIR / 'roster.sqlite3'}",
        "Give an address such as postgres://user:password@host:5432/name, or leave it out for SQLite.",
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = number("DATABASE_CONNECTION_SECONDS", 60, least=0, most=3600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# Redis is the broker and the cache. While it is away, each process keeps a cache of its own and nudges fail quietly.
REDIS_URL = text(
    "REDIS_URL",
    f"unix://{DATA_DIR / 'valkey.sock'}",
    pattern=r"(rediss?|unix)://.+",
    mend="Give an address such as redis://host:6379/0, or leave it out for the broker that comes along.",
)
CACHES = {
    "default": {
        "BACKEND": "config.cache.SteadyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "roster",
        "OPTIONS": {
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
        },
    }
}

# Celery: a hint that there is work. What must not be lost stands in the database (see mail/).
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,  # without these two, recovery took 105 s; with them 8 to 20 s
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
}
CELERY_BEAT_SCHEDULE = {
    "mail-sweep": {"task": "mail.sweep", "schedule": 30.0, "options": {"expires": 25}},
    "jobs-sweep": {"task": "jobs.sweep", "schedule": 30.0, "options": {"expires": 25}},
    "jobs-forget": {"task": "jobs.forget", "schedule": crontab(hour="4", minute="40")},
    "organizations-settle": {"task": "organizations.settle", "schedule": 300.0, "options": {"expires": 240}},
    "organizations-check-counters": {
        "task": "organizations.check_counters",
        "schedule": crontab(hour="1", minute="10"),
    },
    "organizations-notice-ends": {"task": "organizations.notice_ends", "schedule": 3600.0},
    "organizations-prove-domains": {
        "task": "organizations.prove_domains",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "invitations-seats-freed": {"task": "invitations.seats_freed", "schedule": 180.0, "options": {"expires": 150}},
    "invitations-remind": {"task": "invitations.remind", "schedule": 900.0, "options": {"expires": 800}},
    # By the clock: counted from when beat began, a day is never over where it begins anew every day.
    "audit-verify": {"task": "audit.verify", "schedule": crontab(hour="2", minute="10")},
    "audit-remove-old": {"task": "audit.remove_old", "schedule": crontab(hour="3", minute="10")},
    "audit-forget-refusals": {"task": "audit.forget_refusals", "schedule": crontab(hour="4", minute="10")},
    "invitations-forget-lists": {"task": "invitations.forget_lists", "schedule": crontab(hour="4", minute="20")},
    "sessions-clear": {"task": "accounts.clear_sessions", "schedule": crontab(hour="4", minute="30")},
}

# Mail: into files without a mail server, by SMTP with one.
EMAIL_FILE_PATH = str(DATA_DIR / "outbox")
vars().update(
    mail(
        "EMAIL_URL",
        "Give an address such as smtp+tls://user:password@host:587, or leave it out to keep mail in files.",
    )
    | {"EMAIL_FILE_PATH": EMAIL_FILE_PATH}
)
EMAIL_TIMEOUT = 10
MAIL_PER_MINUTE = number("MAIL_PER_MINUTE", 0, least=0, most=100_000)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = text(
    "MAIL_FROM",
    "Roster <roster@localhost>",
    pattern=r"[^\r\n]*[^\s@<>]+@[^\s@<>]+>?",
    mend="Give the sender of all mail, such as Roster <roster@example.org>.",
)
# Who reads what organizations ask of those who run this deployment; empty: everyone who administers it.
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="")
MAIL_PAGE = False
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "invitations.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "add_email": "accounts.sign_in_forms.AddEmailForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "login": "accounts.sign_in_forms.LoginForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "signup": "accounts.sign_in_forms.SignupForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_PREVENT_ENUMERATION = "strict"  # who only named an address keeps nobody from having it
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Roster"
MFA_TOTP_TOLERANCE = 1  # a code that ran out while it was typed is still taken
MFA_FORMS = {
    "activate_totp": "accounts.sign_in_forms.ActivateTOTPForm",
    "add_webauthn": "accounts.sign_in_forms.AddWebAuthnForm",
    "authenticate": "accounts.sign_in_forms.AuthenticateForm",
    "authenticate_webauthn": "accounts.sign_in_forms.AuthenticateWebAuthnForm",
    "edit_webauthn": "accounts.sign_in_forms.EditWebAuthnForm",
    "login_webauthn": "accounts.sign_in_forms.LoginWebAuthnForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateByCodeForm",
    "reauthenticate_webauthn": "accounts.sign_in_forms.ReauthenticateWebAuthnForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 14 * 86_400

# Pages
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "UTC"
DATETIME_FORMAT = "j M Y, H:i"
DATE_FORMAT = "j M Y"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
_bootstrap = next(iter(importlib.util.find_spec("bootstrap").submodule_search_locations))  # type: ignore[union-attr, arg-type]
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", _bootstrap)]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000

# Headers
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],  # Unfold runs an evaluator; config.middleware gives it a policy of its own
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "config.discreet.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "celery": {"level": "WARNING"}},
}

# What Roster itself offers
SCHEMES_DIR = env.str("SCHEMES_DIR", default="")
AUDIT_KEEP_DAYS = number("AUDIT_KEEP_DAYS", 0, least=0, most=36_500)
INVITATION_DAYS = number("INVITATION_DAYS", 7, least=1, most=30)
# The DNS servers that are asked for the records that prove domains; empty: those of the system.
DNS_RESOLVERS = servers("DNS_RESOLVERS", 53, "Give addresses such as 192.0.2.1:53,[2001:db8::1]:53, or leave it out.")
# How often people may ask to join in a day, one person and everyone from one place; and how often one may try to join.
JOINING_LIMITS = {"person": 10, "place": 20, "joins": 30}
# How many may be sent: by one person or from one place in an hour, by an organization in a day, and to one address in a
# day, from everyone and from one organization. A list holds 10,000.
INVITATION_LIMITS = {
    "person": number("INVITATIONS_AN_HOUR", 20_000, least=1, most=10_000_000),
    "place": number("INVITATIONS_AN_HOUR", 20_000, least=1, most=10_000_000),
    "organization": number("INVITATIONS_A_DAY", 50_000, least=1, most=10_000_000),
    "address": 10,
    "address_from_one": 5,
}
# What people are refused for lack of permission: how many things a person or program in an organization is named for in
# an hour, and for how many days that is kept.
REFUSALS = {"an_hour": 100, "days": 90}
