"""The database itself refuses to change or remove what happened, whoever asks it to."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit import guards
from audit.models import Chain, Event, Purge, Seal
from audit.sealing import seal
from tests.audit.stories import story


@pytest.fixture
def chain(org, owner, member) -> Chain:
    return story(org, owner, member)


def refused(statement: str) -> None:
    said = pytest.raises(DatabaseError, match=r"The audit log is only added to\.")
    with said, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_events_are_neither_changed_nor_deleted(chain):
    refused("UPDATE audit_event SET actor_label = 'Nobody'")
    refused("UPDATE audit_event SET text = text")
    refused("DELETE FROM audit_event")
    assert Event.objects.filter(chain_id=chain.pk).count() == chain.length


def test_seals_purges_and_chains_are_not_removed(chain):
    seal(chain, timezone.now()).save()
    Purge.objects.create(chain_id=chain.pk, last=1, at=timezone.now(), is_open=False)
    refused("UPDATE audit_seal SET number = 1")
    refused("DELETE FROM audit_seal")
    refused("UPDATE audit_purge SET is_open = NOT is_open")
    refused("DELETE FROM audit_purge")
    refused("DELETE FROM audit_chain")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL replaces no row")
@pytest.mark.parametrize(("model", "same"), [(Event, "id"), (Event, "number"), (Seal, "id"), (Purge, "id")])
def test_nothing_is_replaced_by_a_new_row(chain, model, same):
    """SQLite removes the row that is in the way of an INSERT OR REPLACE without calling the triggers for it."""
    seal(chain, timezone.now()).save()
    Purge.objects.create(chain_id=chain.pk, last=1, at=timezone.now(), is_open=False)
    table, names = model._meta.db_table, [field.column for field in model._meta.fields]
    others = {"id": f"'{uuid7().hex}'"} if same == "number" else {"number": "1000000", "last": "1000000"}
    values = ", ".join(others.get(name, name) for name in names)
    refused(f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} LIMIT 1")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", guards.TABLES)
def test_tables_are_not_emptied(chain, table):
    refused(f"TRUNCATE {table}")


def test_open_purge_lets_only_that_go_which_it_names(chain, member):
    purge = Purge.objects.create(chain_id=chain.pk, last=3, at=timezone.now())
    refused("DELETE FROM audit_event WHERE number = 4")
    refused("UPDATE audit_event SET actor_label = '' WHERE number = 2")
    Event.objects.filter(chain_id=chain.pk, number=2).delete()
    Purge.objects.filter(pk=purge.pk).update(is_open=False)
    refused("DELETE FROM audit_event WHERE number = 3")


def test_open_purge_of_a_person_lets_nothing_else_be_changed_of_their_events(chain, member, owner):
    Purge.objects.create(chain_id=chain.pk, subject=member.user_id, at=timezone.now())
    about = Event.objects.filter(chain_id=chain.pk, target_id=member.user_id)
    for changes in ({"action": "member.left"}, {"text": ""}, {"number": 10**6}, {"actor_id": None}, {"hash": b""}):
        with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
            about.filter(pk=about.latest("number").pk).update(**changes)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        about.all().delete()
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        Event.objects.filter(chain_id=chain.pk).exclude(target_id=member.user_id).update(target_label="")
    assert about.update(target_label="")


def test_purge_is_not_opened_again(chain):
    purge = Purge.objects.create(chain_id=chain.pk, subject=uuid7(), at=timezone.now(), is_open=False)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        Purge.objects.filter(pk=purge.pk).update(is_open=True)


def test_guard_that_is_taken_away_is_missed(db):
    assert guards.missing() == []
    with guards.lowered():
        assert "audit_event_update" in guards.missing()
    assert guards.missing() == []


def test_guard_that_was_made_to_let_everything_through_is_missed(db):
    """By its own name, so that nothing seems to be gone."""
    if connection.vendor == "postgresql":
        name, changes = "audit_event_truncate", [
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
        ]  # fmt: skip
    else:
        name, changes = "audit_event_update", [
            "DROP TRIGGER audit_event_update",
            "CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event WHEN 0 BEGIN SELECT 1; END",
        ]  # fmt: skip
    run(*changes)
    try:
        assert name in guards.missing()
    finally:
        guards.install()
    assert guards.missing() == []


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "change",
    [
        "DISABLE TRIGGER audit_event_update",
        "ENABLE TRIGGER audit_event_update",
        "ENABLE REPLICA TRIGGER audit_event_update",
    ],
)
def test_guard_that_is_not_called_in_every_session_is_missed(db, change):
    run(f"ALTER TABLE audit_event {change}")
    try:
        assert guards.missing() == ["audit_event_update"]
    finally:
        guards.install()


@pytest.mark.postgresql
def test_session_that_says_it_is_a_replica_changes_nothing_either(chain):
    run("SET session_replication_role = replica")
    try:
        with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
            Event.objects.filter(chain_id=chain.pk).update(actor_label="Somebody Else")
    finally:
        run("SET session_replication_role = origin")


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_deployment_is_not_flushed(db, settings):
    settings.TESTING = False
    with pytest.raises(CommandError, match="would remove the audit log"):
        call_command("flush", interactive=False)
