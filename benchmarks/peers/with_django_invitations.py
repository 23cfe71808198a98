"""Lets django-invitations invite people by its own views: for each line that is read, the seconds that this way took.

Arguments: the address of a PostgreSQL database, how many, the port of a mail server on this machine.
"""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

import django
import environ
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

database, number, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
settings.configure(
    SECRET_KEY="measured",  # noqa: S106 - signs nothing that anybody keeps
    DATABASES={"default": environ.Env.db_url_config(database)},
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "django.contrib.sites", "invitations",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    ROOT_URLCONF=__name__,
    SITE_ID=1,
    USE_TZ=True,
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=port,
    INVITATIONS_ALLOW_JSON_INVITES=True,
    ALLOWED_HOSTS=["testserver"],
)  # fmt: skip
django.setup()
urlpatterns = [path("", include("invitations.urls"))]


def at_once(addresses: list[str]) -> None:
    sent = json.dumps(addresses)
    assert browser.post("/send-json-invite/", sent, content_type="application/json").status_code == 201


def one_by_one(addresses: list[str]) -> None:
    for address in addresses:
        assert browser.post("/send-invite/", {"email": address}).status_code == 200


WAYS = {
    "all in one request, mails kept in memory": (at_once, "locmem"),
    "by its form, mails kept in memory": (one_by_one, "locmem"),
    "by its form, mails to a server that takes each at once": (one_by_one, "smtp"),
}

if __name__ == "__main__":
    from django.contrib.auth import get_user_model
    from django.test import Client

    from invitations.models import Invitation

    call_command("migrate", verbosity=0)
    users: Any = get_user_model()._default_manager  # Django's own accounts, not ours
    browser = Client()
    browser.force_login(users.create(username="inviter"))
    for line in sys.stdin:
        if not (name := line.strip()):
            print(flush=True)
            continue
        way, backend = WAYS[name]
        settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
        Invitation.objects.all().delete()
        wanted = [f"person-{one}@example.org" for one in range(number)]
        begun = perf_counter()
        way(wanted)
        print(perf_counter() - begun, flush=True)
        assert Invitation.objects.count() == number
