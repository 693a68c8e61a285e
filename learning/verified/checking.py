"""Verified queries are run again when the schema has changed: what stopped to run is used no more until it runs again.

It is done in the background, a few at a time. Whoever has some checked claims them, so that nobody else does meanwhile;
of a check that broke off, because its worker died or the database was down, the claim runs out.
"""

from __future__ import annotations

import logging
import math
import time
from contextlib import closing
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from agent.errors import ErrorClass, classify_error, is_connection_lost
from datasources.engine import Database
from datasources.errors import ConnectFailed, DatabaseBusy, QueryCancelled, SQLError
from datasources.models import Connection
from learning.models import VerifiedQuery

logger = logging.getLogger(__name__)

SOURCE = "verified"
"""The source of these statements, in the audit list."""
SECONDS = 20.0
"""Of work in one step, and the statement that is under way then; after it others have their turn."""
TRY_AGAIN_AFTER = timedelta(minutes=10)

State = VerifiedQuery.State

_OF_THE_SCHEMA = {
    ErrorClass.NO_SUCH_COLUMN,
    ErrorClass.NO_SUCH_TABLE,
    ErrorClass.NO_SUCH_FUNCTION,
    ErrorClass.AMBIGUOUS_COLUMN,
    ErrorClass.DATATYPE_MISMATCH,
    ErrorClass.AGGREGATION_ERROR,
    ErrorClass.SYNTAX_ERROR,
}
_UNREACHABLE = (ConnectFailed, DatabaseBusy, QueryCancelled)


def enqueue(connection: Connection) -> None:
    """Have those run again that were last run on another schema, unless that is under way."""
    if not connection.is_enabled or not connection.schema_fingerprint:
        return
    waiting, held = _unchecked(connection), Q(claimed_at__gt=timezone.now() - TRY_AGAIN_AFTER)
    if not waiting.exists() or waiting.filter(held).exists():
        return
    # Of several who come so far at once, one finds them without a claim.
    if waiting.filter(Q(claimed_at=None) | ~held).update(claimed_at=timezone.now()):
        _enqueue(connection.pk)


def doubt(query: VerifiedQuery, error_class: str) -> None:
    """It has just failed: where the schema may be why, it is run again to see whether it can still be used."""
    if error_class in _OF_THE_SCHEMA:
        VerifiedQuery.objects.filter(pk=query.pk).update(checked_schema="", claimed_at=None)
        enqueue(query.connection)


def step(connection_id: int) -> None:
    """What the worker does: some are checked, and the next step is enqueued."""
    connection = Connection.objects.enabled().filter(pk=connection_id).first()
    if connection and check(connection, SECONDS) and _unchecked(connection).update(claimed_at=timezone.now()):
        _enqueue(connection.pk)


def check(connection: Connection, seconds: float = math.inf) -> bool:
    """Run those that were last run on another schema, as many as `seconds` allow; False where the database is not
    there: what could not be run waits for the next time, and nothing is changed."""
    until = time.monotonic() + seconds
    waiting = _unchecked(connection)
    try:
        with closing(connection.database(source=SOURCE)) as database:
            for pk in waiting.order_by("pk").values_list("pk", flat=True):
                query = waiting.filter(pk=pk).first()
                if query:
                    _check(query, database, connection.schema_fingerprint)
                if time.monotonic() > until:
                    break
    except _UNREACHABLE as error:
        logger.warning("the verified queries of %s could not be checked: %s", connection, error)
        return False
    return True


def _unchecked(connection: Connection) -> models.QuerySet[VerifiedQuery]:
    used = VerifiedQuery.objects.filter(connection=connection, state__in=[State.ACTIVE, State.BROKEN])
    return used.exclude(checked_schema=connection.schema_fingerprint)


def _check(query: VerifiedQuery, database: Database, schema: str) -> None:
    """Raises ConnectFailed, DatabaseBusy and QueryCancelled."""
    fields = {"checked_schema": schema, "checked_at": timezone.now(), "claimed_at": None}
    error = _error(query, database)
    failed = error is not None and classify_error(error, database.dialect) in _OF_THE_SCHEMA
    if failed and error:
        fields |= {"state": State.BROKEN, "reason": f"Since the database has changed it does not run: {error.message}"}
    elif error is None and query.state == State.BROKEN:
        fields |= {"state": State.ACTIVE, "reason": ""}
    _store(query, fields)


def _error(query: VerifiedQuery, database: Database) -> SQLError | None:
    """Why it does not run. Raises what is no fault of the query."""
    try:
        database.execute(query.sql)
    except _UNREACHABLE:
        raise
    except SQLError as error:
        if is_connection_lost(error, database.dialect):
            raise ConnectFailed(error.message, error.code) from error
        return error
    return None


def _store(query: VerifiedQuery, fields: dict[str, object]) -> None:
    """Unless somebody has changed it meanwhile."""
    unchanged = VerifiedQuery.objects.filter(pk=query.pk, updated_at=query.updated_at)
    if fields.get("state", query.state) != query.state:
        fields["updated_at"] = timezone.now()
    with transaction.atomic():
        Connection.objects.filter(pk=query.connection_id).lock()
        try:
            with transaction.atomic():
                unchanged.update(**fields)
        except IntegrityError:  # it runs again, but its question has another active query by now
            reason = "It runs again, but meanwhile another query answers its question."
            unchanged.update(**fields | {"state": State.RETIRED, "reason": reason})


def _enqueue(connection_id: int) -> None:
    from learning.tasks import check_verified  # tasks.py imports this module

    transaction.on_commit(lambda: check_verified.enqueue(connection_id))
