"""Which names of a prompt a database does not have: what was learned elsewhere may speak of other tables.

A name is what looks like one: between backticks or double quotes, with a point in it (`orders.status`), or with an
underline. What stands between single quotes is a value, and what is followed by a bracket a function.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from datasources.introspect import Schema

_VALUE = re.compile(r"'[^'\n]*'")
_QUOTED = re.compile(r'`([^`\n]+)`|"([^"\n]+)"')
_NAME = r"[^\W\d]\w*"
_POINTED = re.compile(rf"\b{_NAME}(?:\.{_NAME})+\b(?!\s*\()")
_UNDERLINED = re.compile(rf"\b(?=\w*_){_NAME}\b(?!\s*\()")
_PLAIN = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_NO_NAMES = ("e.g", "i.e")
MOST = 20


def unknown_names(texts: Iterable[str], schema: Schema) -> list[str]:
    """As they are written, once, in the order in which they come; at most MOST."""
    known = {word.casefold() for word in schema.words()}
    known |= {table.full_name.casefold() for table in schema.tables}
    known |= {f"{table.name}.{column.name}".casefold() for table in schema.tables for column in table.columns}
    known |= {f"{table.full_name}.{column.name}".casefold() for table in schema.tables for column in table.columns}
    found: dict[str, str] = {}
    for text in texts:
        for name in _names(text):
            if name.casefold() not in known and not _is_aliased(name, known):
                found.setdefault(name.casefold(), name)
    return list(found.values())[:MOST]


def _is_aliased(name: str, known: set[str]) -> bool:
    """`o.status`: a letter or two stand for a table."""
    alias, _, column = name.casefold().rpartition(".")
    return 0 < len(alias) <= 2 and column in known


def _names(text: str) -> Iterator[str]:
    said = _VALUE.sub(" ", text)
    for quoted in _QUOTED.finditer(said):
        name = (quoted[1] or quoted[2]).strip()
        if _PLAIN.fullmatch(name):
            yield name
    rest = _QUOTED.sub(" ", said)
    for pattern in (_POINTED, _UNDERLINED):
        yield from (name for name in pattern.findall(_without_pointed(rest, pattern)) if name not in _NO_NAMES)


def _without_pointed(text: str, pattern: re.Pattern[str]) -> str:
    """The parts of `order_lines.unit_price` are no names of their own."""
    return text if pattern is _POINTED else _POINTED.sub(" ", text)
