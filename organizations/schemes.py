"""Role schemes: every one that this deployment knows, by its key."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from organizations.scheme_files import read_scheme
from organizations.scheme_model import BuiltinRole, OwnerRule, OwnershipMove, Scheme

__all__ = ["BuiltinRole", "OwnerRule", "OwnershipMove", "Scheme", "load_schemes", "scheme"]

SHIPPED = Path(__file__).parent / "schemes"


def scheme(key: str) -> Scheme:
    """The scheme of that key. Raises KeyError where no file declares it."""
    return load_schemes()[key]


@cache
def load_schemes() -> dict[str, Scheme]:
    """Every scheme by its key: the shipped ones, then those of the folder that SCHEMES_DIR names."""
    folders = [SHIPPED, *([Path(settings.SCHEMES_DIR)] if settings.SCHEMES_DIR else [])]
    found: dict[str, Scheme] = {}
    for folder in folders:
        if not folder.is_dir():
            message = f"The setting SCHEMES_DIR names {folder}, which is no folder. Give the folder of the TOML files."
            raise ImproperlyConfigured(message)
        for path in sorted(folder.glob("*.toml")):
            one = read_scheme(path)
            if one.key in found:
                message = f"The role scheme {path}, at key: {one.key!r} is taken by another scheme. Choose another key."
                raise ImproperlyConfigured(message)
            found[one.key] = one
    return found
