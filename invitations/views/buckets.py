"""How the rows of a list are shown: a group for each outcome, each with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.addresses import stored_or_typed
from invitations.bulk.results import outcome
from invitations.bulk.suggesting import suggest
from invitations.models import WORDS, Bucket, Invitation, InvitationStatus, InviteList, InviteRow
from organizations.models import Membership


@dataclass(frozen=True)
class Look:
    icon: str
    tone: str
    why: str


# In the order in which they stand on the page: who gets one, who might, who will not.
LOOKS = {
    Bucket.SENT: Look("circle-check", "good", "The mail is on its way or was sent"),
    Bucket.READY: Look("circle-check", "good", "Get an invitation when you send"),
    Bucket.NO_SEAT: Look("armchair", "wait", "Nothing is sent to them until seats are free"),
    Bucket.CAP: Look("armchair", "wait", "Nothing is sent to them until the plan allows more"),
    Bucket.MALFORMED: Look("alert-triangle", "bad", "Mend them here and they move up"),
    Bucket.ROLE: Look("lock", "bad", "Choose a role or an end that you may give"),
    Bucket.DEACTIVATED: Look("user-off", "faint", "Reactivating gives back role and groups"),
    Bucket.INVITED: Look("mail", "faint", "Nothing new is sent unless you send it again"),
    Bucket.MEMBER: Look("users", "faint", "Left as they are"),
    Bucket.OWN: Look("user", "faint", "You belong already"),
    Bucket.TWICE: Look("copy", "faint", "Only the first of each counts"),
    Bucket.DOMAIN: Look("world-off", "faint", "Only addresses of the domains that are allowed may be invited"),
    Bucket.REFUSED: Look("mail-off", "faint", "Their wish counts"),
    Bucket.TOO_OFTEN: Look("clock", "faint", "Try them again tomorrow"),
    Bucket.LEFT_OUT: Look("x", "faint", "You left them out"),
}
NOTHING_SENT = "Nothing was sent to them"
# Of those that were ready where the sending stopped.
_NOT_REACHED = Look("alert-triangle", "bad", "The sending stopped before it came to them. Nothing was sent to them")
_OPEN = frozenset({Bucket.READY, Bucket.NO_SEAT, Bucket.CAP, Bucket.MALFORMED, Bucket.ROLE, Bucket.DEACTIVATED})


# What is typed anew in which group; of a row that cannot be understood whatever its line said.
_MENDS = {
    Bucket.MALFORMED: ("address", "role", "groups", "ends"),
    Bucket.ROLE: ("role", "groups", "ends"),
    Bucket.DOMAIN: ("address",),
}
_LABELS = {"address": "Address", "role": "Role", "groups": "Groups", "ends": "Last day"}


@dataclass(frozen=True)
class Field:
    """A field in which a word of a row is typed anew."""

    name: str
    value: str
    longest: int

    @property
    def label(self) -> str:
        return _LABELS[self.name]


@dataclass(frozen=True)
class SharedWord:
    """A word that several rows say and that means nothing here."""

    column: str
    word: str
    count: int

    @property
    def label(self) -> str:
        return _LABELS[self.column]


@dataclass
class ShownRow:
    row: InviteRow
    role: str
    fields: list[Field]
    suggestion: str = ""
    url: str = ""


@dataclass
class Shown:
    """One group; `rest` is the page with more of it, where there is more, and `link` what leads there."""

    bucket: Bucket
    label: str
    look: Look
    count: int
    rows: list[ShownRow]
    open: bool
    why: str
    rest: str = ""
    link: str = ""


def show_buckets(
    invite_list: InviteList, counts: dict[str, int], rows: Sequence[InviteRow], *, alone: str, more: bool, ended: bool
) -> list[Shown]:
    """`alone`: the one bucket that the page is about, '' for all of them, and whether there is `more` of that one.

    `ended`: the list was sent, and whoever is ready still gets nothing.
    """
    urls = _urls(invite_list, rows)
    role = invite_list.role.label if invite_list.role else ""
    found = []
    for bucket, look in LOOKS.items():
        if not counts.get(bucket) or (alone and bucket != alone):
            continue
        mine = [
            ShownRow(
                row,
                row.role or role,
                [] if invite_list.is_sent else _fields(row),
                suggest(row.address) if bucket is Bucket.MALFORMED else "",
                urls.get(stored_or_typed(row.address), ""),
            )
            for row in rows
            if row.bucket == bucket
        ]
        label, unreached = outcome(bucket, ended=ended), ended and bucket is Bucket.READY
        look = _NOT_REACHED if unreached else look
        why = look.why if unreached else _why(look, mine, invite_list)
        shown = Shown(bucket, label, look, counts[bucket], mine, bucket in _OPEN or bool(alone), why)
        if alone and more:
            shown.rest, shown.link = f"?bucket={bucket}&after={mine[-1].row.line}", "Show the next ones"
        elif not alone and shown.count > len(mine):
            shown.rest, shown.link = f"?bucket={bucket}", f"Show all {shown.count:,}"
        found.append(shown)
    return found


def _fields(row: InviteRow) -> list[Field]:
    always = {"address"} if row.bucket != Bucket.ROLE else {"role"}
    found = [(name, str(getattr(row, name))) for name in _MENDS.get(Bucket(row.bucket), ())]
    return [Field(name, value, WORDS[name]) for name, value in found if value or name in always]


def _why(look: Look, rows: Sequence[ShownRow], invite_list: InviteList) -> str:
    """What is said of all of them: the reason that they share, which then no row repeats."""
    reasons = {one.row.reason for one in rows}
    if len(rows) > 1 and len(reasons) == 1 and (same := reasons.pop()):
        for one in rows:
            one.row.reason = ""
        return same
    return NOTHING_SENT if invite_list.is_sent and look.tone in ("wait", "bad") else look.why


def _urls(invite_list: InviteList, rows: Sequence[InviteRow]) -> dict[str, str]:
    """Where something is done about who is deactivated or invited already, by address."""
    organization = invite_list.organization
    of: dict[Any, set[str]] = {Bucket.DEACTIVATED: set(), Bucket.INVITED: set()}
    for row in rows:
        if row.bucket in of:
            of[row.bucket].add(stored_or_typed(row.address))
    found: dict[str, str] = {}
    if of[Bucket.DEACTIVATED]:
        people = Membership.objects.filter(organization=organization, user__email__among=of[Bucket.DEACTIVATED])
        for pk, email in people.values_list("pk", "user__email"):
            found[email] = reverse("organizations:person_reactivate", args=[organization.slug, pk])
    if of[Bucket.INVITED]:
        offers = Invitation.objects.filter(
            organization=organization, email__among=of[Bucket.INVITED], status=InvitationStatus.PENDING
        )
        for pk, email in offers.values_list("pk", "email"):
            found[email] = reverse("invitations:resend", args=[organization.slug, pk])
    return found
