"""Schemas that this process has at hand: one of 15,000 columns takes 60 ms to load, which is too long for a request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING

from datasources.introspect import Schema

if TYPE_CHECKING:
    from datasources.models import Connection

_MOST = 8
_Key = tuple[int, datetime]
_at_hand: OrderedDict[_Key, Schema] = OrderedDict()
_lock = threading.Lock()


def stored_schema(connection: Connection) -> Schema | None:
    """What was read when `connection` was loaded, or later; None where nothing was.

    A snapshot that was loaded with the connection, or put there, counts as it is.
    """
    if "schema_snapshot" not in connection.get_deferred_fields():
        return _built(connection.schema_snapshot)
    if connection.schema_taken_at and (schema := _get((connection.pk, connection.schema_taken_at))):
        return schema
    return _loaded(connection)


def _loaded(connection: Connection) -> Schema | None:
    stored = type(connection).objects.filter(pk=connection.pk).values_list("schema_snapshot", "schema_taken_at").first()
    snapshot, taken_at = stored or (None, None)
    schema = _built(snapshot)
    if schema and taken_at:
        _put((connection.pk, taken_at), schema)
    return schema


def _built(snapshot: dict[str, object] | None) -> Schema | None:
    return None if snapshot is None else Schema.from_dict(snapshot)


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
