"""Saved queries as they run: through the guarded and audited door, with their values bound."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache
from django.utils import timezone
from sqlglot import exp

from accounts.models import User
from datasources.binding import Given, bind, explained
from datasources.engine import ResultSet
from datasources.errors import QueryFailed, SQLError
from datasources.models import Connection
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import MOST_CHOICES, Kind, Parameter

SOURCE = "saved"
_CHOICES_KEPT = timedelta(minutes=5)


def run(saved: SavedQuery, user: User, given: Mapping[str, Given], source: str = SOURCE) -> tuple[ResultSet, datetime]:
    """What it gives now, and when that is. Raises SQLError."""
    statement = bind(saved.sql, saved.connection.dialect, given)
    try:
        with closing(saved.connection.database(user, source)) as database:
            return database.execute(statement.sql, statement.bound), timezone.now()
    except QueryFailed as error:
        raise explained(error) from None


def choices(connection: Connection, user: User, parameter: Parameter) -> list[str]:
    """What can be chosen: the list, or what the column holds. Raises SQLError."""
    if parameter.kind is not Kind.CHOICE or not parameter.column:
        return list(parameter.choices)
    place = sha256(f"{parameter.table}\n{parameter.column}".encode()).hexdigest()[:16]
    key = f"saved-choices:{connection.pk}:{place}"
    kept: list[str] | None = cache.get(key)
    if kept is None:
        kept = _values(connection, user, parameter)
        cache.set(key, kept, _CHOICES_KEPT.total_seconds())
    return kept


def _values(connection: Connection, user: User, parameter: Parameter) -> list[str]:
    """Read anew; what a curator has made private is read for nobody."""
    table = next((one for one in connection.schema().tables if one.full_name == parameter.table), None)
    column = next((one for one in table.columns if one.name == parameter.column), None) if table else None
    if table is None or column is None:
        raise QueryFailed(f"{parameter.table}.{parameter.column}, whose values can be chosen, is not there any more.")
    if column.is_private:
        raise QueryFailed(f"The values of {parameter.table}.{parameter.column} are private: type the value instead.")
    name = exp.column(column.name, quoted=True)
    source = exp.table_(table.name, db=table.schema or None, quoted=True)
    statement = (
        exp.select(name).distinct().from_(source).where(exp.Not(this=exp.Is(this=name.copy(), expression=exp.Null())))
    )
    sql = statement.order_by(name.copy()).limit(MOST_CHOICES).sql(connection.dialect)
    with closing(connection.database(user, SOURCE)) as database:
        rows = database.execute(sql).rows
    return [str(value) for (value,) in rows]


def columns_to_choose_from(connection: Connection) -> list[str]:
    """As a form names them. Nothing is read for it."""
    if connection.schema_taken_at is None:
        return []
    try:
        tables = connection.schema().tables
    except SQLError:
        return []
    named = (
        f"{table.full_name}.{column.name}" for table in tables for column in table.columns if not column.is_private
    )
    return [name for name, _ in zip(named, range(MOST_CHOICES * 5), strict=False)]
