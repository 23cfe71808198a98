"""Every state of an invitation, and everything that can be done to it: what is answered, and what is left behind."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
import time_machine

from invitations.models import Invitation
from organizations.models import Organization
from tests.invitations.living import ACTIONS, STATES, Story
from tests.witness import counters, deliver, link_in, written

# A cell: the code of the answer (`ok`: it was done, or there was nothing to do) and the status afterwards (`.`: as it
# was). Then, where something changes: the events in their order ("invitation." left out), the mails, and by how much
# version (v), reserved seats, active (in) and deactivated (out) members and rows change. `unmailed`: what was queued
# before is not sent.
# A refused action is undone as a whole, so that what had lapsed stays unwritten; one that passes somebody over is not.
TABLE = """
invite              pending, replaced        invited       .
invite              accepted                 member        .
invite              left, declined           ok            .        sent                         invitation seat+1 row+1
invite              revoked, expired, gone   ok            .        sent                         invitation seat+1 row+1
invite              lapsed, access over      ok            expired  expired,sent                 invitation row+1
resend              pending                  ok            .        resent                       invitation v+1
resend              replaced                 changed       .
resend              expired                  ok            pending  resent                       invitation v+1 seat+1
resend              lapsed                   ok            pending  expired,resent               invitation v+1
resend              access over              access_ended  expired  expired                      seat-1
resend              accepted, left           not_pending   .
resend              declined, revoked        not_pending   .
resend              gone                     ok            .
extend              pending, replaced        ok            .        extended
extend              lapsed, access over      not_pending   expired  expired                      seat-1
extend              accepted, left, declined not_pending   .
extend              revoked, expired         not_pending   .
extend              gone                     ok            .
correct             pending, replaced        ok            revoked  revoked,sent                 invitation row+1
correct             accepted, left, declined not_pending   .
correct             revoked, expired         not_pending   .
correct             lapsed, access over      not_pending   .
correct             gone                     gone          .
revoke              pending, replaced        ok            revoked  revoked                      seat-1
revoke              revoked, gone            ok            .
revoke              accepted, left, declined not_pending   .
revoke              expired                  not_pending   .
revoke              lapsed, access over      not_pending   expired  expired                      seat-1
change role         pending, replaced        ok            .        role_changed                 invitation v+1
change role         accepted, left, declined not_pending   .
change role         revoked, expired         not_pending   .
change role         lapsed, access over      not_pending   .
change role         gone                     gone          .
accept              pending                  ok            accepted member.joined                seat-1 in+1
accept              replaced                 changed       .
accept              accepted                 ok            .
accept              left                     accepted      .
accept              declined                 declined      .
accept              revoked                  revoked       .
accept              expired, lapsed          expired       .
accept              access over              access_ended  .
accept              gone                     gone          .
accept twice        pending                  ok            accepted member.joined                seat-1 in+1
accept twice        replaced                 changed       .
accept twice        accepted                 ok            .
accept twice        left                     accepted      .
accept twice        declined                 declined      .
accept twice        revoked                  revoked       .
accept twice        expired, lapsed          expired       .
accept twice        access over              access_ended  .
accept twice        gone                     gone          .
accept as another   pending, replaced        other_address .
accept as another   accepted                 other_address .
accept as another   left, declined, revoked  other_address .
accept as another   expired, lapsed          other_address .
accept as another   access over              other_address .
accept as another   gone                     gone          .
joins openly        pending, replaced        ok            revoked  way.opened,member.joined_openly,revoked seat-1 in+1
joins openly        accepted                 already_member .       way.opened
joins openly        left, declined, revoked  ok            .        way.opened,member.joined_openly in+1
joins openly        expired, gone            ok            .        way.opened,member.joined_openly in+1
joins openly        lapsed, access over      ok            expired  expired,way.opened,member.joined_openly seat-1 in+1
decline             pending                  ok            declined declined                     seat-1
decline             replaced                 changed       .
decline             accepted, left           accepted      .
decline             declined                 ok            .
decline             revoked                  revoked       .
decline             expired, lapsed          expired       .
decline             access over              access_ended  .
decline             gone                     gone          .
ask anew            pending, replaced        not_expired   .
ask anew            accepted, left           not_expired   .
ask anew            declined, revoked        not_expired   .
ask anew            expired                  ok            .        asked_anew                   asked_anew
ask anew            lapsed                   ok            expired  expired,asked_anew           asked_anew seat-1
ask anew            access over              access_ended  .
ask anew            gone                     gone          .
refuse further      pending, replaced        ok            declined refused_further,declined     seat-1
refuse further      accepted, left, declined ok            .        refused_further
refuse further      revoked, expired         ok            .        refused_further
refuse further      lapsed, access over      ok            expired  expired,refused_further      seat-1
refuse further      gone                     ok            .
settle              pending, replaced, gone  ok            .
settle              accepted, left, declined ok            .
settle              revoked, expired         ok            .
settle              lapsed, access over      ok            expired  expired                      seat-1
remind              pending, replaced        ok            .        reminded                     reminder
remind              accepted, left, declined ok            .
remind              revoked, expired, gone   ok            .
remind              lapsed, access over      ok            expired  expired                      seat-1
inviter removed     pending, replaced        ok            revoked  revoked,member.removed       seat-1 in-1
inviter removed     accepted, left, declined ok            .        member.removed               in-1
inviter removed     revoked, expired, gone   ok            .        member.removed               in-1
inviter removed     lapsed, access over      ok            expired  expired,member.removed       seat-1 in-1
inviter leaves      pending, replaced        ok            revoked  revoked,member.left          seat-1 in-1
inviter leaves      accepted, left, declined ok            .        member.left                  in-1
inviter leaves      revoked, expired, gone   ok            .        member.left                  in-1
inviter leaves      lapsed, access over      ok            expired  expired,member.left          seat-1 in-1
inviter deactivated pending, replaced        ok            revoked  member.deactivated,revoked   seat-1 in-1 out+1
inviter deactivated accepted, left, declined ok            .        member.deactivated           in-1 out+1
inviter deactivated revoked, expired, gone   ok            .        member.deactivated           in-1 out+1
inviter deactivated lapsed, access over      ok            expired  expired,member.deactivated   seat-1 in-1 out+1
inviter demoted     pending, replaced        ok            revoked  member.role_changed,revoked  seat-1
inviter demoted     accepted, left, declined ok            .        member.role_changed
inviter demoted     revoked, expired, gone   ok            .        member.role_changed
inviter demoted     lapsed, access over      ok            expired  expired,member.role_changed  seat-1
inviter lapses      pending, replaced        ok            revoked  member.lapsed,revoked        seat-1 in-1 out+1
inviter lapses      accepted, left, declined ok            .        member.lapsed                in-1 out+1
inviter lapses      revoked, expired, gone   ok            .        member.lapsed                in-1 out+1
inviter lapses      lapsed, access over      ok            expired  member.lapsed,expired        seat-1 in-1 out+1
account closed      pending, replaced        ok  .  member.account_deactivated,account.deactivated unmailed
account closed      accepted, left, declined ok            .        member.account_deactivated,account.deactivated
account closed      revoked, expired, gone   ok            .        member.account_deactivated,account.deactivated
account closed      lapsed, access over      ok            .        member.account_deactivated,account.deactivated
account closed      no organization          ok            .        account.deactivated
role deleted        pending, replaced        ok            revoked  revoked,role.deleted         seat-1
role deleted        accepted                 ok            .        member.role_changed,role.deleted
role deleted        left, declined, revoked  ok            .        role.deleted
role deleted        expired, gone            ok            .        role.deleted
role deleted        lapsed, access over      ok            expired  expired,role.deleted         seat-1
role replaced       pending, replaced        ok            .        role_changed,role.deleted    invitation v+1
role replaced       accepted                 ok            .        member.role_changed,role.deleted
role replaced       left, declined, revoked  ok            .        role.deleted
role replaced       expired, gone            ok            .        role.deleted
role replaced       lapsed, access over      ok            expired  expired,role.deleted         seat-1
"""
# Where the organization is gone there is nothing left to act on, whoever it is.
TABLE += "".join(f"{one:20}no organization          denied .\n" for one in ACTIONS if one != "account closed")


MAILS = frozenset({"invitation", "reminder", "asked_anew"})


@dataclass(frozen=True)
class Cell:
    answer: str
    status: str
    events: tuple[str, ...]
    mails: frozenset[str]
    changes: frozenset[str]


def _read(table: str) -> dict[tuple[str, str], Cell]:
    cells: dict[tuple[str, str], Cell] = {}
    for line in table.strip().splitlines():
        action, states, rest = line[:20].strip(), line[20:45], line[45:].split()
        answer, status, events, *more = [*rest, "-"][: max(3, len(rest))]
        mails = frozenset(more) & MAILS
        cell = Cell(answer, status, () if events == "-" else tuple(events.split(",")), mails, frozenset(more) - MAILS)
        for state in states.split(","):
            assert (action, state.strip()) not in cells, f"{action}, {state} stands there twice"
            cells[action, state.strip()] = cell
    return cells


LIFE = _read(TABLE)


def test_no_cell_is_missing_and_none_is_of_nothing():
    assert set(LIFE) == set(product(ACTIONS, STATES))


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "state"), LIFE)
def test_cell(action, state):
    cell, story = LIFE[action, state], STATES[state]()
    with time_machine.travel(story.at, tick=False):
        before = _standing(story)
        with written() as news:
            answer = story.do(ACTIONS[action])
        after = _standing(story)
    assert answer == ("" if cell.answer == "ok" else cell.answer)
    assert after["status"] == (before["status"] if cell.status == "." else cell.status)
    assert tuple(one.removeprefix("invitation.") for one in news.actions) == cell.events
    assert [mail.kind.removeprefix("invitations.") for mail in news.mails] == list(cell.mails)
    assert _changes(before, after) == cell.changes - {"unmailed"}
    if not cell.events:
        assert after == before
    _mail_leads_to_what_stands(story, unmailed="unmailed" in cell.changes)


def _standing(story: Story) -> dict[str, object]:
    """Row and counters, having made sure that a count says the same of them."""
    row = story.row
    is_there = Organization.objects.filter(pk=story.org.pk).exists()
    active, out, seats = counters(story.org) if is_there else (0, 0, 0)
    numbers = {"v": row.version if row else 0, "seat": seats, "in": active, "out": out}
    said = {"status": row.status if row else "-", "row": Invitation.objects.count(), **numbers}
    return said | {"all of it": list(Invitation.objects.order_by("pk").values())}


def _changes(before: dict[str, object], after: dict[str, object]) -> set[str]:
    return {
        f"{name}{value - now:+d}"
        for name, value in after.items()
        if isinstance(value, int) and isinstance(now := before[name], int) and value != now
    }


def _mail_leads_to_what_stands(story: Story, *, unmailed: bool) -> None:
    """Of all that was ever queued, what goes out now leads to the newest version of an offer that stands, once."""
    with time_machine.travel(story.at, tick=False):
        letters = [letter for letter in deliver() if "/i/" in str(letter.body)]
        standing = {(one.pk.hex, str(one.version)) for one in Invitation.objects.pending(story.at)}
    links = [tuple(link_in(letter).split("/")[2].split(".")[:2]) for letter in letters]
    assert sorted(links) == ([] if unmailed else sorted(standing))
