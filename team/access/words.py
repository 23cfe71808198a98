"""Permissions and grants as a person says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from organizations.permissions import Resource
from organizations.schemes import Scheme

_OBJECTS = {"organization": "the organization", "audit_log": "the audit log"}
_SPOKEN = {
    "groups.curators": "set the curators of groups",
    "managed_organizations.onboard": "bring people into managed organizations",
}


def spoken(permission: str, rules: Scheme) -> str:
    """The permission after "can", such as "approve deals"."""
    resource = rules.resource_of(permission)
    if resource is None:
        return f"do {permission}"
    action = permission.rpartition(".")[2].replace("_", " ")
    return _SPOKEN.get(permission) or f"{action} {_object(resource)}"


def choices(rules: Scheme) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every permission in words by its resource, as a select lists them."""
    return [
        (resource.label, [(permission, spoken(permission, rules)) for permission in resource.permissions()])
        for resource in rules.resources
    ]


def in_short(permissions: Iterable[str], rules: Scheme) -> list[str]:
    """What a set of permissions allows, a phrase for all resources of which the same actions are held."""
    held = frozenset(permissions)
    alike: dict[str, list[str]] = {}
    for resource in rules.resources:
        actions = [action for action in resource.actions if f"{resource.key}.{action}" in held]
        if not actions:
            continue
        everything = len(actions) == len(resource.actions) > 2
        said = "everything with" if everything else series([_verb(action) for action in actions])
        alike.setdefault(said, []).append(_object(resource))
    phrases = [f"{said} {series(objects)}" for said, objects in alike.items()]
    return [phrase[0].upper() + phrase[1:] for phrase in phrases]


def series(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def named(names: Sequence[str], most: int) -> str:
    """The first of these names, and how many more."""
    if len(names) <= most:
        return series(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def _verb(action: str) -> str:
    return "set curators of" if action == "curators" else action.replace("_", " ")


def _object(resource: Resource) -> str:
    label = resource.label
    return _OBJECTS.get(resource.key) or (label if label[:2].isupper() else label[:1].lower() + label[1:])
