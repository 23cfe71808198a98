"""What can be done with many invitations at once, and in which words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit.actors import Actor
from invitations.actions.extending import extend
from invitations.actions.resending import resend_chosen
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.actions.outcome import Outcome
from organizations.models import Organization


class Do(Protocol):
    """Calls the action on at most 500; `days`, `too_often` and `since` for those that ask for them."""

    def __call__(
        self,
        actor: Actor,
        organization: Organization,
        invitations: Sequence[Invitation],
        days: int,
        too_often: Collection[str],
        since: datetime,
    ) -> Outcome[Invitation]: ...


@dataclass(frozen=True)
class Deed:
    """`title`, `verb` and `said` name `{what}`, a number of invitations. `mails`: it is counted by the limits."""

    key: str
    permission: str
    label: str
    icon: str
    do: Do
    title: str
    text: str
    verb: str
    said: str
    consequences: tuple[tuple[str, str], ...] = ()
    asks_days: bool = False
    mails: bool = False
    destroys: bool = False

    def sentence(self, name: str, number: int, organization: Organization) -> str:
        template: str = getattr(self, name)
        return template.format(what=what(number), were="was" if number == 1 else "were", organization=organization)


def what(number: int) -> str:
    return "1 invitation" if number == 1 else f"{number:,} invitations"


RESEND = Deed(
    key="resend",
    permission="invitations.update",
    label="Send again",
    icon="mail-forward",
    do=lambda actor, organization, invitations, days, too_often, since: resend_chosen(
        actor=actor, organization=organization, invitations=invitations, too_often=too_often, since=since
    ),
    title="Send {what} again?",
    text="A new mail with a new link to join {organization} goes out to each.",
    verb="Send {what} again",
    said="{what} to {organization} {were} sent again.",
    consequences=(
        ("link-off", "The older links stop working and say that a newer one was sent."),
        ("clock", "The offers are open for as long again as they were at first."),
        ("armchair", "One that has expired takes a seat again."),
    ),
    mails=True,
)
EXTEND = Deed(
    key="extend",
    permission="invitations.update",
    label="Extend",
    icon="clock",
    do=lambda actor, organization, invitations, days, too_often, since: extend(
        actor=actor, organization=organization, invitations=invitations, days=days
    ),
    title="Let {what} stand for longer?",
    text="The offers to join {organization} stay open, and the links that were mailed go on working.",
    verb="Extend {what}",
    said="{what} to {organization} {were} extended.",
    consequences=(("mail", "Nobody gets a mail about this."),),
    asks_days=True,
)
REVOKE = Deed(
    key="revoke",
    permission="invitations.delete",
    label="Revoke",
    icon="mail-x",
    do=lambda actor, organization, invitations, days, too_often, since: revoke(
        actor=actor, organization=organization, invitations=invitations
    ),
    title="Revoke {what}?",
    text="Nobody can join {organization} any more with the links that were mailed.",
    verb="Revoke {what}",
    said="{what} to {organization} {were} revoked.",
    consequences=(
        ("armchair", "The seats that they keep are free again."),
        ("mail", "Nobody gets a mail about this; the links say that they were withdrawn."),
        ("alert-triangle", "It cannot be undone. You can invite the same people again."),
    ),
    destroys=True,
)
DEEDS = (RESEND, EXTEND, REVOKE)
BY_KEY = {deed.key: deed for deed in DEEDS}
