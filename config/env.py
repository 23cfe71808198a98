"""Settings from the environment: every refusal names the setting and says how to mend it."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
T = TypeVar("T")


def setting(read: Callable[[], T], name: str, mend: str) -> T:
    """What `read` answers; a setting that is missing or wrong stops the start with its name and its mend."""
    try:
        return read()
    except ImproperlyConfigured as mistake:
        message = f"The setting {name} is missing. {mend}"
        raise ImproperlyConfigured(message) from mistake
    except (ValueError, TypeError, KeyError) as mistake:
        message = f"The setting {name} cannot be read: {mistake}. {mend}"
        raise ImproperlyConfigured(message) from mistake


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
