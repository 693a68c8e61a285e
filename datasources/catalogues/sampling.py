"""Which columns are looked into, how little of them, and which of what they hold is kept."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from datasources.catalogues import Ask

MOST_VALUES = 20
LONGEST_VALUE = 60
_ROWS = 10_000
_COLUMNS_AT_ONCE = 50

Sample = tuple[str, str, str, list[str]]
"""Schema, table, column, and all that it holds."""

# Of people and of what opens doors: these never leave their database uncalled for.
_PRIVATE = re.compile(
    r"name|nick|e.?mail|phone|telefon|mobile|passw|secret|token|credential|session|cookie|signature|cipher|finger"
    r"|address|street|birth|iban|passport|licen[sc]e"
)
_PRIVATE_WORD = re.compile(
    r"auth|bic|card|contact|cvc|cvv|dob|fax|hash|ip|key|login|mail|note|nonce|otp|pass|person|pin|pwd|salt|ssn|tel"
    r"|user|vat|zip"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LOOKS_PRIVATE = re.compile(r"\S@\S+\.\S|\+?[\d\s()/.-]{7,}|(?=\S*\d)\S{24,}")


Tables = Iterable[Mapping[str, Any]]
"""As `read` gives them; of a column, its name and type are enough, and foreign keys are not needed."""
Look = Callable[[Ask, Tables, float], list[Sample]]
"""Into tables, for so many seconds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table and those of its columns that are worth a look; `key` is what its rows are in order of, if anything."""

    schema: str
    name: str
    columns: tuple[str, ...]
    key: str = ""

    def only(self, columns: Iterable[str]) -> "Wanted":
        return replace(self, columns=tuple(columns))


def wanted(tables: Tables, text_type: re.Pattern[str]) -> list[Wanted]:
    """The columns of a text type whose names do not say that they are about people, secrets or tokens."""
    found = (
        Wanted(table["schema"], table["name"], tuple(_worth_a_look(table["columns"], text_type)), _key(table))
        for table in tables
        if not table["is_view"]
    )
    return [table for table in found if table.columns]


def _worth_a_look(columns: Iterable[Mapping[str, Any]], text_type: re.Pattern[str]) -> Iterator[str]:
    for column in columns:
        if text_type.fullmatch(column["type"].casefold()) and not is_private(column["name"]):
            yield column["name"]


def _key(table: Mapping[str, Any]) -> str:
    key = table["primary_key"]
    return str(key[0]) if len(key) == 1 else ""


def is_private(column: str) -> bool:
    """Whether its name says that what it holds is a person's, or opens a door."""
    words = (word.lower() for word in _WORD.findall(column))
    return bool(_PRIVATE.search(column.lower())) or any(map(_PRIVATE_WORD.fullmatch, words))


def categories(values: Iterable[Any]) -> list[str]:
    """Those values in order, where all of them are short texts, few, and like no address, number or key."""
    held = {value.rstrip() if isinstance(value, str) else value for value in values} - {None, ""}
    return sorted(held) if len(held) <= MOST_VALUES and all(map(_is_category, held)) else []


def _is_category(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_VALUE and value.isprintable() and not looks_private(value)


def looks_private(value: str) -> bool:
    """Whether it is like an address, a number of a person or a key."""
    return bool(_LOOKS_PRIVATE.fullmatch(value)) or "@" in value


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a dialect writes otherwise: the quotes of names, what is put around a value, how many rows are cheap."""

    quote: str = '"'
    cut: str = "{}"
    rows: int = _ROWS


def sampled(ask: Ask, tables: Iterable[Wanted], seconds: float, spelling: Spelling = Spelling()) -> list[Sample]:
    """From the first and, by its key, the last rows of each table, one statement a table, until half the seconds are
    over: the statement that runs then has as long again."""
    end = time.monotonic() + seconds / 2
    found: list[Sample] = []
    for table in tables:
        if time.monotonic() > end:
            break
        found += _of_table(ask, table, spelling)
    return found


def _of_table(ask: Ask, table: Wanted, spelling: Spelling) -> Iterator[Sample]:
    for start in range(0, len(table.columns), _COLUMNS_AT_ONCE):
        some = table.columns[start : start + _COLUMNS_AT_ONCE]
        selects = [_select(place, column, table, spelling) for place, column in enumerate(some)]
        held: dict[int, list[Any]] = {}
        for place, value in ask(" UNION ALL ".join(selects)):
            held.setdefault(int(place), []).append(value)
        kept = {place: categories(values) for place, values in sorted(held.items())}
        yield from ((table.schema, table.name, some[place], values) for place, values in kept.items() if values)


def _select(place: int, column: str, table: Wanted, spelling: Spelling) -> str:
    """One character and, besides NULL and the empty text, one value more than are kept: enough to see that."""
    source = ".".join(quoted(part, spelling.quote) for part in (table.schema, table.name) if part)
    value = spelling.cut.replace("{}", f"substr({quoted(column, spelling.quote)}, 1, {LONGEST_VALUE + 1})")
    some = f"SELECT v FROM (SELECT {value} AS v FROM {source} LIMIT {spelling.rows}) AS f{place}"  # noqa: S608
    if table.key:
        last = f"ORDER BY {quoted(table.key, spelling.quote)} DESC LIMIT {spelling.rows}"
        some += f" UNION ALL SELECT v FROM (SELECT {value} AS v FROM {source} {last}) AS l{place}"  # noqa: S608
    distinct = f"SELECT DISTINCT v FROM ({some}) AS s{place} LIMIT {MOST_VALUES + 3}"  # noqa: S608
    return f"SELECT {place}, v FROM ({distinct}) AS d{place}"  # noqa: S608


def quoted(name: str, quote: str) -> str:
    return quote + name.replace(quote, quote * 2) + quote
