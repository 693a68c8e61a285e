"""A connection's schema, as it was last read: in the background, one reading at a time.

Whoever reads holds the claim on the connection: `schema_state_at`, which stays as it is until the reading has ended. So
a task that is begun again, as its worker was lost, still holds it. One that is too old anybody may take over.
"""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from datasources import kept_values
from datasources.catalogues import MOST_COLUMNS, MOST_TABLES
from datasources.column_values import carried_over, put_in, read_values
from datasources.encryption import Unreadable
from datasources.errors import SQLError
from datasources.index_reading import Reading, read_index
from datasources.introspect import Schema
from datasources.models import Connection, ConnectionQuerySet
from datasources.private_columns import readable
from datasources.schema_cache import stored_schema
from datasources.schema_changes import changes, fingerprint
from datasources.value_models import ColumnPrivacy
from datasources.wording import counted

logger = logging.getLogger(__name__)

SECONDS = 120.0
"""What reading the structure in the background may take."""
LONGEST = timedelta(minutes=5)
"""A claim that is older is nobody's any more: a reading takes four minutes at most."""
AT_MOST_EVERY = timedelta(minutes=1)
"""How often missing objects have the schema read again."""

State = Connection.SchemaState


def enqueue(connection: Connection) -> bool:
    """Have the schema read in the background; False when that is under way already."""
    return _enqueue(connection, Q())


def note_missing_object(connection: Connection) -> bool:
    """A query has failed for a table or a column that is not there: have the schema read, unless it just was."""
    return _enqueue(connection, ~Q(schema_state_at__gt=timezone.now() - AT_MOST_EVERY))


def read_now(connection: Connection, *, with_values: bool = False) -> None:
    """Read the schema and store it, also on `connection`. Raises SQLError, such as ConnectFailed.

    While another reading is under way, this one only helps out where there is no snapshot at all.
    """
    mark = _claim(connection, "Reading the tables")
    if mark:
        _Reading(connection, mark).run(with_values=with_values)
    else:
        _help_out(connection)
    connection.refresh_from_db(fields=list(_NOTHING_READ))


def read_claimed(connection_id: int, mark: datetime) -> None:
    """What the worker does: read, unless the claim has passed to somebody else. A failure is told by the connection."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection:
        try:
            _Reading(connection, mark).run(with_values=True, seconds=SECONDS)
        except (SQLError, Unreadable) as error:
            logger.warning("reading the schema of %s failed: %s", connection, error)


def is_reading(connection: Connection) -> bool:
    """As of now, whatever `connection` was loaded with."""
    return _of(connection).filter(_under_way()).exists()


def forget(connection: Connection) -> None:
    """It has become another database: what was read counts no more, nor what is being read."""
    with transaction.atomic():
        _of(connection).update(**_NOTHING_READ)
        kept_values.drop_all(connection)
    connection.refresh_from_db(fields=list(_NOTHING_READ))


class _TakenOver(Exception):
    """Somebody else holds the claim, or the connection is gone."""


class _Reading:
    """One reading, by whoever holds the claim that `mark` stands for."""

    def __init__(self, connection: Connection, mark: datetime) -> None:
        self._connection = connection
        self._mark = mark

    def run(self, *, with_values: bool, seconds: float | None = None) -> None:
        """A failure keeps the old snapshot. `seconds`: for the structure, else those of a statement."""
        state, words = State.FAILED, "It broke off."
        try:
            state, words = State.READY, self._read(seconds, with_values=with_values)
        except (SQLError, Unreadable) as error:
            words = str(error)
            raise
        except _TakenOver:
            logger.info("the reading of the schema of %s is another's now", self._connection)
        finally:
            self._update(schema_state=state, schema_progress=_fitting(words), schema_state_at=timezone.now())

    def _read(self, seconds: float | None, *, with_values: bool) -> str:
        """Stores the structure as soon as it is there; returns what has changed, in words."""
        self._say("Reading the tables")
        before = stored_schema(self._connection) or Schema(())
        with closing(self._connection.database(source="schema")) as database:
            schema = self._store(carried_over(before, database.schema(seconds)))
            if with_values:
                found = read_values(database, [readable(table) for table in schema.tables], self._say)
                schema = self._store(put_in(schema, found))
                self._keep(schema, read_index(database, schema, self._say) if settings.VALUE_INDEX else Reading())
        return _summary(before, schema)

    def _store(self, schema: Schema) -> Schema:
        """What is private by now is marked, and has no values."""
        with transaction.atomic():
            schema = self._without_private(schema)
            self._say("Looking at values", **_snapshot(schema))
        return schema

    def _keep(self, schema: Schema, reading: Reading) -> None:
        with transaction.atomic():
            schema = self._without_private(schema)
            self._say("Looking at values", values_at=timezone.now())
            kept_values.keep(self._connection, schema, reading)

    def _without_private(self, schema: Schema) -> Schema:
        """In a transaction: until it ends nobody makes another column private."""
        _of(self._connection).lock()
        return ColumnPrivacy.of(self._connection).marked(schema)

    def _say(self, progress: str, **fields: object) -> None:
        """Raises _TakenOver."""
        if not self._update(schema_progress=progress, **fields):
            raise _TakenOver

    def _update(self, **fields: object) -> bool:
        """Whether the claim was still held."""
        held = Q(schema_state=State.READING, schema_state_at=self._mark)
        return bool(_of(self._connection).filter(held).update(**fields))


def _enqueue(connection: Connection, condition: Q) -> bool:
    from datasources.tasks import read_schema  # tasks.py imports this module

    mark = _claim(connection, "Waiting for its turn", condition)
    if mark:
        read_schema.enqueue(connection.pk, mark.isoformat())
    return mark is not None


def _claim(connection: Connection, progress: str, condition: Q = Q()) -> datetime | None:  # noqa: B008
    """One statement, so that of several who try at once one gets it."""
    now = timezone.now()
    fields = {"schema_state": State.READING, "schema_progress": progress, "schema_state_at": now}
    if not _of(connection).filter(~_under_way(), condition).update(**fields):
        return None
    for name, value in fields.items():
        setattr(connection, name, value)
    return now


def _under_way() -> Q:
    # One from the future is of a clock that was wrong.
    now = timezone.now()
    return Q(schema_state=State.READING, schema_state_at__range=(now - LONGEST, now + LONGEST))


def _help_out(connection: Connection) -> None:
    """The other reading stores more, and later; but who asks needs a schema now."""
    without = _of(connection).filter(schema_snapshot__isnull=True)
    if without.exists():
        with closing(connection.database(source="schema")) as database:
            schema = database.schema()
        without.update(**_snapshot(ColumnPrivacy.of(connection).marked(schema)))


def _of(connection: Connection) -> ConnectionQuerySet:
    return Connection.objects.filter(pk=connection.pk)


_NOTHING_READ: dict[str, object] = {
    "schema_snapshot": None,
    "schema_fingerprint": "",
    "schema_taken_at": None,
    "schema_state": State.NONE,
    "schema_progress": "",
    "schema_state_at": None,
    "values_at": None,
}


def _snapshot(schema: Schema) -> dict[str, object]:
    return {
        "schema_snapshot": schema.to_dict(),
        "schema_fingerprint": fingerprint(schema),
        "schema_taken_at": timezone.now(),
    }


def _summary(before: Schema, after: Schema) -> str:
    columns = sum(len(table.columns) for table in after.tables)
    if len(after.tables) >= MOST_TABLES or columns >= MOST_COLUMNS:
        read = f"{counted(len(after.tables), 'table')} with {counted(columns, 'column')}"
        return f"Only the first {read} were read: there are too many."
    if before.tables:
        return changes(before, after).summary()
    return f"{counted(len(after.tables), 'table')} with {counted(columns, 'column')}."


def _fitting(text: str) -> str:
    longest = Connection._meta.get_field("schema_progress").max_length or 0
    return text if len(text) <= longest else text[: longest - 1] + "…"
