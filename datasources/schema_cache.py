"""Schemas that this process has at hand: one of 15,000 columns takes 60 ms to load, which is too long for a request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING

from datasources.introspect import Schema
from datasources.value_models import ColumnPrivacy

if TYPE_CHECKING:
    from datasources.models import Connection

_MOST = 8
_Key = tuple[int, datetime, datetime | None]
"""A connection, when its schema was read, and when the values that are kept last became others."""
_at_hand: OrderedDict[_Key, Schema] = OrderedDict()
_lock = threading.Lock()


def stored_schema(connection: Connection) -> Schema | None:
    """What was read when `connection` was loaded, or later, without values of private columns; None where nothing was.

    A snapshot that was loaded with the connection, or put there, counts as it is.
    """
    if "schema_snapshot" not in connection.get_deferred_fields():
        return _built(connection, connection.schema_snapshot)
    key = (connection.pk, connection.schema_taken_at, connection.values_at) if connection.schema_taken_at else None
    if key and (schema := _get(key)):
        return schema
    return _loaded(connection)


def _loaded(connection: Connection) -> Schema | None:
    rows = type(connection).objects.filter(pk=connection.pk)
    stored = rows.values_list("schema_snapshot", "schema_taken_at", "values_at").first()
    snapshot, taken_at, values_at = stored or (None, None, None)
    schema = _built(connection, snapshot)
    if schema and taken_at:
        _put((connection.pk, taken_at, values_at), schema)
    return schema


def _built(connection: Connection, snapshot: dict[str, object] | None) -> Schema | None:
    return None if snapshot is None else ColumnPrivacy.of(connection).marked(Schema.from_dict(snapshot))


def _get(key: _Key) -> Schema | None:
    with _lock:
        if key in _at_hand:
            _at_hand.move_to_end(key)
        return _at_hand.get(key)


def _put(key: _Key, schema: Schema) -> None:
    with _lock:
        _at_hand[key] = schema
        while len(_at_hand) > _MOST:
            _at_hand.popitem(last=False)
