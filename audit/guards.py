"""Triggers with which the database itself refuses to change or remove what happened, whoever asks it to.

A purge that is open names what may go: the events up to a number, or what tells who somebody is. It is opened and
closed in the transaction that uses it, and stays as a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

SENTENCE = "The audit log is only added to."
TABLES = ("audit_event", "audit_seal", "audit_purge", "audit_chain")

# What an erasure leaves of an event as it was. Whether it changed the rest rightly, verifying the chain says.
_KEPT = (
    "id", "chain_id", "number", "at", "type", "action", "entity", "actor_kind", "actor_id", "target_id", "batch",
    "request_id", "text", "hash",
)  # fmt: skip


def _may_erase(same: str) -> str:
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in _KEPT)
    purge = "SELECT 1 FROM audit_purge p WHERE p.chain_id = OLD.chain_id AND p.is_open"
    return f"{kept} AND EXISTS ({purge} AND (p.subject = OLD.actor_id OR p.subject = OLD.target_id))"


_MAY_REMOVE = """EXISTS (SELECT 1 FROM audit_purge p WHERE p.chain_id = OLD.chain_id AND p.is_open
        AND p.last >= OLD.number)"""
_MAY_CLOSE = "NEW.is_open = {false} AND OLD.is_open AND {kept}"
_PURGE_KEPT = ("id", "chain_id", "last", "subject", "at")


def _closes(same: str, false: str) -> str:
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in _PURGE_KEPT)
    return _MAY_CLOSE.format(false=false, kept=kept)


# By table and operation: what is let through, where something is.
def _rules(same: str, false: str) -> list[tuple[str, str, str]]:
    return [
        ("audit_event", "UPDATE", _may_erase(same)),
        ("audit_event", "DELETE", _MAY_REMOVE),
        ("audit_seal", "UPDATE", ""),
        ("audit_seal", "DELETE", ""),
        ("audit_purge", "UPDATE", _closes(same, false)),
        ("audit_purge", "DELETE", ""),
        ("audit_chain", "DELETE", ""),
    ]


# By table: what a new row may not share with one that is there. SQLite calls no trigger for the row that an
# `INSERT OR REPLACE` removes; PostgreSQL has nothing like it.
_REPLACED = {
    "audit_event": ("id = NEW.id", "chain_id = NEW.chain_id AND number = NEW.number"),
    "audit_seal": ("id = NEW.id",),
    "audit_purge": ("id = NEW.id",),
}


def install() -> None:
    """Put the triggers into the database, anew where they are there."""
    _run(_postgresql() if connection.vendor == "postgresql" else _sqlite())


def remove() -> None:
    """Take them out: for the tests' own flush."""
    _run(_dropped())


def missing() -> list[str]:
    """Those that should be there and are not."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return sorted(set(_names()) - there)


@contextmanager
def lowered() -> Iterator[None]:
    """The triggers are out meanwhile: for the tests' own flush."""
    remove()
    try:
        yield
    finally:
        install()


def install_after_migrating(**_: Any) -> None:
    """SQLite makes a table anew where a column changes, and its triggers go with the old one."""
    if set(TABLES) <= set(connection.introspection.table_names()):
        install()


def _names() -> list[str]:
    names = [f"{table}_{operation.lower()}" for table, operation, _ in _rules("", "")]
    if connection.vendor == "postgresql":
        return names + [f"{table}_truncate" for table in TABLES]
    return names + [f"{table}_insert" for table in _REPLACED]


def _sqlite() -> list[str]:
    made = _dropped()
    for table, operation, allowed in _rules("IS", "0"):
        unless = f"WHEN NOT ({allowed})" if allowed else ""
        made.append(
            f"CREATE TRIGGER {table}_{operation.lower()} BEFORE {operation} ON {table} FOR EACH ROW {unless} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
    for table, shared in _REPLACED.items():
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {same})" for same in shared)  # noqa: S608 - our own
        made.append(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} FOR EACH ROW WHEN {there} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
    return made


def _postgresql() -> list[str]:
    refuse = f"RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation';"
    made = [
        f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse} END $$",
        *_dropped(),
    ]
    for table, operation, allowed in _rules("IS NOT DISTINCT FROM", "false"):
        name, function = f"{table}_{operation.lower()}", "audit_refuse"
        if allowed:
            function = f"{name}_unless"
            back = "NEW" if operation == "UPDATE" else "OLD"
            made.append(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF {allowed} THEN RETURN {back}; END IF; {refuse} END $$"
            )
        made.append(f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    made += [
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION audit_refuse()"
        for table in TABLES
    ]
    return made


def _dropped() -> list[str]:
    if connection.vendor != "postgresql":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _names()]
    table_of = {name: name.rpartition("_")[0] for name in _names()}
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in table_of.items()]


def _run(statements: list[str]) -> None:
    """All or none: between one trigger that goes and the next that comes, nobody gets in."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
