"""What the ER diagram and the Data tab share: a connection, its stored schema, and rows read through the guard."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass

from django.http import Http404

from accounts.models import User
from accounts.requests import UserRequest
from datasources import snapshots
from datasources.diagram import Diagram
from datasources.engine import ResultSet
from datasources.errors import QueryFailed, SQLError
from datasources.introspect import Schema, Table
from datasources.models import Connection
from datasources.requests import get_connection

# What our own statements name was in the schema when it was read.
_MISSING = re.compile(r"no such|not exist|n't exist|unknown (table|column)|not found", re.IGNORECASE)


@dataclass(frozen=True)
class Explored:
    """A connection with what is known of its tables. `obstacle` says why nothing is, in words for a person;
    `warning` why what is known may be old."""

    connection: Connection
    diagram: Diagram
    obstacle: str = ""
    warning: str = ""
    is_reading: bool = False

    @property
    def is_known(self) -> bool:
        return not self.obstacle and not self.is_reading

    def table(self, name: str) -> Table:
        """By its exact full name. Raises Http404."""
        table = self.diagram.table(name)
        if table is None:
            raise Http404
        return table

    def descriptions(self, *tables: str) -> dict[tuple[str, str], str]:
        """What curators wrote, by table and column; the column of a table's own is empty. Of all tables if none is
        named."""
        written = self.connection.descriptions.all()
        if tables:
            written = written.filter(table__in=tables)
        return {(one.table, one.column): one.text for one in written}


def explore(request: UserRequest, connection_id: int) -> Explored:
    """Raises Http404 for a connection that the person does not see."""
    connection, _ = get_connection(request, connection_id)
    if not connection.is_enabled:
        return _nothing(connection, "It is switched off. An owner of the team can switch it on in its settings.")
    has_failed = connection.schema_state == Connection.SchemaState.FAILED
    if connection.schema_taken_at is None:
        if snapshots.is_reading(connection):
            return Explored(connection, Diagram(Schema(())), is_reading=True)
        if has_failed:
            return _nothing(connection, _failure(connection))
    try:
        diagram = Diagram(connection.schema())
    except SQLError as error:
        return _nothing(connection, error.message)
    return Explored(connection, diagram, warning=_failure(connection) if has_failed else "")


def read(connection: Connection, user: User, sql: str) -> ResultSet:
    """Through the same guard and limits as everything else; a table that is gone has the schema read again.

    Raises SQLError.
    """
    with closing(connection.database(user, "data")) as database:
        try:
            return database.execute(sql)
        except QueryFailed as error:
            if _MISSING.search(error.message):
                snapshots.note_missing_object(connection)
            raise


def _nothing(connection: Connection, obstacle: str) -> Explored:
    return Explored(connection, Diagram(Schema(())), obstacle=obstacle)


def _failure(connection: Connection) -> str:
    return connection.schema_progress or "Its tables could not be read."
