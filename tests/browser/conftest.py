"""Roster as a person meets it: `manage.py up` with its demo data, and Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from team.demo.people import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Roster: web, worker, beat and broker, with the demo data and mail in files."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("roster")
    environment = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEY"))}
    environment |= {
        "DATA_DIR": str(data / "d"),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
    }
    with (data / "said").open("wb") as said:
        program = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=said, stderr=said
        )
    url = f"http://localhost:{port}"
    try:
        _wait_for(data / "said", program)
        yield url
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=30)


def _wait_for(said: Path, program: subprocess.Popen[bytes]) -> None:
    """It says so when everything is there, the demo data included."""
    deadline = time.monotonic() + 60
    while "Ctrl+C stops it" not in said.read_text():
        assert program.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.1)


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self._listen(line.type, line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else f"{self.address}{path}")
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD) -> Page:
        page = self.go("/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/organizations/")
        return page

    def open_mail(self, to: str, subject: str) -> str:
        """Wait for the mail on the page that shows kept mail; answers the link of its button."""
        for _ in range(100):
            page = self.go("/mail/")
            row = page.get_by_role("listitem").filter(has_text=to).filter(has_text=subject)
            if row.count():
                row.first.get_by_role("link").click()
                page.get_by_role("link", name="As plain text").click()
                links = page.locator("pre a").all()
                return next(href for link in links if (href := link.get_attribute("href") or "").startswith("http"))
            time.sleep(0.2)
        pytest.fail(f"No mail to {to} with {subject!r} arrived within 20 s.")

    def _listen(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)


Arrive = Callable[..., Person]


@pytest.fixture
def arrive(browser: Browser, address: str) -> Iterator[Arrive]:
    """A person arrives with a fresh browser; at the end none of the pages has complained in its console."""
    people: list[Person] = []
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Person:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        people.append(Person(context, address))
        return people[-1]

    yield make
    for context in contexts:
        context.close()
    assert [complaint for person in people for complaint in person.complaints] == []
