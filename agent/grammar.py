"""A grammar for llama.cpp (GBNF) under which a model can name no table or column that does not exist.

It bounds names, not sense: whether a column is one of the tables that the statement reads, no such grammar can say.
"""

import re
from collections.abc import Collection, Iterable
from functools import cache
from itertools import groupby, takewhile
from pathlib import Path

from datasources.ddl import quoted
from datasources.introspect import Schema

LONGEST = 30_000
"""Characters; a longer one takes the model server too long to read, and is none."""

_RULES = Path(__file__).parent / "select.gbnf"
_KINDS = ("known", "named", "free")
_PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\b[A-Z]{2,}\b')
"""Texts and sets of characters, which stay as they are, and the words of SQL between them."""


def grammar(schema: Schema, dialect: str, tables: Collection[str] | None = None) -> str:
    """The grammar of a reply of one SELECT in a fence; with `tables`, full names, only those may be read. Empty where
    the schema has no columns or too many."""
    among = [table for table in schema.tables if tables is None or table.full_name in tables]
    columns = {quoted(column.name, dialect) for table in among for column in table.columns}
    if not columns:
        return ""
    names = {table.spelled(dialect) for table in among}
    text = f"{_fixed()}table ::= {_one_of(names)}\ncolumn ::= {_one_of(columns)}\n"
    return text if len(text) <= LONGEST else ""


@cache
def _fixed() -> str:
    """The rules that are the same for every schema."""
    lines = [line for line in _RULES.read_text().splitlines() if line and not line.startswith("#")]
    rules = [rule for line in lines for rule in _for_each_kind(line)]
    words: set[str] = set()

    def referred(match: re.Match[str]) -> str:
        if match[0][0] in '"[':
            return match[0]
        words.add(match[0])
        return f"sql-{match[0].lower()}"

    text = "".join(f"{_PARTS.sub(referred, rule)}\n" for rule in rules)
    return text + "".join(f'sql-{word.lower()} ::= "{word}" | "{word.lower()}"\n' for word in sorted(words))


def _for_each_kind(line: str) -> list[str]:
    return [line.replace("-@", f"-{kind}") for kind in _KINDS] if "-@ ::=" in line else [line]


def _one_of(names: Iterable[str]) -> str:
    """The names by what they begin with: short to write, and the server has one way to follow where many would be."""
    return " | ".join(_beginning(list(those)) for _, those in groupby(sorted(names), key=lambda name: name[:1]))


def _beginning(names: list[str]) -> str:
    """Those that begin alike, in order; an end of one may be the beginning of the others."""
    alike = takewhile(lambda letters: letters[0] == letters[1], zip(names[0], names[-1], strict=False))
    begin = "".join(letter for letter, _ in alike)
    if len(names) == 1:
        return _text(begin)
    rest = [name[len(begin) :] for name in names]
    longer = _one_of(name for name in rest if name)
    return f"{_text(begin)} ({longer}){'' if all(rest) else '?'}"


def _text(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
