"""How people and pending invitations look as rows of the members table; `templates/rows/members.html` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from audit.actors import Actor
from invitations.models import Invitation
from mail.models import Mail
from organizations.models import NEVER, Membership, Role
from organizations.policies import holds, may_touch
from team.members.listing import Person

LONG = 26  # letters that surely find room beside the other columns; longer names also stand in the title
NOW = 300  # seconds in which somebody counts as being here
SOON = timedelta(days=14)  # before an end that wants somebody


@dataclass(frozen=True)
class RoleLook:
    """What a row says of a role, made once for all who hold it."""

    label: str
    css: str
    matters: bool


@dataclass(frozen=True)
class PersonRow:
    key: str
    url: str
    label: str
    email: str
    long: bool
    own: bool
    here: bool
    gone: bool
    role: RoleLook
    changes: bool
    locked: bool
    two_factor: bool
    active: datetime | None
    ends: datetime | None
    soon: bool


class Rows:
    """The rows of one page, for one person who looks at it at one time."""

    def __init__(self, membership: Membership, actor: Actor, roles: Mapping[UUID, Role], at: datetime) -> None:
        self.membership = membership
        self.organization = membership.organization
        self.actor = actor
        self.roles = roles
        self.at = at
        self._looks: dict[UUID | None, RoleLook] = {}
        self._touched: dict[tuple[UUID | None, bool], bool] = {}

    def render(self, people: list[Person], pending: list[tuple[Invitation, Mail | None]], **words: Any) -> SafeString:
        """The table's bodies: pending people, then those who belong."""
        rows = [self._row(person) for person in people]
        waiting = [(one, mail, self._look(one.role_id)) for one, mail in pending]
        context = {"rows": rows, "pending": waiting, "me": self.actor.id, "at": self.at, "never": NEVER, **words}
        return mark_safe(get_template("members.html", using="rows").render(context))  # noqa: S308 - it escapes

    def _row(self, person: Person) -> PersonRow:
        own = person.id == self.membership.pk
        role = self.roles.get(person.role_id) if person.role_id else None
        by_hand = role is None or role.by_hand
        changes = self._may_assign and by_hand and not own and not person.sole_owner and self._touches(person, role)
        active = None if person.last_active_at == NEVER else person.last_active_at
        return PersonRow(
            key=person.id.hex,
            url=f"{person.id}/",
            label=person.label,
            email=person.email,
            long=len(person.label) > LONG or len(person.email) > LONG + 8,
            own=own,
            here=active is not None and (self.at - active).total_seconds() < NOW,
            gone=not person.is_active_at(self.at),
            role=self._look(person.role_id),
            changes=changes,
            locked=self._may_assign and not changes,
            two_factor=person.two_factor,
            active=active,
            ends=person.ends_at,
            soon=person.ends_at is not None and person.ends_at - self.at < SOON and person.status == "active",
        )

    @cached_property
    def _may_assign(self) -> bool:
        return bool(holds(self.actor, "roles.assign"))

    def _touches(self, person: Person, role: Role | None) -> bool:
        """Whether the policy lets the actor change people of this role; it asks for nothing else of a person."""
        key = (person.role_id, person.owns)
        if key not in self._touched:
            probe = Membership(organization=self.organization, user_id=person.user_id, role=role, owns=person.owns)
            self._touched[key] = bool(may_touch(self.actor, probe))
        return self._touched[key]

    def _look(self, key: UUID | None) -> RoleLook:
        if key not in self._looks:
            found = self.roles.get(key) if key else None
            kind, reach = (found.css_class, found.reach) if found else ("none", 0)
            css = f"r{reach} {kind}".strip()
            self._looks[key] = RoleLook(found.label if found else "No role", css, kind in ("owner", "elevated"))
        return self._looks[key]
