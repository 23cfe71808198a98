"""Settings from the environment: every refusal names the setting and says how to mend it."""

import os
import re
import secrets
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
T = TypeVar("T")


def setting(read: Callable[[], T], name: str, mend: str) -> T:
    """What `read` answers; a setting that is missing or wrong stops the start with its name and its mend."""
    try:
        return read()
    except ImproperlyConfigured as mistake:
        state = "cannot be read" if os.environ.get(name) else "is missing"
        message = f"The setting {name} {state}. {mend}"
        raise ImproperlyConfigured(message) from mistake
    except (ValueError, TypeError, KeyError) as mistake:
        message = f"The setting {name} cannot be read: {mistake}. {mend}"
        raise ImproperlyConfigured(message) from mistake


def demand(name: str, mend: str) -> None:
    """Refuse to start without the setting; an empty one, as a compose file leaves it, is none."""
    if not os.environ.get(name, "").strip():
        message = f"The setting {name} is missing. {mend}"
        raise ImproperlyConfigured(message)


def number(name: str, default: int, *, least: int, most: int) -> int:
    """The whole number of that setting, from `least` to `most`."""

    def read() -> int:
        found: int = env.int(name, default=default)
        if not least <= found <= most:
            problem = f"{found} is too {'small' if found < least else 'large'}"
            raise ValueError(problem)
        return found

    return setting(read, name, f"Give a number from {least} to {most}.")


def text(name: str, default: str, *, pattern: str, mend: str) -> str:
    """The text of that setting, which the pattern describes as a whole; an empty one is the default."""
    found = (env.str(name, default="") or default).strip()
    if not re.fullmatch(pattern, found):
        message = f"The setting {name} cannot be used. {mend}"
        raise ImproperlyConfigured(message)
    return found


def database(name: str, default: str, mend: str) -> dict[str, Any]:
    """The database of that setting: PostgreSQL or SQLite."""
    found: dict[str, Any] = setting(lambda: env.db(name, default=default), name, mend)
    if found.get("ENGINE") not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
        message = f"The setting {name} names neither PostgreSQL nor SQLite. {mend}"
        raise ImproperlyConfigured(message)
    return found


def mail(name: str, mend: str) -> dict[str, Any]:
    """The mail server of that setting; without one, mail is kept in files."""
    found: dict[str, Any] = setting(lambda: env.email_url(name, default="filemail://"), name, mend)
    if found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        found["EMAIL_BACKEND"] = "mail.smtp.EmailBackend"
    return found


def servers(name: str, port: int, mend: str) -> list[tuple[str, int]]:
    """The servers of that setting, each an IP address with its port, or with that `port` where none is named."""

    def read() -> list[tuple[str, int]]:
        found = []
        for one in env.list(name, default=[]):
            parts = urlsplit(f"//{one.strip()}")
            found.append((str(ip_address(parts.hostname or "")), parts.port or port))
        return found

    return setting(read, name, mend)


def kept_secret(name: str, folder: Path) -> str:
    """The secret `name` from the environment, else from `folder`, where it is made once and kept from other users."""
    given: str = env.str(name, default="")
    if given:
        return given
    try:
        return _kept(folder / name.lower())
    except OSError as error:
        message = f"Nothing can be kept in {folder} ({error.strerror}). Set DATA_DIR to a folder of this user."
        raise ImproperlyConfigured(message) from error


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(fresh)  # whoever links first wins; everyone reads that one
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
