"""What it costs to export 100,000 events of the audit log, in seconds and memory, and to prove the file and the log."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path
from time import perf_counter

import django

if __name__ == "__main__":
    django.setup()

import psutil
from django.test import Client

from accounts.models import User
from audit.actors import Actor, ActorKind
from audit.ambient import Origin, coming_from
from audit.file_verifying import verify_file
from audit.models import Chain
from audit.recording import record
from audit.sealing import public_keys
from audit.verifying import verify
from benchmarks.measuring import browser_of, ratio
from organizations import events
from organizations.actions.base import action
from organizations.actions.organizations import create_organization
from organizations.models import Organization

EVENTS = 100_000
AN_ACTION = 2_000
ROUNDS = 3
SLUG, EMAIL = "long-log", "owner@long-log.example"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MOST_MEMORY = 60  # MiB


def main() -> list[str]:
    organization = made()
    browser, chain = browser_of(EMAIL), Chain.objects.get(pk=organization.pk)
    lines = [_verified(chain)]
    with tempfile.TemporaryDirectory() as folder:
        for form in ("csv", "jsonl"):
            path = Path(folder) / f"log.{form}"
            found = [_download(browser, form, path) for _ in range(ROUNDS)]
            seconds, memory = min(one[0] for one in found), max(one[1] for one in found)
            lines += [
                ratio(f"the log as {form}, seconds", seconds, None),
                ratio(f"the log as {form}, MiB more while it is sent", memory, MOST_MEMORY),
                ratio(f"the log as {form}, size in MB", path.stat().st_size / 1e6, None),
            ]
        before, begun = psutil.Process().memory_info().rss, perf_counter()
        with path.open("rb") as file:
            result = verify_file(file, public_keys())
        seconds = perf_counter() - begun
        if result.finding:
            raise RuntimeError(str(result.finding))
        lines += [
            ratio("events of the file proven a second", result.events / seconds, None),
            ratio("MiB more while it is proven", (psutil.Process().memory_info().rss - before) / 2**20, MOST_MEMORY),
        ]
    return lines


def made() -> Organization:
    """An organization with as many events, which are about roles, as a busy one's mostly are."""
    organization = Organization.objects.filter(slug=SLUG).first()
    if organization is None:
        user = User.objects.create_user(EMAIL, name="Lena Owner")
        actor = Actor(kind=ActorKind.MEMBER, label=user.name, id=user.pk)
        create_organization(actor=actor, user=user, name="The long log", slug=SLUG, scheme="standard")
        organization = Organization.objects.get(slug=SLUG)
    while Chain.objects.get(pk=organization.pk).length < EVENTS:
        with coming_from(Origin(address="203.0.113.7", user_agent=AGENT, request_id="0" * 32)):
            note_roles(organization=organization)
    return organization


@action
def note_roles(*, organization: Organization) -> None:
    actor = Actor(kind=ActorKind.MEMBER, label="Lena Owner", id=organization.pk)
    for turn in range(AN_ACTION):
        record(
            events.ROLE_CHANGED,
            actor=actor,
            chain=organization.pk,
            target_id=organization.pk,
            target_label=f"Person {turn} <person{turn}@long-log.example>",
            before={"role": "Member"},
            after={"role": "Admin", "reason": ""},
        )


def _verified(chain: Chain) -> str:
    verify(chain)
    best = float("inf")
    for _ in range(ROUNDS):
        begun = perf_counter()
        result = verify(chain)
        best = min(best, perf_counter() - begun)
    return ratio("events of the log verified a second", result.events / best, None)


def _download(browser: Client, form: str, path: Path) -> tuple[float, float]:
    """Seconds, and the most memory above what was held before, in MiB."""
    gc.collect()
    here = psutil.Process()
    before, begun = here.memory_info().rss, perf_counter()
    most = before
    with path.open("wb") as file:
        for block in browser.get(f"/o/{SLUG}/audit/export/?format={form}").streaming_content:  # type: ignore[attr-defined]
            file.write(block)
            most = max(most, here.memory_info().rss)
    return perf_counter() - begun, (most - before) / 2**20


if __name__ == "__main__":
    print("\n".join(main()))
