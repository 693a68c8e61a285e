"""The value index of a connection, as it is stored: a row a column. What is in it is never logged."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from datasources.index_reading import Reading, columns_worth_reading, fitting
from datasources.private_columns import Place
from datasources.storable import is_storable
from datasources.value_models import LONGEST_COLUMN, LONGEST_TABLE, KeptValues

if TYPE_CHECKING:
    from datasources.introspect import Schema
    from datasources.models import Connection

_AT_ONCE = 500


def kept_values(connection: Connection) -> dict[Place, tuple[str, ...]]:
    rows = KeptValues.objects.filter(connection=connection).values_list("table", "column", "packed")
    return {(table, column): tuple(json.loads(zlib.decompress(packed))) for table, column, packed in rows}


def keep(connection: Connection, schema: Schema, reading: Reading) -> None:
    """In place of what was kept; of columns that were not reached that stays. Call it with the connection locked."""
    worth = columns_worth_reading(schema)
    before = kept_values(connection) if reading.left else {}
    old = {place: before[place] for place in worth if place in reading.left and place in before}
    allowed = set(worth)
    found = {place: values for place, values in reading.found.items() if place in allowed}
    _replace(connection, fitting(found | old))


def drop(connection: Connection, places: Iterable[Place]) -> None:
    for table, column in places:
        KeptValues.objects.filter(connection=connection, table=table, column=column).delete()


def drop_all(connection: Connection) -> None:
    KeptValues.objects.filter(connection=connection).delete()


def _replace(connection: Connection, found: Mapping[Place, Sequence[str]]) -> None:
    drop_all(connection)
    rows = (
        KeptValues(connection=connection, table=table, column=column, packed=_packed(values))
        for (table, column), values in found.items()
        if _fits(table, LONGEST_TABLE) and _fits(column, LONGEST_COLUMN)
    )
    KeptValues.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _packed(values: Sequence[str]) -> bytes:
    return zlib.compress(json.dumps(values, ensure_ascii=False).encode(errors="replace"))


def _fits(name: str, longest: int) -> bool:
    """A database may know longer names than the application's own stores, and signs that it does not."""
    return len(name) <= longest and is_storable(name)
