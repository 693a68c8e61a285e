"""Which tables of a schema that is not told whole an attempt wants: because it asks for them, or because it failed."""

import re
from collections.abc import Iterator, Sequence

from agent import hints, linking
from agent.definitions import Definitions
from agent.keys import joinable
from agent.stems import stems
from datasources.ddl import create_statement
from datasources.introspect import Schema, Table

_ASKED = re.compile(r"\bneeds?[ _-]tables?\b\W*([^\n]{1,300})", re.IGNORECASE)
_READ = re.compile(r"\b(?:from|join)[\s(]+([\w.\"`]+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,;`'\"*()]+|\band\b")
_MOST_NAMES = 8
_MOST_HOMES = 3
_LIKE_IT = 2


def is_request(written: str) -> bool:
    """Whether it asks for a table: `-- need table: orders`."""
    return bool(_ASKED.search(written))


def definitions(written: str, message: str, shown: str, schema: Schema, dialect: str, room: int) -> str:
    """The statements of the tables that are wanted and that do not stand in `shown`, as far as `room` tokens go."""
    known = {table.full_name: table for table in schema.tables}
    told = Definitions(schema, dialect, room, stems(f"{written} {message}"))
    wanted = dict.fromkeys(_wanted(written, message, schema, dialect))
    new = (table for table in wanted if create_statement(table, dialect, known) not in shown)
    return "\n\n".join(told.within((table for table in new if told.of(table) not in shown), room)[0])


def _wanted(written: str, message: str, schema: Schema, dialect: str) -> Iterator[Table]:
    """What is asked for, what the statement reads, and where what it lacks may be, in that order."""
    for listed in _ASKED.findall(written):
        names = [name.strip(".:") for name in _SEPARATORS.split(listed) if name.strip(".:")]
        for name in names[:_MOST_NAMES]:
            yield from _called(name, schema, at_most=1)
    read = linking.tables_of([written], schema, dialect) or _read_by_words(written, schema)
    yield from read
    if name := hints.table_named(message):
        yield from _called(name, schema, at_most=_LIKE_IT)
    if column := hints.column_named(message):
        yield from _homes(column.rpartition(".")[2], read, schema)


def _read_by_words(written: str, schema: Schema) -> list[Table]:
    """Of a statement that cannot be parsed."""
    names = (name.replace('"', "").replace("`", "") for name in _READ.findall(written))
    return [table for table in map(schema.table, names) if table]


def _called(name: str, schema: Schema, at_most: int) -> Iterator[Table]:
    """The table of that name; where there is none, those with a name like it, else those that tell of its words."""
    for one in (name, name.rpartition(".")[2]):
        if table := schema.table(one):
            yield table
            return
    like = filter(None, map(schema.table, schema.closest_tables(name.rpartition(".")[2], at_most)))
    yield from list(like) or linking.relevant(name, [], schema)[:at_most]


def _homes(column: str, read: Sequence[Table], schema: Schema) -> list[Table]:
    """The tables with that column, or with the closest name; first those that can be joined with what is read."""
    homes = schema.tables_with_column(column) or [close.rpartition(".")[0] for close in schema.closest_columns(column)]
    near = joinable(schema, {table.full_name for table in read}) if read else set[str]()
    found = [table for table in map(schema.table, sorted(homes, key=lambda name: name not in near)) if table]
    return [table for table in found if table not in read][:_MOST_HOMES]
