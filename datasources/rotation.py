"""Credentials, encrypted anew with the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from datasources import encryption
from datasources.models import Connection

_AT_ONCE = 100


@dataclass
class Rotation:
    """What came of it. `current`: those that the newest key can read already."""

    rotated: int = 0
    current: int = 0
    unreadable: list[Connection] = field(default_factory=list)


def rotate_all() -> Rotation:
    """A hundred at a time, each under a lock: what people save meanwhile is not overwritten."""
    done = Rotation()
    for keys in _batches():
        with transaction.atomic():
            locked = Connection.objects.select_for_update(of=("self",)).select_related("team").filter(pk__in=keys)
            for connection in locked.order_by("pk"):
                _rotate(connection, done)
    return done


def _batches() -> Iterator[list[int]]:
    last = 0
    encrypted = Connection.objects.exclude(encrypted_address="").order_by("pk")
    while keys := list(encrypted.filter(pk__gt=last).values_list("pk", flat=True)[:_AT_ONCE]):
        yield keys
        last = keys[-1]


def _rotate(connection: Connection, done: Rotation) -> None:
    if encryption.is_current(connection.encrypted_address):
        done.current += 1
        return
    try:
        connection.encrypted_address = encryption.rotate(connection.encrypted_address)
    except encryption.Unreadable:
        done.unreadable.append(connection)
        return
    connection.save(update_fields=["encrypted_address"])
    done.rotated += 1
