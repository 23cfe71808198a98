"""Who acts, and in whose name."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    MEMBER = "member"
    INVITEE = "invitee"
    STAFF = "staff"
    TOKEN = "token"  # noqa: S105 - a kind of actor, not a secret
    PARTNER = "partner"
    PROVISIONING = "provision"  # an identity provider, with a token of the organization
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A label, the grants it has here, and in whose name it acts.

    `grants` are texts as `organizations.permissions` writes them (`members.read`, `documents.update@curated`) and are
    those of one organization; an action reads them again under its lock. `withheld` are permissions that the
    organization itself may not use yet. `belongs_to` and `curates` are ids of groups, filled where a grant is by group.
    `id` is the acting person's or token's. `on_behalf_of` names an organization or says in words who it is, never a
    person: in an event it stands under the actor's own salt, and would stay when that person is erased.
    """

    kind: ActorKind
    label: str
    id: UUID | None = None
    membership_id: UUID | None = None
    grants: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    belongs_to: frozenset[UUID] = frozenset()
    curates: frozenset[UUID] = frozenset()
    owns: bool = False
    on_behalf_of: str = ""


SYSTEM = Actor(kind=ActorKind.SYSTEM, label="Roster")
