"""Pages found by index: what stands beyond a place in an order, compared as one row and not column by column."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Expression, F, Field, Value
from django.db.models.sql.compiler import SQLCompiler


class Beyond(Expression):
    """`(columns) > (values)`, or `<`: both databases walk an index on these columns from there."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: list[str], values: list[tuple[Any, Field[Any, Any]]], *, backwards: bool) -> None:
        super().__init__()
        self.sides: list[Any] = [*map(F, columns), *(Value(value, output_field=field) for value, field in values)]
        self.sign = "<" if backwards else ">"

    def get_source_expressions(self) -> list[Any]:
        return self.sides

    def set_source_expressions(self, exprs: Any) -> None:
        self.sides = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        params: list[Any] = []
        for side in self.sides:
            sql, given = compiler.compile(side)
            parts.append(sql)
            params.extend(given)
        half = len(parts) // 2
        return f"({', '.join(parts[:half])}) {self.sign} ({', '.join(parts[half:])})", tuple(params)
