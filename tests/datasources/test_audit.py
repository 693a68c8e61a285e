"""The audit list: what gets into it, who reads it, how long it is kept."""

import csv
import io
from collections.abc import Hashable, Iterator, Sequence
from copy import copy
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as app_database
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from datasources import audit, audit_list
from datasources.engine import Database, Probe, ResultSet, Values
from datasources.errors import ConnectFailed, NotReadOnly, QueryCancelled, QueryFailed, QueryTimeout
from datasources.introspect import Schema, Table
from datasources.models import AuditEntry, Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner_client(alice: User, connection: Connection) -> Client:
    alice.memberships.update(role="owner")
    client = Client()
    client.force_login(alice)
    return client


def entries(connection: Connection, *sqls: str, **values: Any) -> list[AuditEntry]:
    fields = {"team": connection.team, "connection": connection, "connection_name": connection.name, "action": "query"}
    return [AuditEntry.objects.create(sql=sql, **(fields | values)) for sql in sqls]


def page(client: Client, of: Connection, **filters: str) -> str:
    return client.get(reverse("audit", args=[of.team_id]), filters).content.decode()


def export(client: Client, of: Connection, **filters: str) -> list[list[str]]:
    response = client.get(reverse("audit_export", args=[of.team_id]), filters)
    text = b"".join(response).decode()
    return list(csv.reader(io.StringIO(text)))


class Failing:
    """A database that fails as it is told to; `Database` in every way."""

    dialect = "postgres"
    whose: Hashable = None

    def __init__(self, error: Exception) -> None:
        self._error = error

    def execute(self, sql: str) -> ResultSet:
        raise self._error

    def schema(self, seconds: float | None = None) -> Schema:
        raise self._error

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
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
        def execute(self, sql: str) -> ResultSet:
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


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"person": "alice"}, "SELECT 1"),
        ({"connection": "other"}, "SELECT 2"),
        ({"action": "schema"}, "SELECT 3"),
        ({"verdict": "refused"}, "SELECT 4"),
        ({"outcome": "timeout"}, "SELECT 5"),
        ({"text": "select 6"}, "SELECT 6"),
        ({"since": "2020-01-02", "until": "2020-01-02"}, "SELECT 7"),
        ({"since": "2020-01-02", "until": "2020-01-03", "text": "8"}, "SELECT 8"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_the_list_is_filtered(
    owner_client: Client, connection: Connection, filters: dict[str, str], shown: str
) -> None:
    day = datetime(2020, 1, 2, 23, 59, 59, tzinfo=timezone.get_current_timezone())
    entries(connection, "SELECT 1", user_name="alice")
    entries(connection, "SELECT 2", connection_name="other")
    entries(connection, "SELECT 3", action="schema")
    entries(connection, "SELECT 4", verdict="refused")
    entries(connection, "SELECT 5", outcome="timeout")
    entries(connection, "SELECT 6")
    entries(connection, "SELECT 7", at=day)
    entries(connection, "SELECT 8", at=day + timedelta(seconds=1))
    text = page(owner_client, connection, **filters)
    assert [f"SELECT {n}" for n in range(1, 9) if f"SELECT {n}<" in text] == [shown]
    rows = export(owner_client, connection, **filters)
    assert [row[5] for row in rows[1:]] == [shown]


def test_a_filter_that_cannot_be_read_says_so(owner_client: Client, connection: Connection) -> None:
    assert "Enter a valid date" in page(owner_client, connection, since="yesterday")


def test_pages_follow_each_other_without_a_gap(owner_client: Client, connection: Connection) -> None:
    same_moment = timezone.now()
    made = entries(connection, *(f"SELECT {n}" for n in range(120)), at=same_moment)
    mine = AuditEntry.objects.order_by("-at", "-pk")
    seen: list[int] = []
    before = None
    more = True
    while more:
        shown, more = audit_list.page(mine, before)
        seen += [entry.pk for entry in shown]
        before = shown[-1]
    assert seen == [entry.pk for entry in reversed(made)]
    first = page(owner_client, connection)
    assert f"before={seen[49]}" in first
    assert "SELECT 69<" in page(owner_client, connection, before=str(seen[49]))


def test_a_page_costs_the_same_however_long_the_list(
    owner_client: Client, connection: Connection, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    entries(connection, *(f"SELECT {n}" for n in range(120)))
    with django_assert_max_num_queries(12):
        page(owner_client, connection)


def test_the_export_is_harmless_to_spreadsheets(owner_client: Client, connection: Connection) -> None:
    made = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "SELECT '=1'"]
    entries(connection, *made)
    rows = export(owner_client, connection)
    assert [row[5] for row in reversed(rows[1:])] == [*(f"'{sql}" for sql in made[:-1]), "SELECT '=1'"]


def test_an_export_is_audited_and_not_in_itself(owner_client: Client, connection: Connection) -> None:
    entries(connection, "SELECT 1")
    rows = export(owner_client, connection, text="SELECT")
    assert len(rows) == 2
    entry = AuditEntry.objects.get(action="export")
    assert (entry.user_name, entry.team, entry.message) == ("alice", connection.team, "the audit list, text: SELECT")


@pytest.mark.django_db(transaction=True)
async def test_the_export_is_streamed_to_the_server_that_runs_the_site(alice: User, connection: Connection) -> None:
    await alice.memberships.aupdate(role="owner")
    await AuditEntry.objects.abulk_create(
        AuditEntry(team_id=connection.team_id, action="query", sql=f"SELECT {n}") for n in range(2_500)
    )
    client = AsyncClient()
    await client.aforce_login(alice)
    response = await client.get(reverse("audit_export", args=[connection.team_id]))
    pieces = [piece async for piece in response]  # type: ignore[attr-defined]  # a streaming response
    assert len(pieces) == 4
    assert b"".join(pieces).count(b"SELECT") == 2_500


def test_an_entry_shows_its_whole_sql_as_text(owner_client: Client, connection: Connection) -> None:
    [entry] = entries(connection, "SELECT '<script>alert(1)</script>'", message="no such column: <b>")
    address = reverse("audit_entry", args=[connection.team_id, entry.pk])
    text = owner_client.get(address).content.decode()
    assert "SELECT &#x27;&lt;script&gt;alert(1)&lt;/script&gt;&#x27;" in text
    assert "no such column: &lt;b&gt;" in text


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
    clearing = audit.Clearing()
    aged(connection, 31, 1_500)
    clearing.go_on()
    assert AuditEntry.objects.count() == 500
    clearing.go_on()
    assert AuditEntry.objects.count() == 0


def test_it_is_looked_for_once_a_day(connection: Connection, settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    clearing = audit.Clearing()
    clearing.go_on()
    aged(connection, 31)
    clearing.go_on()
    assert AuditEntry.objects.count() == 1
