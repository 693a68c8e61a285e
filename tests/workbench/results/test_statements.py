"""All rows and a chart of any statement that somebody ran, with the values that were bound in it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.binding import Bound, bind
from datasources.models import AuditEntry, Connection
from tests.workbench.results.conftest import ORDERS
from tests.workbench.results.test_exports import exported
from workbench.results import keeping
from workbench.results.models import Result
from workbench.results.statement import Statement, from_json, to_json

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
BY_NAME = "SELECT name, price FROM products WHERE price > {{least}} AND name <> {{name}} ORDER BY name"
BARS = "SELECT name, price FROM products ORDER BY id"


def posted(client: Client, route: str, connection: Connection, **fields: str) -> Any:
    return client.post(reverse(route, args=[connection.pk]), fields)


def drawn(client: Client, connection: Connection, sql: str) -> str:
    """What htmx puts in the place of the chart."""
    response = client.post(reverse("statement_chart", args=[connection.pk]), {"sql": sql}, headers=HTMX)
    return response.content.decode()


def test_nothing_is_run_before_its_page_asks(alice_client: Client, connection: Connection, data_dir: Path) -> None:
    response = posted(alice_client, "statement_result", connection, sql=ORDERS)
    [result] = Result.objects.all()
    assert response["Location"] == reverse("result", args=[result.pk])
    assert alice_client.get(response["Location"]).status_code == 200
    assert not AuditEntry.objects.filter(action="query").exists()
    assert alice_client.post(reverse("result_read", args=[result.pk])).json()["rows"] == 3


def test_the_same_statement_is_the_same_result(alice_client: Client, connection: Connection) -> None:
    first, again = (posted(alice_client, "statement_result", connection, sql=ORDERS)["Location"] for _ in range(2))
    other = posted(alice_client, "statement_result", connection, sql=ORDERS, values="[1]")["Location"]
    assert first == again != other


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"sql": "  "},
        {"sql": "SELECT '\0'"},
        {"sql": "x" * 20_001},
        {"sql": "SELECT 1", "values": "{"},
        {"sql": "SELECT 1", "values": "{}"},
        {"sql": "SELECT 1", "values": '[{"number": "much"}]'},
        {"sql": "SELECT 1", "values": '[{"number": "NaN"}]'},
        {"sql": "SELECT 1", "values": "[NaN, 1e999]"},
        {"sql": "SELECT 1", "values": "[1e999]"},
        {"sql": "SELECT 1", "values": '[{"date": "yesterday"}]'},
        {"sql": "SELECT 1", "values": "[[1]]"},
        {"sql": "SELECT 1", "values": json.dumps([1] * 501)},
    ],
)
def test_what_is_no_statement_is_refused_in_words(
    alice_client: Client, connection: Connection, fields: dict[str, str]
) -> None:
    response = posted(alice_client, "statement_result", connection, **fields)
    assert response.status_code == 400
    assert response.content.decode().endswith(".")
    assert not Result.objects.exists()


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "3", "2025-01-01", Decimal("0.10"), date(2025, 1, 31)])
def test_values_come_back_as_they_were(value: Bound) -> None:
    [back] = from_json(json.loads(json.dumps(to_json([value]))))
    assert (back, type(back)) == (value, type(value))


def test_what_is_bound_is_read_and_exported_with_its_values(
    alice: User, alice_client: Client, connection: Connection, data_dir: Path
) -> None:
    written = bind(BY_NAME, connection.dialect, {"least": Decimal("10"), "name": "Stove"})
    statement = Statement(written.sql, written.bound, "Which?")
    posted(alice_client, "statement_result", connection, sql=statement.sql, values=statement.values, name="Which?")
    result = Result.objects.get()
    expected = [row for part in keeping.read(result).parts() for row in part]
    names = [name for name, _ in expected]
    assert names
    assert "Stove" not in names
    assert "With 10, 'Stove'." in alice_client.get(reverse("result", args=[result.pk])).content.decode().replace(
        "&#x27;", "'"
    )
    _, body = exported(alice_client, result, "json")
    assert [row["name"] for row in json.loads(body)["rows"]] == names


def test_what_may_not_run_says_so_in_the_place_of_the_chart(
    alice_client: Client, connection: Connection, data_dir: Path
) -> None:
    page = drawn(alice_client, connection, "DELETE FROM orders")
    assert 'role="alert"' in page
    assert "Only a statement that reads can run" in page


def test_a_statement_is_drawn_and_what_was_chosen_is_remembered(
    alice_client: Client, connection: Connection, data_dir: Path
) -> None:
    page = drawn(alice_client, connection, BARS)
    result = Result.objects.get()
    address = reverse("result_chart", args=[result.pk])
    assert f'hx-post="{address}"' in page
    assert f'id="chart-{result.pk}"' in page
    chosen = {"type": "pie?", "x": "0", "y": "1"}
    assert alice_client.post(address, chosen, headers=HTMX).status_code == 400
    alice_client.post(address, chosen | {"type": "histogram", "x": "1"}, headers=HTMX)
    assert 'value="histogram"\n                selected' in alice_client.get(address).content.decode()
    alice_client.post(address, {"suggested": "1"}, headers=HTMX)
    assert 'value="histogram"\n                selected' not in alice_client.get(address).content.decode()


def test_without_javascript_the_chart_has_a_page(alice_client: Client, connection: Connection, data_dir: Path) -> None:
    response = posted(alice_client, "statement_chart", connection, sql=BARS)
    page = alice_client.get(response["Location"]).content.decode()
    assert "chart-said" in page
    assert reverse("result", args=[Result.objects.get().pk]) in page


def test_a_colleague_does_not_reach_my_chart(
    alice_client: Client, connection: Connection, make_user: Any, data_dir: Path
) -> None:
    drawn(alice_client, connection, BARS)
    colleague = Client()
    colleague.force_login(make_user("carol", connection.team))
    assert colleague.get(reverse("result_chart", args=[Result.objects.get().pk])).status_code == 404
