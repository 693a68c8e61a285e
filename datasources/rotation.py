"""Credentials, encrypted anew with the newest key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from datasources import encryption

ENCRYPTED = (("datasources", "Connection", "encrypted_address"), ("endpoints", "Endpoint", "encrypted_key"))
"""Every field whose text is encrypted. Rooms above this one are known by name."""

_AT_ONCE = 100


@dataclass
class Rotation:
    """What came of it. `current`: those that the newest key can read already."""

    rotated: int = 0
    current: int = 0
    unreadable: list[models.Model] = field(default_factory=list)


def rotate_all() -> Rotation:
    """A hundred at a time, each under a lock: what people save meanwhile is not overwritten."""
    done = Rotation()
    for app, name, column in ENCRYPTED:
        model = apps.get_model(app, name)
        for keys in _batches(model, column):
            with transaction.atomic():
                locked = model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys)
                for row in locked.order_by("pk"):
                    _rotate(row, column, done)
    return done


def _batches(model: type[models.Model], column: str) -> Iterator[list[int]]:
    last = 0
    encrypted = model._default_manager.exclude(**{column: ""}).order_by("pk")
    while keys := list(encrypted.filter(pk__gt=last).values_list("pk", flat=True)[:_AT_ONCE]):
        yield keys
        last = keys[-1]


def _rotate(row: models.Model, column: str, done: Rotation) -> None:
    token = getattr(row, column)
    if encryption.is_current(token):
        done.current += 1
        return
    try:
        setattr(row, column, encryption.rotate(token))
    except encryption.Unreadable:
        done.unreadable.append(row)
        return
    row.save(update_fields=[column])
    done.rotated += 1
