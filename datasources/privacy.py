"""Which columns a curator has made private: nobody reads their values any more, and what was kept of them goes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from datasources import kept_values
from datasources.introspect import Schema, Table
from datasources.models import Connection
from datasources.private_columns import looks_secret
from datasources.value_models import ColumnPrivacy

OF_VALUES = "values:"
"""Goes before a column's name in a form; what is chosen is one of these two."""
PRIVATE = "private"
READ = "read"


def save(connection: Connection, table: Table, fields: Mapping[str, str]) -> dict[str, bool]:
    """What a form says of the table's columns; those that it does not name stay as they are. Gives what has changed.

    What is kept of a column that becomes private is deleted at once.
    """
    wanted = {column.name: fields.get(OF_VALUES + column.name) for column in table.columns}
    said = {name: choice == PRIVATE for name, choice in wanted.items() if choice in (PRIVATE, READ)}
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).lock()
        before = ColumnPrivacy.of(connection)
        changed = {name: said[name] for name in said if said[name] != before.is_private(table.full_name, name)}
        for name, is_private in changed.items():
            _mark(connection, table.full_name, name, is_private=is_private)
        if changed:
            _forget_values(connection, [(table.full_name, name) for name, is_private in changed.items() if is_private])
    return changed


def _mark(connection: Connection, table: str, column: str, *, is_private: bool) -> None:
    """What the name says already needs no row."""
    if looks_secret(column) == is_private:
        connection.privacies.filter(table=table, column=column).delete()
    else:
        connection.privacies.update_or_create(table=table, column=column, defaults={"is_private": is_private})


def _forget_values(connection: Connection, places: list[tuple[str, str]]) -> None:
    """Also for processes that have the schema or the index at hand: they look at `values_at`."""
    kept_values.drop(connection, places)
    rows = Connection.objects.filter(pk=connection.pk)
    snapshot = rows.values_list("schema_snapshot", flat=True).first()
    fields: dict[str, object] = {"values_at": timezone.now()}
    if snapshot is not None and places:
        fields["schema_snapshot"] = ColumnPrivacy.of(connection).marked(Schema.from_dict(snapshot)).to_dict()
    rows.update(**fields)
    connection.refresh_from_db(fields=["values_at"])
