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
    _run(_postgresql() if _is_postgresql() else _sqlite())


def remove() -> None:
    """Take them out: for the tests' own flush."""
    _run(_dropped())


def missing() -> list[str]:
    """Those that should be there and are not, or do something else than ours."""
    query, wanted = (_IN_POSTGRESQL, _told_of_postgresql()) if _is_postgresql() else (_IN_SQLITE, _triggers_of_sqlite())
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name: "\n".join(told) for name, *told in cursor.fetchall()}
    return sorted(name for name, told in wanted.items() if there.get(name) != told)


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
    return list(_told_of_postgresql() if _is_postgresql() else _triggers_of_sqlite())


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _sqlite() -> list[str]:
    return [*_dropped(), *_triggers_of_sqlite().values()]


# As databases tell of what they have: the text of each trigger, and in PostgreSQL that of its function, of those that
# are called in every session, also in one that says that it is a replica's.
_IN_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_IN_POSTGRESQL = """SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.prosrc FROM pg_trigger t
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgenabled = 'A' AND pg_table_is_visible(c.oid)"""


def _triggers_of_sqlite() -> dict[str, str]:
    """The statement that makes each, by name."""
    made = {}
    for table, operation, allowed in _rules("IS", "0"):
        unless = f"WHEN NOT ({allowed})" if allowed else ""
        name = f"{table}_{operation.lower()}"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW {unless} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
    for table, shared in _REPLACED.items():
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {same})" for same in shared)  # noqa: S608 - our own
        made[f"{table}_insert"] = (
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} FOR EACH ROW WHEN {there} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
    return made


_REFUSE = f"RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation';"


def _triggers_of_postgresql() -> dict[str, tuple[str, str, str, str]]:
    """Of each by name its table, the statement that makes it, its function, and what that does."""
    made = {}
    for table, operation, allowed in _rules("IS NOT DISTINCT FROM", "false"):
        name, function, does = f"{table}_{operation.lower()}", "audit_refuse", f" BEGIN {_REFUSE} END "
        if allowed:
            function, back = f"{name}_unless", "NEW" if operation == "UPDATE" else "OLD"
            does = f" BEGIN IF {allowed} THEN RETURN {back}; END IF; {_REFUSE} END "
        how = f"BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        made[name] = (table, f"CREATE TRIGGER {name} {how}", function, does)
    for table in TABLES:
        name, how = (
            f"{table}_truncate",
            f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
        )
        made[name] = (table, f"CREATE TRIGGER {name} {how}", "audit_refuse", f" BEGIN {_REFUSE} END ")
    return made


def _told_of_postgresql() -> dict[str, str]:
    return {name: f"{statement}\n{does}" for name, (_, statement, _, does) in _triggers_of_postgresql().items()}


def _postgresql() -> list[str]:
    triggers = _triggers_of_postgresql()
    functions = {function: does for _, _, function, does in triggers.values()}
    made = [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $${does}$$"
        for function, does in functions.items()
    ]
    made += _dropped()
    for name, (table, statement, _, _) in triggers.items():
        made += [statement, f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"]
    return made


def _dropped() -> list[str]:
    if not _is_postgresql():
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _names()]
    table_of = {name: name.rpartition("_")[0] for name in _names()}
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in table_of.items()]


def _run(statements: list[str]) -> None:
    """All or none: between one trigger that goes and the next that comes, nobody gets in."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
