"""What can be done to many people at once: how, in which words, and how it is undone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.actors import Actor
from organizations.actions.outcome import Outcome
from organizations.models import Membership, Organization
from organizations.querysets import MembershipQuerySet

Argument = TypeVar("Argument")


class Deed(ABC, Generic[Argument]):
    """One action on several people; `asks` names what it needs to know besides: a role, a group, a day, or nothing.

    Its sentences name `{who}` (a person or a number of people), `{is_}`, `{argument}` and `{organization}`.
    """

    key: ClassVar[str]
    permission: ClassVar[str]
    icon: ClassVar[str]
    label: ClassVar[str]
    asks: ClassVar[str] = ""
    undoable: ClassVar[bool] = True
    destroys: ClassVar[bool] = False
    asking: ClassVar[str]
    will: ClassVar[str]
    verb: ClassVar[str]
    said: ClassVar[str]
    already: ClassVar[str]
    consequences: ClassVar[tuple[tuple[str, str], ...]] = ()

    @abstractmethod
    def do(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Argument
    ) -> Outcome[Membership]:
        """Call the action on at most 500 people."""

    def undo(
        self, actor: Actor, organization: Organization, people: Sequence[Membership], argument: Argument, before: str
    ) -> Outcome[Membership]:
        """Make these people again what they all were before."""
        raise NotImplementedError

    def before(self, rows: MembershipQuerySet, argument: Argument) -> dict[UUID, str]:
        """What undo has to know of each person, in a text."""
        return dict.fromkeys(rows.order_by().values_list("pk", flat=True), "")

    def as_left(self, rows: MembershipQuerySet, argument: Argument) -> MembershipQuerySet:
        """Those of them who still are as this deed left them."""
        return rows

    def stored(self, argument: Argument) -> str:
        """The argument as a job keeps it."""
        return ""

    @abstractmethod
    def found(self, organization: Organization, stored: str) -> Argument:
        """The argument again. Raises ValidationError where it is gone, and ValueError for a text that none has."""

    def said_of(self, argument: Argument) -> str:
        """The argument in a sentence, which a job keeps: the role may be gone when it is read."""
        return ""

    def sentence(self, name: str, who: str, many: bool, organization: Organization, said_of: str) -> SafeString:
        """One of the sentences above; `who` is bold where it says what was done."""
        return format_html(
            self.template(name, said_of),
            who=format_html("<b>{}</b>", who) if name in ("said", "already") else who,
            is_="are" if many else "is",
            has="have" if many else "has",
            belongs="belong" if many else "belongs",
            argument=said_of,
            organization=organization,
        )

    def template(self, name: str, said_of: str) -> str:
        template: str = getattr(self, name)
        return template


class Plain(Deed[None]):
    """A deed that needs to know nothing besides."""

    def found(self, organization: Organization, stored: str) -> None:
        return None
