"""A setting that is missing or wrong stops the start, with its name and its mend."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import mail

ROOT = Path(__file__).resolve().parents[2]
RIGHT = {
    "SECRET_KEY": "one-long-random-text-one-long-random-text",
    "INVITATION_KEY": "another-long-random-text-another-long-text",
    "AUDIT_KEY": "a-third-long-random-text-a-third-long-random-text",
    "BASE_URL": "https://roster.example.org",
    "DATABASE_URL": "postgres://postgres@127.0.0.1:5432/roster",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "MAIL_FROM": "Roster <roster@example.org>",
}


def start(tmp_path: Path, **changed: str | None) -> str:
    """What is said where the production settings are read with these changes; '' where nothing stops them."""
    given = {name: value for name, value in (RIGHT | changed).items() if value is not None}
    kept = {name: text for name, text in os.environ.items() if name not in RIGHT and not name.startswith("DJANGO_")}
    ended = subprocess.run(
        [sys.executable, "-c", "import config.settings.production"],
        cwd=ROOT,
        env=kept | {"DATA_DIR": str(tmp_path / "var")} | given,
        capture_output=True,
        text=True,
    )
    return ended.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+tls", "smtp+ssl"])
def test_mail_server_is_spoken_to_by_what_knows_how_far_a_mail_got(monkeypatch, scheme):
    monkeypatch.setenv("EMAIL_URL", f"{scheme}://user:password@mail.example.org:587")
    assert mail("EMAIL_URL", "")["EMAIL_BACKEND"] == "mail.smtp.EmailBackend"


def test_what_is_right_starts(tmp_path: Path):
    assert start(tmp_path) == ""
    assert not (tmp_path / "var").exists(), "no key is made up"


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("value", [None, "", " "])
def test_what_is_missing_or_empty_stops_the_start(tmp_path: Path, name, value):
    assert f"The setting {name} is missing. Give " in start(tmp_path, **{name: value})
    assert not (tmp_path / "var").exists(), "no key is made up"


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("SECRET_KEY", "short", "Give at least 40 random characters."),
        ("INVITATION_KEY", "short", "Give at least 40 random characters."),
        ("INVITATION_KEY", RIGHT["SECRET_KEY"], "Give a long random text of its own"),
        ("AUDIT_KEY", "short", "Give at least 40 random characters."),
        ("AUDIT_KEY", RIGHT["INVITATION_KEY"], "is the same as INVITATION_KEY"),
        ("BASE_URL", "http://roster.example.org", "Give an address that starts with https://."),
        ("BASE_URL", "https://roster.example.org/team", "Give scheme and host alone"),
        ("BASE_URL", "https://", "Give scheme and host alone"),
        ("DATABASE_URL", "roster", "Give an address such as postgres://"),
        ("DATABASE_URL", "oracle://127.0.0.1/roster", "Give an address such as postgres://"),
        ("REDIS_URL", "localhost", "Give an address such as redis://"),
        ("EMAIL_URL", "mail.example.org", "Give an address such as smtp+tls://"),
        ("EMAIL_URL", "filemail:///tmp", "Give one such as smtp+tls://"),
        ("MAIL_FROM", "Roster", "Give the sender of all mail"),
        ("MAIL_FROM", "roster@example.org\nBcc: all@example.org", "Give the sender of all mail"),
        ("PORT", "eighty", "Give a number from 1 to 65535."),
        ("PORT", "99999", "Give a number from 1 to 65535."),
        ("INVITATION_DAYS", "0", "Give a number from 1 to 30."),
        ("INVITATION_DAYS", "45", "Give a number from 1 to 30."),
        ("DNS_RESOLVERS", "dns.example.org", "Give addresses such as 192.0.2.1:53"),
        ("DNS_RESOLVERS", "192.0.2.1:dns", "Give addresses such as 192.0.2.1:53"),
        ("TRUSTED_PROXIES", "-1", "Give a number from 0 to 10."),
        ("DATABASE_CONNECTION_SECONDS", "long", "Give a number from 0 to 3600."),
    ],
)
def test_what_is_wrong_stops_the_start(tmp_path: Path, name, value, mend):
    said = start(tmp_path, **{name: value})
    assert f"The setting {name} " in said
    assert mend in said
