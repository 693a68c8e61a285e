"""Value indexes that this process has at hand: one of 100,000 values takes half a second to make."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from django.conf import settings

from agent.value_index import ValueIndex
from datasources.kept_values import kept_values
from datasources.models import Connection

_MOST = 4
_Stamp = tuple[datetime | None, datetime | None]
_at_hand: OrderedDict[int, tuple[_Stamp, ValueIndex]] = OrderedDict()
_lock = threading.Lock()
_making = threading.Lock()


def value_index(connection: Connection) -> ValueIndex | None:
    """What the connection's database holds by name, as of now; None where the operator wants no such index, or no
    schema has been read."""
    if not settings.VALUE_INDEX:
        return None
    # As of now, however long ago the connection was loaded: a column may have become private since.
    now = Connection.objects.filter(pk=connection.pk).first()
    if now is None or now.schema_taken_at is None:
        return None
    stamp = now.schema_taken_at, now.values_at
    if known := _get(now.pk, stamp):
        return known
    with _making:
        return _get(now.pk, stamp) or _made(now, stamp)


def _made(connection: Connection, stamp: _Stamp) -> ValueIndex:
    made = ValueIndex.of(connection.schema(), kept_values(connection))
    with _lock:
        _at_hand[connection.pk] = stamp, made
        _at_hand.move_to_end(connection.pk)
        while len(_at_hand) > _MOST:
            _at_hand.popitem(last=False)
    return made


def _get(pk: int, stamp: _Stamp) -> ValueIndex | None:
    with _lock:
        known = _at_hand.get(pk)
        if known is None or known[0] != stamp:
            return None
        _at_hand.move_to_end(pk)
        return known[1]
