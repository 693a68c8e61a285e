"""Many rows of a table at once, from plain values: an instance for each would cost more than the database does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

Convert = Callable[[Any], Any]


class Inserter:
    """Of one model, by its fields' attribute names; a value that a row lacks is the field's default."""

    def __init__(self, model: type[models.Model]) -> None:
        self._fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        self._table = model._meta.db_table

    def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Raises DatabaseError; what is stored then is the caller's transaction's business."""
        if not rows:
            return
        # Not by its proxy, which looks up whose thread it is in for each value.
        connection = connections[DEFAULT_DB_ALIAS]
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self._fields)
        places = ", ".join(["%s"] * len(self._fields))
        plan = [(field.attname, _converter(field, connection), field.get_default) for field in self._fields]
        values = [[convert(row[name] if name in row else default()) for name, convert, default in plan] for row in rows]
        statement = f"INSERT INTO {quote(self._table)} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _converter(field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> Convert:
    plain = (
        models.BooleanField,
        models.CharField,
        models.TextField,
        models.IntegerField,
        models.FloatField,
        models.ForeignKey,
    )
    if isinstance(field, plain) and not isinstance(_target(field), models.UUIDField):
        return _as_it_is
    return lambda value: field.get_db_prep_save(value, connection)


def _target(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    return field.target_field if isinstance(field, models.ForeignKey) else field


def _as_it_is(value: Any) -> Any:
    return value
