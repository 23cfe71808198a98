"""Mails by SMTP: how many a second, of what the mail server takes, and what one costs in CPU; 10,000 by four."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from benchmarks.measuring import cpu_of, database_process
from benchmarks.sink import HOST, Count, Sink, running_sink
from invitations.actions.offering import invite
from invitations.emails import INVITATION
from invitations.models import Invitation
from mail import kinds
from mail.connections import Line
from mail.models import Mail, State
from mail.outbox import NewMail, enqueue_many
from mail.sending import claim_next, send, send_due
from organizations.models import Membership, Role

SLOW = 20  # milliseconds that a server takes to greet and for each mail, with its look-ups, filters and disk
MAILS = {0: 1_000, SLOW: 300}  # by how many milliseconds the server takes
ROUNDS = {0: 3, SLOW: 1}
MANY = {0: 10_000, SLOW: 3_000}
SOME = 300
WORKERS = 4
ADDRESS = "benchmark@sending.example"
WORKER = "import django; django.setup(); from mail.sending import send_due; send_due()"


def main() -> Iterator[str]:
    invitation = _invitation()
    with running_sink() as sink:
        settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, sink.port
        yield from _one_worker(sink, invitation)
        yield from _four_workers(sink, invitation)


def _one_worker(sink: Sink, invitation: Invitation) -> Iterator[str]:
    database = database_process()
    for milliseconds, mails in MAILS.items():
        plain = partial(_plain, sink, invitation, mails)
        ways: dict[str, Callable[[], object]] = {"one each": _each_its_own, "many over one": send_due, "plain": plain}
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        cpu: dict[str, list[float]] = {name: [] for name in ways}
        counts: dict[str, Count] = {}
        for _ in range(ROUNDS[milliseconds]):
            for name, way in ways.items():
                _fill(invitation, mails)
                sink.begin(milliseconds)
                begun, used = perf_counter(), cpu_of(database)
                way()
                seconds[name].append(perf_counter() - begun)
                cpu[name].append((cpu_of(database) - used) / mails * 1000)
                counts[name] = sink.begin()
                if way is not plain:
                    _all_there(counts[name], mails)
        took = {name: median(times) for name, times in seconds.items()}
        own, many, alone = (mails / took[name] for name in ways)
        yield f"One worker, {mails:,} invitations, a server that takes {milliseconds} ms to greet and for each mail"
        connections = counts["many over one"].connections
        yield f"  seconds for all, over {connections} connections one after the other: {took['many over one']:.1f}"
        yield f"  mails a second over a connection for each: {own:8,.0f}"
        yield f"  mails a second, many over one: {many:8,.0f}"
        yield f"    times as fast: {many / own:8.2f}  of 1.00  {'holds' if many > own else 'MISSED'}"
        yield f"  what the server takes, by smtplib alone over one connection: {alone:8,.0f}"
        yield f"    of that: {many / alone:8.2f}"
        yield f"  milliseconds of CPU a mail, PostgreSQL's included: {min(cpu['many over one']):8.2f}"
        yield f"    of them what smtplib alone takes: {min(cpu['plain']):8.2f}"


def _four_workers(sink: Sink, invitation: Invitation) -> Iterator[str]:
    for milliseconds, number in MANY.items():
        sink.begin(milliseconds)
        _plain(sink, invitation, SOME)
        count = sink.begin()
        most = WORKERS * count.taken / count.seconds
        _fill(invitation, number)
        sink.begin(milliseconds)
        environment = os.environ | {"EMAIL_URL": f"smtp://{HOST}:{sink.port}"}
        workers = [subprocess.Popen([sys.executable, "-c", WORKER], env=environment) for _ in range(WORKERS)]
        for worker in workers:
            worker.wait()
        count = sink.begin()
        _all_there(count, number)
        rate = number / count.seconds
        yield f"{number:,} rows, {WORKERS} workers, a server that takes {milliseconds} ms to greet and for each mail"
        yield f"  sent in {count.seconds:.1f} s over {count.connections} connections, {rate:,.0f} a second"
        if milliseconds:
            yield f"    of what it takes from smtplib alone over {WORKERS} connections: {rate / most:8.2f}"
        yield f"  twice: {count.twice}  of 0  {'MISSED' if count.twice else 'holds'}"


def _each_its_own() -> None:
    while mail := claim_next():
        with Line() as line:
            send(mail, line)


def _plain(sink: Sink, invitation: Invitation, mails: int) -> None:
    text = _message(invitation)
    with smtplib.SMTP(HOST, sink.port) as line:
        for number in range(mails):
            line.sendmail("roster@localhost", [ADDRESS], b"Subject: plain\r\nMessage-ID: <%d>\r\n%s" % (number, text))


def _message(invitation: Invitation) -> bytes:
    """As many bytes as the product's own mail has."""
    message = kinds.build(INVITATION, {"invitation": str(invitation.pk), "version": str(invitation.version)})
    assert message is not None
    return f"{message.text}\r\n{message.html}".replace("\n", "\r\n").encode()


def _fill(invitation: Invitation, number: int) -> None:
    Mail.objects.all().delete()
    ids = {"invitation": str(invitation.pk), "version": str(invitation.version)}
    with transaction.atomic():
        enqueue_many([NewMail(INVITATION, f"benchmark:{one}", ids) for one in range(number)])


def _all_there(count: Count, number: int) -> None:
    sent = Mail.objects.filter(state=State.SENT, attempts=1).count()
    if count.taken - count.twice != number or sent != number:
        message = f"Of {number:,} mails {sent:,} are marked as sent and {count.taken:,} were taken."
        raise RuntimeError(message)


def _invitation() -> Invitation:
    """One offer that is open, in the smallest organization: every mail of this benchmark carries it."""
    owner = Membership.objects.select_related("organization", "user", "role").filter(owns=True).order_by("id")[0]
    Invitation.objects.filter(email=ADDRESS, expires_at__lte=timezone.now()).delete()
    found = Invitation.objects.filter(email=ADDRESS).first()
    if found is not None:
        return found
    role = Role.objects.of(owner.organization).get(key="member")
    actor = owner.as_actor(timezone.now())
    invite(actor=actor, organization=owner.organization, addresses=[ADDRESS], role=role, days=30)
    return Invitation.objects.get(email=ADDRESS)


if __name__ == "__main__":
    for line in main():
        print(line, flush=True)
