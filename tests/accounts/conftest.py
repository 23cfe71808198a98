"""What the stories about accounts share."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.witness import deliver


@pytest.fixture
def mailed_link() -> Callable[[str], str]:
    """Delivers the outbox and answers the path that the newest mail's link with this in it leads to."""

    def find(part: str) -> str:
        letters = deliver()
        links = re.findall(rf"http://testserver/\S*{part}\S*", str(letters[-1].body))
        assert links, letters[-1].body
        return str(urlsplit(links[0]).path)

    return find
