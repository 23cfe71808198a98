"""Roles as the tests design them, and the forms that a browser would post."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from organizations.actions.roles import create_role, edit_role
from organizations.comparing import scopes
from organizations.models import Membership, Organization, Role
from tests.factories import acting, count_again


def design(by: Membership, label: str, *grants: str, **said: Any) -> Role:
    """A custom role, made by the member."""
    words: dict[str, Any] = {"description": "", "caution": "", "elevated": False} | said
    return create_role(actor=acting(by), organization=by.organization, label=label, grants=grants, **words)


def redesign(by: Membership, role: Role, *grants: str, **said: Any) -> Role:
    """The role with these grants, as the member saves it from a page opened just now."""
    now = {name: getattr(role, name) for name in ("label", "description", "caution", "elevated", "version")}
    return edit_role(actor=acting(by), role=role, grants=grants, **(now | said))


def hold(role: Role | None, *people: Membership) -> None:
    """They hold the role, without asking anybody."""
    Membership.objects.filter(pk__in=[one.pk for one in people]).update(role=role)
    count_again()


def posted(role: Role | None = None, grants: Iterable[str] | None = None, **fields: Any) -> dict[str, Any]:
    """What the form of a role posts: as the role is, but for `grants` and other fields given here."""
    form: dict[str, Any] = {"label": "Front desk", "description": "", "caution": "", "version": "0"}
    if role is not None:
        form |= {"label": role.label, "description": role.description, "caution": role.caution}
        form |= {"version": str(role.version)} | ({"elevated": "on"} if role.elevated else {})
        grants = role.grant_set if grants is None else grants
    return form | {f"grant:{one}": scope.value for one, scope in scopes(grants or ()).items()} | fields


def roles_of(organization: Organization) -> list[dict[str, Any]]:
    return [dict(row) for row in organization.custom_roles.order_by("pk").values()]
