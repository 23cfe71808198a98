"""A file of exported events proves itself: honest ones of both kinds pass, and whatever is done to one is found."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import clock, exporting
from audit.canonical import link, text_of
from audit.exporting import Export, json_lines
from audit.file_verifying import FileVerified, verify_file
from audit.guards import lowered
from audit.models import Chain, Event
from audit.sealing import public_keys, sign
from audit.tasks import remove_old
from team.audit_export.spreadsheet import said
from tests.audit.stories import story
from tests.audit.test_erasing import forget

TAMPERS = 50
SETTINGS = "config.settings.test"


@pytest.fixture
def chain(org, owner, member) -> Chain:
    return story(org, owner, member)


def export(chain: Chain, **filters: Any) -> bytes:
    """The whole chain, or what Django's filters leave of it."""
    return b"".join(json_lines(asked_of(chain, **filters), said))


def asked_of(chain: Chain, **filters: Any) -> Export:
    return Export(
        chain=chain.pk,
        rows=Event.objects.filter(chain_id=chain.pk, **filters),
        is_complete=not filters,
        about={"id": chain.pk, "slug": "marram", "name": "Marram Instruments"},
        filter={name: str(value) for name, value in filters.items()},
        at=timezone.now(),
    )


def roles(chain: Chain) -> bytes:
    return export(chain, action="member.role_changed")


@contextmanager
def no_database() -> Iterator[None]:
    def refuse(*args: Any) -> None:
        raise AssertionError("A file proves itself without the database.")

    with connection.execute_wrapper(refuse):
        yield


def proven(file: bytes) -> FileVerified:
    with no_database():
        return verify_file(BytesIO(file), public_keys())


def finding(file: bytes) -> str:
    return str(proven(file).finding or "")


def test_whole_chain_is_proven_without_the_database(chain):
    result = proven(export(chain))
    assert (result.finding, result.events, result.first, result.last) == (None, chain.length, 1, chain.length)
    assert (result.header and result.header.is_complete, result.erased) == (True, 0)
    assert result.key == public_keys()[0]


def test_each_event_of_a_filtered_export_is_proven(chain):
    file = roles(chain)
    result = proven(file)
    assert (result.finding, result.header and result.header.is_complete) == (None, False)
    assert result.events == 6
    assert file.count(b"\n") == 8


def test_range_from_the_middle_is_whole_too(chain):
    asked = asked_of(chain, number__gte=5, number__lte=12)
    whole = Export(**{**vars(asked), "is_complete": True})
    result = proven(b"".join(json_lines(whole, said)))
    assert (result.finding, result.first, result.last, result.events) == (None, 5, 12, 8)
    assert result.header is not None
    before = Event.objects.get(chain_id=chain.pk, number=4)
    assert result.header.after == (4, bytes(before.hash))


@pytest.mark.parametrize("complete", [True, False])
def test_export_of_nothing_is_proven(chain, complete):
    asked = asked_of(chain, number__lt=0)
    result = proven(b"".join(json_lines(Export(**{**vars(asked), "is_complete": complete}), said)))
    assert (result.finding, result.events) == (None, 0)


def test_erased_people_are_gone_from_the_file_and_the_rest_is_proven(chain, org, member):
    forget(organization=org, people=[member])
    for file in (export(chain), roles(chain)):
        result = proven(file)
        assert result.finding is None
        assert result.erased > 0
        for trace in (b"Mina", b"mina@", b"surveyor"):
            assert trace not in file


def test_what_retention_left_is_proven(org, owner, member, settings):
    for days in (0, 20, 50):
        with clock.as_of(timezone.now() + timedelta(days=days)):
            chain = story(org, owner, member)
    settings.AUDIT_KEEP_DAYS = 20
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        remove_old()
        first = Event.objects.filter(chain_id=chain.pk).earliest("number").number
        for file in (export(chain), export(chain, number=first)):
            result = proven(file)
            assert (result.finding, result.first) == (None, first)
    assert first > 1


def test_many_parts_ask_once_each_and_once_for_the_end(chain, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 5)
    with CaptureQueriesContext(connection) as queries:
        file = export(chain)
    assert proven(file).finding is None
    assert len(queries) == chain.length // 5 + 2


def test_events_that_are_added_meanwhile_are_not_waited_for(chain, org, owner, member, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 5)
    lines = json_lines(asked_of(chain), said)
    begun = next(lines)
    story(org, owner, member)
    result = proven(begun + b"".join(lines))
    assert (result.finding, result.last) == (None, chain.length)


# What can be done to a file: each takes its lines, and answers others.
Lines = list[bytes]


def changed_value(lines: Lines, chance: random.Random) -> Lines:
    place = chance.randrange(1, len(lines) - 1)
    values = orjson.loads(lines[place])
    name = chance.choice(sorted(values))
    value = values[name]
    if isinstance(value, str) and value and name in ("hash", "previous", "actor_salt", "target_salt"):
        values[name] = ("0" if value[0] != "0" else "1") + value[1:]
    elif isinstance(value, str):
        values[name] = value + "x"
    elif isinstance(value, int):
        values[name] = value + 1
    else:
        values[name] = {"role": "Owner", **(value or {}), "x": 1} if name in ("before", "after") else "x"
    return [*lines[:place], orjson.dumps(values) + b"\n", *lines[place + 1 :]]


def value_taken_out(lines: Lines, chance: random.Random) -> Lines:
    place = chance.randrange(1, len(lines) - 1)
    values = orjson.loads(lines[place])
    del values[chance.choice(sorted(values))]
    return [*lines[:place], orjson.dumps(values) + b"\n", *lines[place + 1 :]]


def deleted(lines: Lines, chance: random.Random) -> Lines:
    place = chance.randrange(len(lines))
    return lines[:place] + lines[place + 1 :]


def inserted(lines: Lines, chance: random.Random) -> Lines:
    place = chance.randrange(len(lines) + 1)
    return [*lines[:place], chance.choice([*lines, b"\n", b"{}\n", b"null\n", b"no json\n"]), *lines[place:]]


def swapped(lines: Lines, chance: random.Random) -> Lines:
    one, other = chance.sample(range(len(lines)), 2)
    changed = list(lines)
    changed[one], changed[other] = lines[other], lines[one]
    return changed


def cut_off(lines: Lines, chance: random.Random) -> Lines:
    whole = b"".join(lines)
    return whole[: chance.randrange(len(whole))].splitlines(keepends=True)


def other_ends(lines: Lines, chance: random.Random) -> Lines:
    """A value of the header or of the manifest."""
    place = chance.choice([0, len(lines) - 1])
    values = orjson.loads(lines[place])
    name = chance.choice(sorted(values))
    values[name] = not values[name] if isinstance(values[name], bool) else chance.choice(["x", 7, None, {}])
    return [*lines[:place], orjson.dumps(values) + b"\n", *lines[place + 1 :]]


def one_byte(lines: Lines, chance: random.Random) -> Lines:
    whole = bytearray(b"".join(lines))
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole).splitlines(keepends=True)


WAYS = [changed_value, changed_value, value_taken_out, deleted, inserted, swapped, cut_off, other_ends, one_byte]


@pytest.mark.parametrize("write", [export, roles])
def test_fifty_tampers_at_random_are_all_found(chain, write):
    honest = write(chain)
    assert finding(honest) == ""
    lines = honest.splitlines(keepends=True)
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    done = 0
    while done < TAMPERS:
        way: Callable[[Lines, random.Random], Lines] = chance.choice(WAYS)
        changed = b"".join(way(lines, chance))
        if changed == honest:
            continue
        done += 1
        assert finding(changed).startswith("Line "), (seed, done, way.__name__)


def signed_anew(lines: Lines, **changes: Any) -> bytes:
    """By somebody who holds the key: what is found then is found by the chain alone."""
    manifest = orjson.loads(lines[-1])
    rows = [orjson.loads(line) for line in lines[1:-1]]
    manifest |= {
        "count": len(rows),
        "first": rows[0]["number"],
        "last": rows[-1]["number"],
        "hash": rows[-1]["hash"],
        "sha256": sha256(b"".join(lines[:-1])).hexdigest(),
    }
    manifest |= changes
    del manifest["signature"]
    _, manifest["signature"] = sign(text_of(manifest))
    return b"".join([*lines[:-1], orjson.dumps(manifest) + b"\n"])


CHANGES = {
    "at": "2020-01-01T00:00:00.000000+00:00", "type": "SYSTEM_ACTION", "action": "member.left", "entity": "role",
    "id": "x", "actor_kind": "system", "actor_id": None, "actor_label": "Somebody Else", "on_behalf_of": "Somebody",
    "address": "203.0.113.99", "user_agent": "Another", "actor_salt": None, "target_id": None, "target_salt": "00",
    "target_label": "Somebody Else", "before": {"role": "Nobody"}, "after": {}, "batch": "x", "request_id": "another",
    "previous": "00", "hash": "00", "text": "{}", "number": 99,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("write", [export, roles])
def test_event_that_was_altered_is_named_with_its_line_whoever_signed(chain, write, name):
    lines = write(chain).splitlines(keepends=True)
    assert finding(signed_anew(lines)) == ""
    values = orjson.loads(lines[4])
    number = values["number"]
    values[name] = CHANGES[name]
    lines[4] = orjson.dumps(values) + b"\n"
    found = finding(signed_anew(lines))
    assert found.startswith("Line 5: event "), found
    assert str(number) in found or name == "number"


@pytest.mark.parametrize("text", [5, None, [], {}])
def test_text_that_is_no_text_is_a_finding_and_no_crash(chain, text):
    lines = export(chain).splitlines(keepends=True)
    lines[4] = orjson.dumps(orjson.loads(lines[4]) | {"text": text}) + b"\n"
    assert finding(b"".join(lines)) == "Line 5: this is no event of an export of Roster."


def test_event_that_is_gone_from_a_whole_range_is_named_whoever_signed(chain):
    lines = export(chain).splitlines(keepends=True)
    assert finding(signed_anew(lines[:4] + lines[5:])) == "Line 5: event 4 is missing before event 5."
    assert finding(signed_anew([lines[0], *lines[2:]])) == "Line 2: event 1 is missing before event 2."


def test_event_that_was_put_in_place_of_another_is_found_whoever_signed(chain):
    lines = export(chain).splitlines(keepends=True)
    values = orjson.loads(lines[4])
    values["previous"] = "00" * 32
    values["hash"] = link(bytes(32), values["text"]).hex()
    changed = [*lines[:4], orjson.dumps(values) + b"\n", *lines[5:]]
    assert finding(signed_anew(changed)) == "Line 5: event 4 does not go with the one before it."


def test_order_of_a_filtered_export_is_that_of_the_log_whoever_signed(chain):
    lines = roles(chain).splitlines(keepends=True)
    number = orjson.loads(lines[2])["number"]
    swapped_ones = [*lines[:2], lines[3], lines[2], *lines[4:]]
    twice = [*lines[:3], lines[2], *lines[3:]]
    for changed in (swapped_ones, twice):
        assert f"event {number} is out of its place" in finding(signed_anew(changed))


@pytest.mark.parametrize(
    "changes",
    [{"first": 2}, {"last": 7}, {"hash": "00" * 32}, {"complete": False}, {"complete": 1}, {"chain": "x"}, {"v": 2}],
)
def test_manifest_of_another_file_is_found_whoever_signed(chain, changes):
    lines = export(chain).splitlines(keepends=True)
    assert finding(signed_anew(lines, **changes)) == f"Line {len(lines)}: the manifest is that of another file."


def test_what_was_altered_in_the_database_is_found_in_the_file(chain):
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number=7).update(after={"role": "Owner"})
        Event.objects.filter(chain_id=chain.pk, number=9).delete()
    assert finding(export(chain)) == "Line 8: event 7 was altered: its after is another."
    assert finding(export(chain, number__gt=7)).startswith("Line 3: event 10 does not go with the one before it")


def test_label_without_its_salt_is_found(chain):
    with lowered():
        Event.objects.filter(chain_id=chain.pk, number=7).update(actor_salt=None)
    assert finding(export(chain)).startswith("Line 8: event 7 was altered: who did it is gone")


def test_chain_under_another_name_is_found(chain, other_org):
    lines = export(chain).splitlines(keepends=True)
    lines[0] = lines[0].replace(str(chain.pk).encode(), str(other_org.pk).encode())
    assert finding(signed_anew(lines)) == "Line 1: the log does not begin with this hash."


def test_sentence_is_held_by_the_signature(chain):
    file = export(chain).replace(b"Grace Okafor changed Mina", b"Nobody changed Mina", 1)
    assert "one of them was altered" in finding(file)


def test_file_without_its_manifest_was_cut_off(chain):
    lines = export(chain).splitlines(keepends=True)
    assert finding(b"".join(lines[:-1])) == (
        f"Line {len(lines)}: the manifest is missing: the file was cut off here. Export it again."
    )
    assert finding(b"") == "Line 1: the manifest is missing: the file was cut off here. Export it again."
    assert finding(b"".join(lines)[:-1]).startswith(f"Line {len(lines)}: it does not end")


def test_signature_is_written_in_one_way_alone(chain):
    *lines, manifest = export(chain).splitlines(keepends=True)
    signature = str(orjson.loads(manifest)["signature"]).encode()
    twice = manifest.replace(b'"count"', b'"count":1,"count"')
    for other in (
        manifest.replace(signature, signature.upper()),
        manifest.replace(signature, signature[:2] + b" " + signature[2:]),
        manifest.replace(b",", b", ", 1),
        twice,
    ):
        assert "signature is not right" in finding(b"".join([*lines, other]))


def test_signature_is_ours_or_that_of_a_key_that_was(chain, settings):
    ours, settings.AUDIT_KEY = settings.AUDIT_KEY, "somebody else's key" * 3
    file = export(chain)
    assert finding(file) == ""
    settings.AUDIT_KEY = ours
    assert "a key that is not ours" in finding(file)
    settings.AUDIT_KEY_PREVIOUS = ["somebody else's key" * 3]
    assert finding(file) == ""


def said_of(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    with no_database():
        try:
            call_command("audit_verify", *arguments, stdout=out, no_color=True)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_command_says_what_the_file_is(chain, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(export(chain))
    assert said_of("--file", str(path)) == (
        0,
        f"marram, log {chain.pk}: {chain.length} events, 1 to {chain.length}.\nSigned by {public_keys()[0]}.\n"
        "The file is whole: no event of this range is missing, and none was altered.\n",
    )
    path.write_bytes(roles(chain))
    status, text = said_of("--file", str(path), "--key", public_keys()[0].upper())
    assert (status, "the filter left out" in text, "whole" in text) == (0, True, False)


def test_command_says_what_is_wrong_and_ends_with_1(chain, tmp_path):
    path = tmp_path / "log.jsonl"
    lines = export(chain).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    assert said_of("--file", str(path)) == (1, f"{path}: Line 4: event 3 is missing before event 4.\n")
    path.write_bytes(b"".join(lines))
    status, text = said_of("--file", str(path), "--key", "00" * 32)
    assert (status, "not the one named by --key" in text) == (1, True)


def test_command_takes_what_goes_together(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("audit_verify", "--file", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="verified by itself"):
        call_command("audit_verify", "--file", "x", "--organization", "marram")
    with pytest.raises(CommandError, match="verified by itself"):
        call_command("audit_verify", "--key", "x")


def test_file_is_proven_where_no_database_can_be_reached(chain, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(export(chain))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "AUDIT_KEY": "the key of another machine" * 2,
    }
    root = Path(__file__).parents[2]
    command = [sys.executable, "manage.py", "audit_verify", "--file", str(path), "--key", public_keys()[0]]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, "The file is whole" in done.stdout) == (0, True), done.stderr
