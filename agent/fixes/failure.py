"""A statement that failed, as the rules that put statements right look at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokenizer_core import Token

from agent.errors import ErrorClass
from agent.reading import Fix
from datasources import bounded_parsing
from datasources.introspect import Schema

FOREIGN = ("sqlite", "postgres", "mysql", "duckdb", "snowflake", "bigquery", "tsql")


@dataclass(frozen=True, slots=True)
class Failure:
    """`foreign`: the dialects that a model may have written instead."""

    sql: str
    error_class: ErrorClass
    message: str
    schema: Schema
    dialect: str
    foreign: Sequence[str] = FOREIGN

    @property
    def tree(self) -> exp.Expr | None:
        """It must not be changed. The names in it know where they stand in `sql`."""
        return bounded_parsing.shared_tree(self.sql, self.dialect)

    def put_right(self, sql: str, why: str) -> Fix | None:
        """None where nothing has changed, or what has come of it is no statement."""
        if sql == self.sql or bounded_parsing.tree(sql, self.dialect) is None:
            return None
        return Fix(sql, why)


def spliced(sql: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """With other text from one offset to another; what is the same twice counts once."""
    for start, end, text in sorted(set(edits), reverse=True):
        sql = sql[:start] + text + sql[end:]
    return sql


def span(node: exp.Expr) -> tuple[int, int]:
    """Where the name of a column or a table stands, without its alias. Raises ValueError where that is not known."""
    parts = [node.args.get(part) for part in ("catalog", "db", "table", "this")]
    names = [part for part in parts if isinstance(part, exp.Identifier)]
    if not names or any("start" not in name.meta for name in names):
        raise ValueError("The parser did not say where the name stands.")
    return min(name.meta["start"] for name in names), max(name.meta["end"] for name in names) + 1


def edit(node: exp.Expr, text: str) -> tuple[int, int, str]:
    return (*span(node), text)


def tokens_of(sql: str, dialect: str) -> list[Token]:
    """None of them where the text cannot be cut into tokens."""
    try:
        return Dialect.get_or_raise(dialect).tokenize(sql[: bounded_parsing.MAX_BYTES])
    except (SqlglotError, ValueError):
        return []


def written(tree: exp.Expr, dialect: str, *, like: str = "") -> str:
    """As the dialect writes it, in lines where the statement that it is `like` has lines. Raises SqlglotError for what
    the dialect has not."""
    return tree.sql(dialect, pretty="\n" in like, unsupported_level=ErrorLevel.RAISE)
