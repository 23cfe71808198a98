"""Rows found by many ids or texts at once: one list for PostgreSQL to read, and not a placeholder for each."""

from __future__ import annotations

from typing import Any

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
        return f"{sql} = ANY(%s::text[])", (*params, list(self.rhs))
