"""SQL that a program brings: it runs as anybody's does, guarded, limited and audited."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from asgiref.sync import sync_to_async

from accounts.models import User
from agent.errors import ErrorClass, classify_error
from agent.hints import hint
from agent.threads import apart, execute
from api import shapes
from api.cells import rows_of
from api.problems import of_sql
from datasources import snapshots
from datasources.audit import application_database
from datasources.binding import Bound, explained
from datasources.engine import ResultSet
from datasources.errors import QueryFailed, SQLError
from datasources.models import Connection

_MISSING = (ErrorClass.NO_SUCH_TABLE, ErrorClass.NO_SUCH_COLUMN)


async def run(user: User, connection: Connection, sql: str, source: str, bound: Sequence[Bound] = ()) -> ResultSet:
    """`bound` are the values of its placeholders. Raises Problem."""
    try:
        with closing(await sync_to_async(connection.database)(user, source)) as database:
            return await execute(database, sql, bound)
    except QueryFailed as error:
        failed: SQLError = explained(error)
    except SQLError as error:
        failed = error
    raise of_sql(failed, await apart(connection.pk, lambda: _hint(connection, sql, failed)))


def told(sql: str, result: ResultSet, limit: int | None = None) -> shapes.SqlResult:
    """Its first rows, of which there may be more than the `limit` asks for."""
    rows = rows_of(result, 0, limit)
    rows.truncated = rows.truncated or len(rows.rows) < rows.total
    return shapes.SqlResult(**rows.model_dump(), sql=sql, milliseconds=round(1000 * result.elapsed, 3))


def _hint(connection: Connection, sql: str, error: SQLError) -> str:
    """What a program knows of the way out; a table that is gone has the schema read again."""
    if not isinstance(error, QueryFailed):
        return ""
    with application_database():
        error_class = classify_error(error, connection.dialect)
        if error_class in _MISSING:
            snapshots.note_missing_object(connection)
        return hint(error_class, error.message, sql, connection.schema(), connection.dialect)
