"""Stored values that a question may mean, as the model is told of them."""

from collections.abc import Sequence

from sqlglot import exp

from agent.plain_text import visible
from agent.value_index import Mention
from datasources.introspect import Schema, quoted


def told_values(mentions: Sequence[Mention], schema: Schema, dialect: str) -> str:
    """As conditions of SQL, in one line: what an index holds has no line breaks."""
    spelled = {table.full_name: table.spelled(dialect) for table in schema.tables}
    return "; ".join(
        f"{spelled.get(one.table, one.table)}.{quoted(one.column, dialect)} = {_literal(one.value, dialect)}"
        for one in mentions
    )


def _literal(value: str, dialect: str) -> str:
    return exp.Literal.string(visible(value)).sql(dialect)
