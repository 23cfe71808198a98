"""What the stories about accounts share."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD
from tests.witness import deliver


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this person signed in a moment ago, as the pages ask for before big changes."""

    def browser(user: User) -> Client:
        client = Client()
        answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "remember": "on"})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return browser


@pytest.fixture
def mailed_link() -> Callable[[str], str]:
    """Delivers the outbox and answers the path that the newest mail's link with this in it leads to."""

    def find(part: str) -> str:
        letters = deliver()
        links = re.findall(rf"http://testserver/\S*{part}\S*", str(letters[-1].body))
        assert links, letters[-1].body
        return str(urlsplit(links[0]).path)

    return find
