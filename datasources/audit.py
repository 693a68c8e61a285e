"""The audit list: every statement that ran or was refused, and what was done to connections. It only ever grows,
until entries are older than AUDIT_RETENTION_DAYS."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, transaction
from django.db import connection as app_database
from django.utils import timezone

from accounts.tokens import acting_by
from datasources import metrics
from datasources.audit_entry import Entry
from datasources.binding import Bound, told
from datasources.engine import ResultSet, RowStream, StreamingDatabase
from datasources.errors import ConnectFailed, NotReadOnly, QueryCancelled, QueryTimeout, SQLError
from datasources.inserting import Inserter
from datasources.models import AuditEntry, Connection
from datasources.own_database import is_passing, patiently
from datasources.storable import REPLACEMENT, storable

if TYPE_CHECKING:
    from accounts.models import Team, User
    from datasources.engine import Probe, Values
    from datasources.introspect import Schema, Table

logger = logging.getLogger(__name__)

SQL_CHARACTERS = 20_000
MESSAGE_CHARACTERS = 2_000
REFUSAL_CODES = frozenset({"POLICY", "ROLE"})
"""Of a ConnectFailed that no database gave, but the operator's rules."""
CLEARED_AT_ONCE = 1_000
PATIENCE = 20.0
"""Seconds that the thread of a statement waits for the application's database, where that is away."""
_A_DAY = 24 * 3600.0

# Bounded: what it looks through may be full of beginnings.
_SECRET_IN_A_DSN = re.compile(r"(://[^\s:/@]{0,500}:)[^\s@]{1,1500}@")

Action = AuditEntry.Action
Verdict = AuditEntry.Verdict
Outcome = AuditEntry.Outcome


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something, from where (chat, command, data, …)."""

    user: User | None = None
    source: str = ""


class Ledger(Protocol):
    """Where entries are kept, and who says whether somebody may still use a connection."""

    def keep(self, entry: Entry) -> None:
        """That one could not be kept is logged, and stops nobody."""

    def require(self, connection: Connection, user: User | None) -> None:
        """A handle lives as long as an answer takes, and by then the connection may be gone, or the person from its
        team. Raises ConnectFailed."""


class AtOnce:
    """Asks and writes for each statement."""

    def keep(self, entry: Entry) -> None:
        _keep(entry, PATIENCE)

    def require(self, connection: Connection, user: User | None) -> None:
        if connection.pk:
            with application_database():
                is_there, is_theirs = patiently(lambda: _still(connection, user), PATIENCE)
            if not is_there:
                raise ConnectFailed(f"The database {connection.name} has been deleted or switched off meanwhile.")
            if not is_theirs:
                raise ConnectFailed(f"{user} is not in the team of {connection.name} any more.", "POLICY")


AT_ONCE = AtOnce()


def _still(connection: Connection, user: User | None) -> tuple[bool, bool]:
    """Whether the connection is there, and its use still the user's."""
    still = Connection.objects.enabled().filter(pk=connection.pk)
    is_theirs = user is None or connection.is_environment or still.visible_to(user).exists()
    return still.exists(), is_theirs


class AuditedDatabase:
    """A connection's database that records what it is told to do, in the thread that does it."""

    def __init__(self, database: StreamingDatabase, connection: Connection, who: Who, ledger: Ledger = AT_ONCE) -> None:
        self.dialect = database.dialect
        self.whose = database.whose
        self._database = database
        self._connection = connection
        self._who = who
        self._ledger = ledger

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        with self._recorded(Action.QUERY, sql, told(bound) if bound else "") as entry:
            self._ledger.require(self._connection, self._who.user)
            result = self._database.execute(sql, bound) if bound else self._database.execute(sql)
            entry.rows = len(result.rows)
        return result

    @contextmanager
    def stream(self, sql: str, bound: Sequence[Bound] = ()) -> Iterator[RowStream]:
        with self._recorded(Action.QUERY, sql, told(bound) if bound else "") as entry:
            self._ledger.require(self._connection, self._who.user)
            with self._database.stream(sql, bound) as stream:
                try:
                    yield stream
                finally:
                    entry.rows = stream.rows

    def schema(self, seconds: float | None = None) -> Schema:
        with self._recorded(Action.SCHEMA) as entry:
            entry.message = "tables and columns"
            return self._database.schema(seconds)

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        with self._recorded(Action.SCHEMA) as entry:
            entry.message = f"values of text columns, in {len(tables):,} tables"
            return self._database.values(tables, seconds)

    def distinct(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        with self._recorded(Action.SCHEMA) as entry:
            columns = sum(len(table.columns) for table in tables)
            entry.message = f"values of text columns for the value index: {columns:,} in {len(tables):,} tables"
            return self._database.distinct(tables, seconds)

    def probe(self) -> Probe:
        with self._recorded(Action.TEST) as entry:
            found = self._database.probe()
            entry.message = found.warning
        return found

    def cancel(self) -> None:
        self._database.cancel()

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _recorded(self, action: str, sql: str = "", message: str = "") -> Iterator[Entry]:
        entry = _entry(self._connection, self._who, action, sql=sql, message=message)
        started = time.perf_counter()
        try:
            yield entry
        except SQLError as error:
            entry.verdict, entry.outcome = map(str, judged(error))
            entry.message = f"{error.message} {message}".strip()
            raise
        except GeneratorExit:
            entry.outcome, entry.message = str(Outcome.CANCELLED), "It was left before its end."
            raise
        except BaseException as error:
            entry.outcome, entry.message = str(Outcome.FAILED), f"It broke off: {type(error).__name__}."
            raise
        finally:
            entry.milliseconds = (time.perf_counter() - started) * 1000
            metrics.ran(self.dialect, entry)
            self._ledger.keep(entry)


def judged(error: SQLError) -> tuple[str, str]:
    """Verdict and outcome of a statement that gave no rows."""
    if isinstance(error, NotReadOnly) or (isinstance(error, ConnectFailed) and error.code in REFUSAL_CODES):
        return Verdict.REFUSED, Outcome.REFUSED
    if isinstance(error, QueryTimeout):
        return Verdict.ALLOWED, Outcome.TIMEOUT
    if isinstance(error, QueryCancelled):
        return Verdict.ALLOWED, Outcome.CANCELLED
    return Verdict.ALLOWED, Outcome.FAILED


def record(connection: Connection, user: User | None, action: str, message: str = "", *, refused: bool = False) -> None:
    """Something was done to a connection, or was refused. `connection` may be one that is not saved."""
    entry = _entry(connection, Who(user, "site"), action, message=message)
    if refused:
        entry.verdict, entry.outcome = str(Verdict.REFUSED), str(Outcome.REFUSED)
    _keep(entry)


def record_export(team: Team | None, user: User, message: str) -> None:
    _keep(_entry(Connection(team=team), Who(user, "site"), Action.EXPORT, message=message))


def clear() -> int:
    """Delete what is older than it has to be kept, a thousand at a time. Gives how many those were."""
    total = 0
    while deleted := clear_some():
        total += deleted
    return total


def clear_some() -> int:
    """The oldest thousand of them, in one statement. Gives how many there were."""
    limit = timezone.now() - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    oldest = AuditEntry.objects.filter(at__lt=limit).order_by("at").values_list("pk", flat=True)[:CLEARED_AT_ONCE]
    return AuditEntry.objects.filter(pk__in=list(oldest)).delete()[0]


class Clearing:
    """Each process looks for what is too old once a day when it records something. It deletes some then, and goes on
    with the next recording while there is more: nobody waits for long. `clear_some` gives how many it has deleted, of
    the `at_once` that it may."""

    def __init__(self, clear_some: Callable[[], int], at_once: int) -> None:
        self._clear_some = clear_some
        self._at_once = at_once
        self._next = 0.0

    def go_on(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _A_DAY
            if self._clear_some() == self._at_once:
                self._next = 0.0


_clearing = Clearing(clear_some, CLEARED_AT_ONCE)


def _entry(connection: Connection, who: Who, action: str, *, sql: str = "", message: str = "") -> Entry:
    user = who.user
    return Entry(
        team_id=connection.team_id,
        user_id=user.pk if user else None,
        connection_id=connection.pk,
        user_name=user.get_username() if user else "",
        connection_name=connection.name,
        action=str(action),
        source=who.source,
        token_name=acting_by.get(),
        sql=sql,
        message=message,
    )


def _keep(entry: Entry, seconds: float = 0.0) -> None:
    """That an entry could not be kept is logged, and stops nobody. `seconds`: how long is waited for the application's
    database, where that is away."""
    bound(entry)
    try:
        with application_database():
            patiently(lambda: _save(AuditEntry(**entry.values())), seconds)
            _clearing.go_on()
    except DatabaseError:
        logger.exception("an audit entry was lost: %s", entry)


def keep_all(entries: Sequence[Entry]) -> None:
    """Many in one statement, or one by one where what some of them name was deleted meanwhile. Entries are bound."""
    try:
        patiently(lambda: _save_all(entries), PATIENCE)
        _clearing.go_on()
    except DatabaseError as error:
        if is_passing(error):
            logger.exception("%s audit entries were lost", len(entries))
            return
        for entry in entries:
            _keep(entry)


_INSERTER = Inserter(AuditEntry)


@transaction.atomic
def _save_all(entries: Sequence[Entry]) -> None:
    _INSERTER.insert([entry.values() for entry in entries])


def bound(entry: Entry) -> None:
    """So long as may be kept, and without secrets."""
    entry.sql = _bounded(entry.sql, SQL_CHARACTERS)
    entry.message = _bounded(without_secrets(entry.message), MESSAGE_CHARACTERS)


def _save(entry: AuditEntry) -> None:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        # What it names was deleted while the statement ran: the names stay.
        entry.pk = None
        entry.connection = None
        if not get_user_model().objects.filter(pk=entry.user_id or 0).exists():
            entry.user = None
        with transaction.atomic():
            entry.save(force_insert=True)


@contextmanager
def application_database() -> Iterator[None]:
    """The application's own database, left as it was found: the threads that run statements end no requests, so that
    what they open Django never closes."""
    was_open = app_database.connection is not None
    try:
        yield
    finally:
        if not was_open:
            app_database.close()


def without_secrets(message: str) -> str:
    """Without passwords of DSNs. The connection's own is kept from messages where a driver may tell it: when it logs in
    (see login_failures)."""
    return _SECRET_IN_A_DSN.sub(r"\1…@", message[: 4 * MESSAGE_CHARACTERS])


def _bounded(text: str, most: int) -> str:
    """As every database takes it: without NUL and halves of characters."""
    text = storable(text, nul=REPLACEMENT)
    return text if len(text) <= most else text[: most - 1] + "…"
