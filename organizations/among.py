"""Rows found by many ids or texts at once: one list for PostgreSQL to read, and not a placeholder for each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, UUIDField
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


@UUIDField.register_lookup
class Among(In):
    """`id__among={…}` finds what `id__in=[…]` finds, where there are many and all of them are ids."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        """As they are: to ask each of them whether it is an id costs more than to find its row."""
        return self.rhs

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s::uuid[])", (*params, f"{{{','.join([one.hex for one in self.rhs])}}}")


@CharField.register_lookup
class AmongTexts(In):
    """`email__among={…}` finds what `email__in=[…]` finds, where there are many."""

    lookup_name = "among"

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s::text[])", (*params, _as_array(self.rhs))


def among_texts(name: str) -> str:
    """The same for a statement written in SQL, which is handed `as_list(texts)` by this name."""
    return f"= ANY(%({name})s::text[])" if _is_postgresql() else f"IN (SELECT value FROM json_each(%({name})s))"  # noqa: S608


def as_list(texts: Iterable[str]) -> str:
    return _as_array(texts) if _is_postgresql() else json.dumps(list(texts))


def _as_array(texts: Iterable[str]) -> str:
    """As PostgreSQL reads an array. The driver would write it text by text, and anew for each place where it stands."""
    quoted = [text.replace("\\", r"\\").replace('"', r"\"") for text in texts]
    return "{" + ",".join([f'"{text}"' for text in quoted]) + "}"


def as_stored(key: UUID | None) -> Any:
    """An id as such a statement compares it with a column."""
    return key if key is None or _is_postgresql() else key.hex


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"
