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
    """Every scheme by its key: the shipped ones, then those of the folder that SCHEMES_DIR names.

    Raises ImproperlyConfigured where a file is wrong, with what to mend. Kept until the process ends.
    """
    found: dict[str, Scheme] = {}
    for path in [*_listed(SHIPPED), *(_listed(Path(settings.SCHEMES_DIR)) if settings.SCHEMES_DIR else [])]:
        one = read_scheme(path)
        if one.key in found:
            taken = f'"{one.key}" is the key of {found[one.key].path} too. Choose another key.'
            raise ImproperlyConfigured(f"The role scheme {path}, at key: {taken}")
        found[one.key] = one
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith(".")]
    except (OSError, ValueError) as mistake:
        why = mistake.strerror if isinstance(mistake, OSError) else mistake
        message = (
            f"The setting SCHEMES_DIR names {folder}, which cannot be read ({why}). Give the folder of TOML files."
        )
        raise ImproperlyConfigured(message) from mistake
    # Whoever creates an organization is offered the plain one first.
    return sorted(found, key=lambda path: (path.stem != "standard", path.name))
