"""The file of the audit log: who gets it, what stands in it, and that the log itself tells of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import orjson
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import clock
from audit.actors import Actor, ActorKind
from audit.ambient import Origin, coming_from
from audit.file_verifying import FileVerified, verify_file
from audit.models import Chain, Event
from audit.recording import record
from audit.sealing import public_keys
from organizations import events
from organizations.actions.base import action
from organizations.actions.exporting import note_log_export
from organizations.cells import safe
from organizations.models import Organization
from tests.audit.stories import story
from tests.audit.test_erasing import forget
from tests.audit.test_writing import note
from tests.factories import acting
from tests.team.test_export import DANGEROUS
from tests.witness import written

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NAMES = ["Ünïcode 🦊", "李小龍", "أمينة حداد", "Дарья", 'Mina "the, one"', "two\nlines", "a;b", "O'Neil"]


@pytest.fixture(autouse=True)
def _at_noon(db: None) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def body(client: Client, query: str = "") -> bytes:
    answer = client.get(f"/o/marram/audit/export/{query}")
    assert answer.status_code == 200
    assert isinstance(answer, StreamingHttpResponse)
    return b"".join(answer)


def cells(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body(client, query).decode("utf-8-sig"), newline="")))


def proven(file: bytes) -> FileVerified:
    return verify_file(BytesIO(file), public_keys())


@action
def changed_by(*, organization: Organization, actor: Actor) -> None:
    record(
        events.ROLE_CHANGED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label="Mina Haddad",
        before={"role": "Member"},
        after={"role": "Admin"},
    )


def test_spreadsheet_says_all_that_is_known_of_an_event(client_of, org, owner):
    actor = Actor(kind=ActorKind.PARTNER, label="Pia", on_behalf_of="Partner Inc.", id=owner.user_id)
    with coming_from(Origin(address="2001:db8::1", user_agent="Firefox", request_id="one-request")):
        changed_by(organization=org, actor=actor)
    event = Event.objects.filter(chain_id=org.pk).latest("number")
    found = cells(client_of(owner))
    assert found[-2] == {
        "Number": str(event.number),
        "Time (UTC)": "2026-11-23T12:00:00.000000+00:00",
        "Who": "Pia",
        "In whose name": "Partner Inc.",
        "Action": "member.role_changed",
        "What happened": "Pia changed Mina Haddad's role from Member to Admin",
        "To whom or what": "Mina Haddad",
        "Before": '{"role":"Member"}',
        "After": '{"role":"Admin"}',
        "Type": "USER_ACTION",
        "Address": "2001:db8::1",
        "Browser": "Firefox",
        "Batch": "",
        "Request": "one-request",
    }
    assert [row["Number"] for row in found] == [str(number) for number in range(1, len(found) + 1)]


def test_lines_say_the_same_and_prove_it(client_of, org, owner, member):
    story(org, owner, member)
    file = body(client_of(owner), "?format=jsonl")
    result = proven(file)
    header, *rows, manifest = (orjson.loads(line) for line in file.splitlines())
    assert (result.finding, result.events) == (None, Chain.objects.get(pk=org.pk).length)
    assert header["organization"] == {"id": str(org.pk), "slug": "marram", "name": "Marram Instruments"}
    assert (header["complete"], header["filter"], header["after"]["number"]) == (True, {}, 0)
    assert header["exported_at"] == "2026-11-23T12:00:00.000000+00:00"
    assert (manifest["first"], manifest["last"], manifest["count"]) == (1, len(rows), len(rows))
    changed = next(row for row in rows if row["action"] == "member.role_changed")
    assert changed["sentence"] == "Grace Okafor changed Mina Haddad's role from Member to Admin"
    assert [row["sentence"] for row in rows] == [row["What happened"] for row in cells(client_of(owner))[:-1]]


def test_names_in_every_script_stay_what_they_are(client_of, org, owner):
    note(organization=org, labels=NAMES)
    client = client_of(owner)
    assert [row["To whom or what"] for row in cells(client)][-len(NAMES) - 1 : -1] == NAMES
    file = body(client, "?format=jsonl")
    assert proven(file).finding is None
    labels = [orjson.loads(line).get("target_label") for line in file.splitlines()]
    assert [label for label in labels if label in NAMES] == NAMES
    assert "李小龍".encode() in file, "readable without a program"


def test_no_cell_is_a_formula(client_of, org, owner):
    note(organization=org, labels=DANGEROUS)
    actor = Actor(kind=ActorKind.SYSTEM, label="=actor", on_behalf_of="+name")
    with coming_from(Origin(address=None, user_agent="@agent", request_id="-id")):
        changed_by(organization=org, actor=actor)
    found = cells(client_of(owner))
    assert [row["To whom or what"] for row in found[-len(DANGEROUS) - 2 : -2]] == [safe(one) for one in DANGEROUS]
    last = found[-2]
    assert [last[name] for name in ("Who", "In whose name", "Browser", "Request")] == [
        "'=actor", "'+name", "'@agent", "'-id",
    ]  # fmt: skip
    assert last["What happened"].startswith("'=actor changed")


def test_who_was_erased_is_said_to_be(client_of, org, owner, member):
    story(org, owner, member)
    forget(organization=org, people=[member])
    file = body(client_of(owner))
    assert b"Mina" not in file
    assert b"Grace Okafor changed Erased person's role from Member to Admin" in file


def test_field_that_is_empty_is_nobody_erased(client_of, org, owner):
    note(organization=org, labels=[""])
    said = [row["What happened"] for row in cells(client_of(owner))]
    assert said[-2] == "Roster put Erased person into the group "


def test_one_event_says_what_went_out_before_it_does(client_of, org, owner):
    with written() as news:
        answer = client_of(owner).get("/o/marram/audit/export/?format=jsonl&since=2026-11-01")
    (event,) = news.events
    assert (event.action, event.actor_label, event.target_label) == (
        "audit_log.exported",
        "Grace Okafor",
        "Marram Instruments",
    )
    assert event.after == {"filter": "Since 1 November 2026", "format": "JSON Lines"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="marram-audit-2026-11-23.jsonl"'
    assert answer.headers["Content-Type"] == "application/jsonl; charset=utf-8"
    with written() as news:
        answer = client_of(owner).get("/o/marram/audit/export/")
    assert news.events[0].after == {"filter": "everything", "format": "CSV"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="marram-audit-2026-11-23.csv"'
    assert cells(client_of(owner))[-1]["What happened"] == "Grace Okafor exported the audit log as CSV"


def test_days_are_a_whole_range(client_of, org, owner, member):
    for later in (1, 2, 3):
        with time_machine.travel(NOON + timedelta(days=later), tick=False):
            story(org, owner, member)
    query = "&since=2026-11-24&until=2026-11-25"
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        client = client_of(owner)
        file = body(client, f"?format=jsonl{query}")
        header, *rows, _ = (orjson.loads(line) for line in file.splitlines())
        assert (proven(file).finding, header["complete"]) == (None, True)
        assert {row["at"][:10] for row in rows} == {"2026-11-24", "2026-11-25"}
        assert header["filter"] == {"since": "2026-11-24", "until": "2026-11-25"}
        assert {row["Time (UTC)"][:10] for row in cells(client, "?until=2026-11-23")} == {"2026-11-23"}
        assert cells(client, "?since=2027-01-01") == []
        assert proven(body(client, "?format=jsonl&since=2027-01-01")).finding is None


def test_what_the_page_is_narrowed_to_is_what_goes_out(client_of, org, owner, member):
    story(org, owner, member)
    client = client_of(owner)
    for query in (f"person={member.user_id.hex}", "action=member.role_changed", "q=person1", "entity=invitation"):
        found = {
            line["number"] for line in map(orjson.loads, body(client, f"?format=jsonl&{query}").splitlines()[1:-1])
        }
        file = body(client, f"?format=jsonl&{query}&until=2026-11-23")
        header = orjson.loads(file.splitlines()[0])
        assert found
        assert (proven(file).finding, header["complete"]) == (None, False)
        page = client.get(f"/o/marram/audit/?{query}").context["page"]
        assert found == {line.event.number for _, lines in page.days for line in lines}, query
    assert (
        "export/?format=jsonl&amp;action=member.left"
        in client.get("/o/marram/audit/?action=member.left").content.decode()
    )


def test_days_leave_no_event_out_where_a_clock_was_set_back(client_of, org, owner, member):
    with clock.as_of(NOON + timedelta(days=1)):
        changed_by(organization=org, actor=acting(owner))
    changed_by(organization=org, actor=acting(owner))
    with clock.as_of(NOON + timedelta(days=1)):
        changed_by(organization=org, actor=acting(owner))
    file = body(client_of(owner), "?format=jsonl&since=2026-11-24")
    result = proven(file)
    assert (result.finding, result.events) == (None, 3)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("format=pdf", "The audit log is exported as csv or as jsonl. Choose one of them as the format."),
        ("since=yesterday", "“yesterday” is no day. Write it as 2026-03-31."),
        ("until=2026-02-30", "“2026-02-30” is no day. Write it as 2026-03-31."),
        ("since=2026-11-02&until=2026-11-01", "The time ends before it begins. Turn the two days round."),
        (
            "action=(&source=x",
            "Nothing in the log is called “(”. Choose from the list. "
            "“x” is no address on the internet, such as 203.0.113.7.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence_and_nothing_goes_out(client_of, owner, query, sentence):
    with written() as news:
        answer = client_of(owner).get(f"/o/marram/audit/export/?{query}")
    assert (answer.status_code, answer.content.decode()) == (400, sentence)
    assert news.nothing


def test_only_those_who_may_read_the_log_get_it(client_of, org, owner, admin, member, outsider, deactivated):
    path = "/o/marram/audit/export/?format=jsonl"
    with written() as news:
        assert client_of(member).get(path).status_code == 403
        assert client_of(deactivated).get(path).status_code == 403
        assert client_of(outsider).get(path).status_code == 404
        assert client_of(None).get(path).status_code == 302
        assert client_of(owner).post(path).status_code == 405
    assert news.nothing
    assert client_of(admin).get(path).status_code == 200


def test_the_action_is_the_law(org, member):
    with written() as news, pytest.raises(PermissionDenied):
        note_log_export(actor=acting(member), organization=org, filters="everything", file_type="CSV")
    assert news.nothing


def test_nothing_of_another_organization_stands_there(client_of, org, owner, outsider):
    assert b"Oskar" not in body(client_of(owner)) + body(client_of(owner), "?format=jsonl")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_many_are_exported_once_with_few_queries(client_of, org, owner, form):
    note(organization=org, labels=[f"Group {number}" for number in range(4_500)])
    client = client_of(owner)
    client.get("/o/marram/")
    with CaptureQueriesContext(connection) as queries:
        file = body(client, f"?format={form}")
    length = Chain.objects.get(pk=org.pk).length
    assert file.count(b"\n") == length + (1 if form == "csv" else 2)
    assert len([one for one in queries if 'FROM "audit_event"' in one["sql"]]) == 3
    assert len(queries) < 20


def test_times_are_those_of_utc_wherever_the_reader_is(client_of, owner):
    owner.user.time_zone = "Asia/Kathmandu"
    owner.user.save()
    assert cells(client_of(owner))[0]["Time (UTC)"] == timezone.now().isoformat(timespec="microseconds")
