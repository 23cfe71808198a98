"""Inviting 10,000 people with events and mails, inviting one, accepting one: against bare writes of the same rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from benchmarks import peers
from benchmarks.measuring import browser_of, cpu_of, database_process, slugs
from invitations.actions.offering import invite
from invitations.links import link_to
from invitations.models import Invitation
from organizations.models import Membership, Organization, Role

MANY, SOME = 10_000, 1_000
ROUNDS = 5
LEAST = 5_000  # invitations a second
TIMES = 100  # faster than what people do with django-invitations


def main() -> list[str]:
    membership = owner_of_the_smallest()
    return [*_many(membership), *_against_peers(), *_one(membership), *_accepting(membership)]


def _many(by: Membership) -> Iterator[str]:
    yield f"{MANY:,} invitations with their events and mails, in one action"
    bare, ours, statements = [], [], {}
    for _ in range(ROUNDS):
        bare.append(_seconds(lambda: _bare_invitations(by, MANY)))
        ours.append(_seconds(lambda: invite_people(by, MANY)))
    for number in (SOME, MANY):
        with CaptureQueriesContext(connection) as queries:
            _undone(partial(invite_people, by, number))
        statements[number] = _asked(queries)
    ratio, rate = median(ours) / median(bare), MANY / median(ours)
    yield f"  against bulk_create of the invitations alone: {ratio:5.2f}  of 2.00  {_verdict(ratio <= 2)}"
    yield f"  a second: {rate:8,.0f}  of {LEAST:,}  {_verdict(rate >= LEAST)}"
    yield f"  statements for {SOME:,} and for {MANY:,}: {statements[SOME]} and {statements[MANY]}"


def _against_peers() -> Iterator[str]:
    """In turns: Roster before and after each way of the other's."""
    address, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    with (
        peers.roster(SOME, f"{address}/roster_measured") as roster,
        peers.django_invitations(SOME, f"{address}/peer_measured") as other,
    ):
        roster("once, so that what is loaded once is loaded")
        for way in peers.WAYS:
            before, (seconds,), after = roster(way), other(way), roster(way)
            ours = median([*before, *after])
            times = seconds / ours
            judged = f"  of {TIMES}  {_verdict(times >= TIMES)}" if way.startswith(peers.BY_ITS_FORM) else ""
            yield f"{SOME:,} invitations, committed: {ours:.3f} s; django-invitations {way}: {seconds:.1f} s"
            yield f"  times as fast: {times:8,.0f}{judged}"


def _one(by: Membership) -> Iterator[str]:
    slug, role = by.organization.slug, _role(by.organization)
    browser = browser_of(by.email)
    browser.get(f"/o/{slug}/")  # the visit is noted, and which organization was the last one
    form = {"addresses": "one.person@example.org", "role": str(role.pk), "days": "7"}

    def ours() -> None:
        assert browser.post(f"/o/{slug}/invitations/new/", form).status_code == 302
        assert Invitation.objects.filter(email=form["addresses"]).exists()

    def bare() -> None:
        assert browser.post(f"/bare/{slug}/invite/", form).status_code == 302
        assert Invitation.objects.filter(email=form["addresses"]).exists()

    yield from _against("One invitation", ours, bare, most=2.0, queries=" of 16")


def _accepting(by: Membership) -> Iterator[str]:
    user, _ = User.objects.get_or_create(email="guest@bench.example", defaults={"name": "Guest"})
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    Invitation.objects.filter(email=user.email).delete()
    role, actor = _role(by.organization), by.as_actor(timezone.now())
    invite(actor=actor, organization=by.organization, addresses=[user.email], role=role, days=7)
    offer = Invitation.objects.get(email=user.email)
    browser = browser_of(user.email)
    browser.get(link_to(offer))  # as its mail leads here

    def ours() -> None:
        assert browser.post(f"/invitation/{offer.pk}/accept/", {"version": offer.version}).status_code == 302
        assert user.memberships.exists()

    def bare() -> None:
        assert browser.post(f"/bare/invitation/{offer.pk}/accept/").status_code == 302
        assert user.memberships.exists()

    yield from _against("One acceptance", ours, bare, most=1.5)


def _against(
    what: str, ours: Callable[[], None], bare: Callable[[], None], *, most: float, queries: str = ""
) -> Iterator[str]:
    """CPU of this process and of the database for a request, in turns; each is undone.

    The median of what each turn says: a processor that is slow for a while is so for both.
    """
    database = database_process()
    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(40):
        for name, deed in (("bare", bare), ("ours", ours)):
            before = cpu_of(database)
            for _ in range(5):
                _undone(deed)
            spent[name].append((cpu_of(database) - before) / 5)
    asked = []
    for deed in (ours, bare):
        with CaptureQueriesContext(connection) as captured:
            _undone(deed)
        asked.append(_asked(captured) - 1)  # what looks whether it was done
    ratio = median(one / other for one, other in zip(spent["ours"], spent["bare"], strict=True))
    yield f"{what}: {1000 * median(spent['ours']):.2f} ms of CPU"
    yield f"  against a bare view that writes the same rows: {ratio:5.2f}  of {most:.2f}  {_verdict(ratio <= most)}"
    yield f"  queries, BEGIN and COMMIT aside: {asked[0]}{queries}; the bare one's: {asked[1]}"


def _asked(queries: CaptureQueriesContext) -> int:
    aside = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET CONSTRAINTS")
    return sum(1 for one in queries if not one["sql"].startswith(aside))


def invite_people(by: Membership, number: int) -> None:
    addresses = _addresses(number)
    actor, role = by.as_actor(timezone.now()), _role(by.organization)
    made = invite(actor=actor, organization=by.organization, addresses=addresses, role=role, days=7)
    assert len(made.done) == number


def _bare_invitations(by: Membership, number: int) -> None:
    now, role = timezone.now(), _role(by.organization)
    Invitation.objects.bulk_create(
        [
            Invitation(
                organization=by.organization,
                email=address,
                role=role,
                invited_by_id=by.user_id,
                inviter_label=by.label,
                expires_at=now + timedelta(days=7),
                remind_at=now + timedelta(days=2),
            )
            for address in _addresses(number)
        ]
    )


_rounds = count()


def _addresses(number: int) -> list[str]:
    """Never the same twice: what was rolled back leaves dead rows, which nobody would have to look through."""
    this = next(_rounds)
    return [f"person{one}.{this}@dept{one % 40}.example.org" for one in range(number)]


def _seconds(deed: Callable[[], None]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM invitations_invitation, mail_mail, audit_event")
    begun = perf_counter()
    _undone(deed)
    return perf_counter() - begun


def _undone(deed: Callable[[], None]) -> None:
    with transaction.atomic():
        deed()
        connection.check_constraints()  # as a commit does
        transaction.set_rollback(True)


def owner_of_the_smallest() -> Membership:
    """The owner of the smallest of the demo's organizations."""
    found = slugs()
    slug = found[min(found)]
    return Membership.objects.select_related("role", "organization").get(organization__slug=slug, owns=True)


def _role(organization: Organization) -> Role:
    return Role.objects.of(organization).get(key="member")


def _verdict(holds: bool) -> str:
    return "holds" if holds else "MISSED"


if __name__ == "__main__":
    for line in main():
        print(line, flush=True)
