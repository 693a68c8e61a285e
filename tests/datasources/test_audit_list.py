"""The audit list as owners read it: filters, pages, export."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from datasources import audit_list
from datasources.models import AuditEntry, Connection

pytestmark = pytest.mark.django_db


def entries(connection: Connection, *sqls: str, **values: Any) -> list[AuditEntry]:
    fields = {"team": connection.team, "connection": connection, "connection_name": connection.name, "action": "query"}
    return [AuditEntry.objects.create(sql=sql, **(fields | values)) for sql in sqls]


def page(client: Client, of: Connection, **filters: str) -> str:
    return client.get(reverse("audit", args=[of.team_id]), filters).content.decode()


def export(client: Client, of: Connection, **filters: str) -> list[list[str]]:
    response = client.get(reverse("audit_export", args=[of.team_id]), filters)
    text = b"".join(response).decode()
    return list(csv.reader(io.StringIO(text)))


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
        ({"by": "programs"}, "SELECT 9"),
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
    entries(connection, "SELECT 9", token_name="nightly report")
    text = page(owner_client, connection, **filters)
    assert [f"SELECT {n}" for n in range(1, 10) if f"SELECT {n}<" in text] == [shown]
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
