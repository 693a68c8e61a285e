"""The audit list: what gets into it, and how long it is kept."""

import io
from collections.abc import Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection as app_database
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from datasources import audit
from datasources.binding import Bound
from datasources.engine import Database, Probe, ResultSet, RowStream, Values
from datasources.errors import ConnectFailed, NotReadOnly, QueryCancelled, QueryFailed, QueryTimeout
from datasources.introspect import Schema, Table
from datasources.models import AuditEntry, Connection

pytestmark = pytest.mark.django_db


class Failing:
    """A database that fails as it is told to; `StreamingDatabase` in every way."""

    dialect = "postgres"
    whose: Hashable = None

    def __init__(self, error: Exception) -> None:
        self._error = error

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        raise self._error

    def stream(self, sql: str, bound: Sequence[Bound] = ()) -> AbstractContextManager[RowStream]:
        raise self._error

    def schema(self, seconds: float | None = None) -> Schema:
        raise self._error

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        raise self._error

    def distinct(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        raise self._error

    def probe(self) -> Probe:
        raise self._error

    def cancel(self) -> None: ...

    def close(self) -> None: ...


def test_a_statement_that_ran_is_listed_with_all_there_is_to_say(connection: Connection, alice: User) -> None:
    connection.database(alice, "chat").execute("SELECT name FROM products")
    entry = AuditEntry.objects.get()
    assert (entry.team, entry.connection, entry.user) == (connection.team, connection, alice)
    assert (entry.user_name, entry.connection_name, entry.source) == ("alice", "shop", "chat")
    assert (entry.action, entry.verdict, entry.outcome) == ("query", "allowed", "ok")
    assert (entry.sql, entry.rows) == ("SELECT name FROM products", 3)
    assert entry.milliseconds is not None
    assert entry.milliseconds > 0


def test_a_statement_that_the_guard_refused_is_listed(connection: Connection, alice: User) -> None:
    with pytest.raises(NotReadOnly):
        connection.database(alice).execute("DROP TABLE products")
    entry = AuditEntry.objects.get()
    assert (entry.verdict, entry.outcome, entry.rows) == ("refused", "refused", None)
    assert entry.message


def test_rows_that_are_browsed_are_listed_as_the_visitor_s(owner_client: Client, connection: Connection) -> None:
    connection.refresh_schema()
    owner_client.get(reverse("data_table", args=[connection.pk, "products"]))
    entry = AuditEntry.objects.get(action="query")
    assert (entry.user_name, entry.source, entry.rows) == ("alice", "data", 3)
    assert AuditEntry.objects.filter(action="schema", source="schema").exists()


@pytest.mark.parametrize(
    ("error", "verdict", "outcome"),
    [
        (QueryTimeout("too slow"), "allowed", "timeout"),
        (QueryCancelled("stopped"), "allowed", "cancelled"),
        (QueryFailed("no such table"), "allowed", "failed"),
        (ConnectFailed("no such host", "HOST_UNKNOWN"), "allowed", "failed"),
        (ConnectFailed("not in ALLOWED_DB_HOSTS", "POLICY"), "refused", "refused"),
        (ConnectFailed("a superuser", "ROLE"), "refused", "refused"),
    ],
    ids=lambda value: str(getattr(value, "code", "") or value),
)
def test_every_failure_has_its_outcome(connection: Connection, error: Exception, verdict: str, outcome: str) -> None:
    database: Database = audit.AuditedDatabase(Failing(error), connection, audit.Who())
    with pytest.raises(type(error)):
        database.execute("SELECT 1")
    entry = AuditEntry.objects.get()
    assert (entry.verdict, entry.outcome, entry.message) == (verdict, outcome, str(error))


@pytest.mark.parametrize("sql", ["SELECT '" + "x" * 30_000 + "'", "SELECT '\0'", "SELECT '\ud800'"], ids=len)
def test_any_text_can_be_listed(connection: Connection, sql: str) -> None:
    with pytest.raises(QueryFailed):
        audit.AuditedDatabase(Failing(QueryFailed("no")), connection, audit.Who()).execute(sql)
    assert len(AuditEntry.objects.get().sql) <= 20_000


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_runs_statements_keeps_no_application_database_open(connection: Connection) -> None:
    left_open: list[bool] = []

    def work() -> None:
        connection.database().execute("SELECT 1")
        left_open.append(app_database.connection is not None)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert left_open == [False]
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_statement_on_a_connection_that_is_deleted_meanwhile_is_listed_by_name(
    connection: Connection, alice: User
) -> None:
    class Meanwhile(Failing):
        def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
            Connection.objects.all().delete()
            User.objects.filter(pk=alice.pk).delete()
            return ResultSet(("n",), ((1,),), truncated=False, elapsed=0.1)

    who = audit.Who(alice)
    audit.AuditedDatabase(Meanwhile(QueryFailed("")), copy(connection), who).execute("SELECT 1")
    entry = AuditEntry.objects.get()
    assert (entry.connection, entry.connection_name) == (None, "shop")
    assert (entry.user, entry.user_name) == (None, "alice")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["deleted", "switched off"])
def test_a_handle_outlives_its_connection_but_runs_nothing(connection: Connection, change: str) -> None:
    database = connection.database()
    if change == "deleted":
        Connection.objects.all().delete()
    else:
        Connection.objects.update(is_enabled=False)
    with pytest.raises(ConnectFailed, match="deleted or switched off"):
        database.execute("SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_nor_does_it_for_somebody_who_has_left_the_team(connection: Connection, alice: User) -> None:
    database = connection.database(alice)
    database.execute("SELECT 1")
    alice.memberships.all().delete()
    with pytest.raises(ConnectFailed, match="not in the team"):
        database.execute("SELECT 1")
    assert AuditEntry.objects.latest("pk").verdict == "refused"


@pytest.fixture
def no_table() -> Iterator[None]:
    """The audit list cannot be written to."""
    with app_database.cursor() as cursor:
        cursor.execute("ALTER TABLE datasources_auditentry RENAME TO elsewhere")
        yield
        cursor.execute("ALTER TABLE elsewhere RENAME TO datasources_auditentry")


def test_an_entry_that_cannot_be_kept_breaks_no_answer(
    connection: Connection, no_table: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert connection.database().execute("SELECT 1").rows == ((1,),)
    assert "an audit entry was lost" in caplog.text


def aged(connection: Connection, days: float, count: int = 1) -> None:
    at = timezone.now() - timedelta(days=days)
    AuditEntry.objects.bulk_create(AuditEntry(team=connection.team, action="query", at=at) for _ in range(count))


def test_what_is_too_old_is_deleted_by_the_command(connection: Connection, settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    aged(connection, 31, 2_500)
    aged(connection, 29.9)
    output = io.StringIO()
    call_command("clearaudit", stdout=output)
    assert output.getvalue() == "2500 entries older than 30 days were deleted.\n"
    assert AuditEntry.objects.count() == 1


def test_it_is_deleted_by_itself_a_thousand_with_each_recording(connection: Connection, settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    clearing = audit.Clearing(audit.clear_some, audit.CLEARED_AT_ONCE)
    aged(connection, 31, 1_500)
    clearing.go_on()
    assert AuditEntry.objects.count() == 500
    clearing.go_on()
    assert AuditEntry.objects.count() == 0


def test_it_is_looked_for_once_a_day(connection: Connection, settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    clearing = audit.Clearing(audit.clear_some, audit.CLEARED_AT_ONCE)
    clearing.go_on()
    aged(connection, 31)
    clearing.go_on()
    assert AuditEntry.objects.count() == 1
