"""What a value index is made of: all texts of columns that hold names, titles, cities, codes and the like.

Names of columns say what is looked at first and what never is; what they hold decides which are kept.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from datasources.catalogues.sampling import looks_private
from datasources.column_kinds import Kind, kind_of
from datasources.engine import Database
from datasources.errors import QueryFailed, QueryTimeout, SQLError
from datasources.introspect import Column, Schema, Table
from datasources.private_columns import Place

SECONDS = 45.0
"""For all columns of a database; those that are not reached keep what was known of them."""
MOST_VALUES = 100_000
MOST_BYTES = 4_000_000
"""Of all columns of a database together. One that finds no room is left out; those with names come first."""
LONGEST_ON_AVERAGE = 40
_SECONDS_AT_ONCE = 10.0
_COLUMNS_AT_ONCE = 50
_SOME = 0.1

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_NAMES = re.compile(
    r"name|title|label|city|town|country|nation|nationality|state|region|county|province|district|continent|language"
    r"|category|subcategory|type|kind|class|group|genre|brand|maker|manufacturer|model|product|status|stage|level|grade"
    r"|code|symbol|currency|color|colour|gender|sex|department|division|team|company|school|college|university|position"
    r"|role|job|occupation|segment|channel|method|format|rarity|party|league|season|venue|location|place"
)
_NEVER = re.compile(
    r"id|ids|uuid|guid|url|uri|link|href|path|file|filename|json|xml|html|text|body|content|comment|comments|note|notes"
    r"|description|desc|remark|remarks|message|bio|date|time|datetime|timestamp|created|updated|modified|version|image"
    r"|photo|picture|thumbnail|icon|coordinates|geometry|checksum|digest"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`found`: what is kept of columns; `left`: those that could not be looked at in time."""

    found: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    left: frozenset[Place] = frozenset()


def read_index(database: Database, schema: Schema, say: Callable[[str], object]) -> Reading:
    """`say` is told how far it is. A column that cannot be read has no values; a lost database ends it."""
    end = time.monotonic() + SECONDS
    wanted = columns_worth_reading(schema)
    tables = {table.full_name: table for table in schema.tables}
    kept = _Kept()
    left = list(wanted)
    while left and time.monotonic() < end and not kept.is_full:
        say(f"Looking at values: {len(wanted) - len(left):,} of {len(wanted):,} columns")
        try:
            reached = _of_some(database, tables, left[:_COLUMNS_AT_ONCE], end)
        except SQLError:
            break
        for place in left[:_COLUMNS_AT_ONCE]:
            if place in reached:
                kept.add(place, names_among(reached[place]))
        left = [place for place in left if place not in reached]
    return Reading(kept.found, frozenset(left))


def columns_worth_reading(schema: Schema) -> list[Place]:
    """Of tables, the text columns that are not private: those with the names of names first, then those of less."""
    ranked = [
        (rank, table.full_name, column.name)
        for table in schema.tables
        if not table.is_view
        for column in table.columns
        if (rank := _rank(table, column)) is not None
    ]
    return [(table, column) for _, table, column in sorted(ranked)]


def names_among(values: Iterable[str]) -> tuple[str, ...]:
    """Those that could be named in a question; none where they are long, or look like addresses or keys."""
    held = [value for value in values if value.isprintable()]
    named = [value for value in held if any(map(str.isalpha, value)) and not looks_private(value)]
    if sum(map(looks_private, held)) > _SOME * len(held):
        return ()
    return tuple(named) if sum(map(len, named)) <= LONGEST_ON_AVERAGE * len(named) else ()


def fitting(found: Mapping[Place, Sequence[str]]) -> dict[Place, tuple[str, ...]]:
    """As many of the columns, in their order, as a value index has room for."""
    kept = _Kept()
    for place, values in found.items():
        kept.add(place, tuple(values))
    return kept.found


def _rank(table: Table, column: Column) -> int | None:
    """None for what is never read."""
    words = [word.lower() for word in _WORD.findall(column.name)]
    is_text = kind_of(column.type) in (Kind.TEXT, Kind.UNKNOWN)
    if column.is_private or not is_text or any(map(_NEVER.fullmatch, words)):
        return None
    if any(column.name in key.columns for key in table.foreign_keys):
        return 2
    return 0 if any(map(_NAMES.fullmatch, words)) else 1


def _of_some(
    database: Database, tables: Mapping[str, Table], places: Sequence[Place], end: float
) -> dict[Place, tuple[str, ...]]:
    """Where a statement fails, halves are read, to find the column that is to blame: it has no values."""
    seconds = min(_SECONDS_AT_ONCE, end - time.monotonic())
    if seconds <= 0 or not places:
        return {}
    try:
        return database.distinct(_only(tables, places), seconds)
    except (QueryFailed, QueryTimeout):
        if len(places) == 1:
            return {places[0]: ()}
    middle = len(places) // 2
    first = _of_some(database, tables, places[:middle], end)
    return first | _of_some(database, tables, places[middle:], end)


def _only(tables: Mapping[str, Table], places: Sequence[Place]) -> list[Table]:
    """The tables of these columns, with no others."""
    names: dict[str, set[str]] = {}
    for table, column in places:
        names.setdefault(table, set()).add(column)
    return [
        replace(tables[table], columns=tuple(column for column in tables[table].columns if column.name in wanted))
        for table, wanted in names.items()
    ]


class _Kept:
    """What has found room."""

    def __init__(self) -> None:
        self.found: dict[Place, tuple[str, ...]] = {}
        self._values = 0
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        return self._values >= MOST_VALUES or self._bytes >= MOST_BYTES

    def add(self, place: Place, values: tuple[str, ...]) -> None:
        """All of a column, or nothing."""
        count, size = self._values + len(values), self._bytes + sum(len(value.encode()) for value in values)
        if values and count <= MOST_VALUES and size <= MOST_BYTES:
            self.found[place] = values
            self._values, self._bytes = count, size
