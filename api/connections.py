"""Which databases there are, and what is in one."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from django.db.models import QuerySet

from accounts.models import User
from agent.threads import apart
from api import shapes
from api.problems import not_found, of_sql
from datasources.audit import application_database
from datasources.errors import SQLError
from datasources.introspect import Column, Schema, Table
from datasources.models import Connection
from learning.prompts import described_schema


def visible_to(user: User) -> QuerySet[Connection]:
    return Connection.objects.visible_to(user).select_related("team").order_by("team__name", "team_id", "name")


def connection_for(user: User, connection_id: int) -> Connection:
    """Raises Problem."""
    found = visible_to(user).filter(pk=connection_id).first()
    if found is None:
        raise not_found("database")
    return found


def told(connection: Connection) -> shapes.Connection:
    return shapes.Connection(
        id=connection.pk,
        name=connection.name,
        team=connection.team.name,
        dialect=connection.dialect,
        is_enabled=connection.is_enabled,
        is_sample=connection.is_sample,
        notes=connection.notes,
        schema_read_at=connection.schema_taken_at,
    )


async def schema_of(connection: Connection) -> Schema:
    """With what curators wrote. It is read now if it never was. Raises Problem."""
    return await apart(connection.pk, lambda: _schema(connection))


def _schema(connection: Connection) -> Schema:
    try:
        with application_database():
            return described_schema(connection)
    except SQLError as error:
        raise of_sql(error) from None


def told_schema(connection: Connection, schema: Schema, tables: Collection[str] = ()) -> shapes.Schema:
    """All of its tables, or those of these names. Raises Problem."""
    wanted = [_table(schema, name) for name in tables] if tables else schema.tables
    return shapes.Schema(
        connection_id=connection.pk,
        dialect=connection.dialect,
        fingerprint=connection.schema_fingerprint,
        tables=[_told(table) for table in wanted],
    )


def etag(schema: shapes.Schema) -> str:
    """By the structure's fingerprint, and by what has been written about it."""
    return f'"{schema.fingerprint[:16]}-{sha256(schema.model_dump_json().encode()).hexdigest()[:16]}"'


def _table(schema: Schema, name: str) -> Table:
    found = schema.table(name)
    if found is None:
        near = ", ".join(schema.closest_tables(name))
        raise not_found(f"table as {name[:100]}{f' (there are: {near})' if near else ''}")
    return found


def _told(table: Table) -> shapes.Table:
    return shapes.Table(
        name=table.full_name,
        is_view=table.is_view,
        description=table.comment,
        rows=table.rows,
        columns=[_column(column) for column in table.columns],
        primary_key=list(table.primary_key),
        foreign_keys=[
            shapes.ForeignKey(columns=list(key.columns), table=key.table, referenced=list(key.referenced))
            for key in table.foreign_keys
        ],
    )


def _column(column: Column) -> shapes.Column:
    if column.is_private:
        return shapes.Column(name=column.name, is_private=True)
    return shapes.Column(
        name=column.name,
        type=column.type,
        is_nullable=column.nullable,
        description=column.comment,
        values=list(column.values) or None,
    )
