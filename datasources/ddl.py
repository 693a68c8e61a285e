"""A schema as the statements that would create it, for the model: names spelled as the dialect wants them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasources.introspect import Column, ForeignKey, Table

COMMENT_CHARACTERS = 200
"""Of a comment or a description, in the prompt; what is longer ends in an ellipsis."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Names that do not parse unquoted as a table or a column in at least one dialect.
_RESERVED = frozenset((Path(__file__).parent / "reserved_words.txt").read_text().split())


def quoted(name: str, dialect: str = "sqlite") -> str:
    """`name` as the dialect has to spell it: in quotes only where it needs them."""
    if _PLAIN_NAME.fullmatch(name) and name.casefold() not in _RESERVED and not _is_folded(name, dialect):
        return name
    mark = "`" if dialect == "mysql" else '"'
    return mark + name.replace(mark, 2 * mark) + mark


def create_statement(table: Table, dialect: str, known: Mapping[str, Table]) -> str:
    """One `CREATE TABLE`; `known` are all tables by full name, for what foreign keys refer to.

    A comment stands at the end of its line, cut after COMMENT_CHARACTERS; without any the text is what it was.
    """
    kind = "VIEW" if table.is_view else "TABLE"
    parts = list(_parts(table, dialect, known))
    lines = [
        f"  {text}{',' if number < len(parts) else ''}{comment}" for number, (text, comment) in enumerate(parts, 1)
    ]
    head = f"CREATE {kind} {table.spelled(dialect)} ({_trailing(table.comment)}"
    return "\n".join([head, *lines, ");"])


def _is_folded(name: str, dialect: str) -> bool:
    """PostgreSQL reads names without quotes in lower case."""
    return dialect == "postgres" and name != name.lower()


def _parts(table: Table, dialect: str, known: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    """What stands between the parentheses, each with its comment."""
    inline_key = table.primary_key if len(table.primary_key) == 1 else ()
    for column in table.columns:
        yield _column(column, dialect, is_key=column.name in inline_key), _trailing(column.comment)
    if len(table.primary_key) > 1:
        yield f"PRIMARY KEY ({_listed(table.primary_key, dialect)})", ""
    for key in table.foreign_keys:
        yield _foreign_key(key, dialect, known), ""


def _column(column: Column, dialect: str, *, is_key: bool) -> str:
    parts = (quoted(column.name, dialect), " ".join(column.type.split()), "PRIMARY KEY" if is_key else "")
    return " ".join(filter(None, parts))


def _foreign_key(key: ForeignKey, dialect: str, known: Mapping[str, Table]) -> str:
    target = known.get(key.table)
    name = target.spelled(dialect) if target else quoted(key.table, dialect)
    referenced = f" ({_listed(key.referenced, dialect)})" if key.referenced else ""
    return f"FOREIGN KEY ({_listed(key.columns, dialect)}) REFERENCES {name}{referenced}"


def _listed(names: Iterable[str], dialect: str) -> str:
    return ", ".join(quoted(name, dialect) for name in names)


def _trailing(comment: str) -> str:
    text = " ".join(comment.split())
    if len(text) > COMMENT_CHARACTERS:
        text = f"{text[: COMMENT_CHARACTERS - 1].rstrip()}…"
    return f" -- {text}" if text else ""
