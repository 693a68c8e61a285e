"""The graph that the ER diagram draws, and its pages."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from datasources.diagram import Diagram
from datasources.introspect import Column, ForeignKey, Schema, Table
from datasources.models import Connection, Description

CUSTOMERS = Table("customers", (Column("id", "INTEGER"), Column("name", "TEXT")), ("id",))
ORDERS = Table(
    "orders",
    (Column("id", "INTEGER"), Column("customer_id", "INTEGER"), Column("product_id", "INTEGER")),
    ("id",),
    (ForeignKey(("customer_id",), "customers", ()), ForeignKey(("id",), "gone", ("id",))),
)
PRODUCTS = Table("products", (Column("id", "INTEGER"),), ("id",))
NAMELESS = Table("", (Column("x", ""),))
DIAGRAM = Diagram(Schema((NAMELESS, CUSTOMERS, ORDERS, PRODUCTS)))


def test_relations_are_the_declared_ones_and_then_the_guesses() -> None:
    assert [(relation.words, relation.is_guess) for relation in DIAGRAM.relations] == [
        ("orders.customer_id → customers.id", False),
        ("orders.product_id → products.id", True),
    ]


def test_a_table_knows_what_it_points_to_and_what_points_to_it() -> None:
    assert [relation.other for relation in DIAGRAM.outgoing(ORDERS)] == ["customers", "products"]
    assert [relation.table for relation in DIAGRAM.incoming(CUSTOMERS)] == ["orders"]
    assert DIAGRAM.joined(ORDERS, ORDERS.columns[0]) == []


def test_a_relation_of_several_columns_is_spelled_out() -> None:
    pair = Table("pairs", (Column("a", ""), Column("b", "")), ("a", "b"))
    part = Table("parts", (Column("x", ""), Column("y", "")), (), (ForeignKey(("x", "y"), "pairs", ()),))
    [relation] = Diagram(Schema((pair, part))).relations
    assert relation.words == "parts (x, y) → pairs (a, b)"


def test_the_graph_is_fit_for_json_and_marks_the_keys() -> None:
    graph = json.loads(json.dumps(DIAGRAM.to_graph()))
    assert [table["name"] for table in graph["tables"]] == ["customers", "orders", "products"]
    assert graph["tables"][1]["columns"] == [["id", "INTEGER", "p"], ["customer_id", "INTEGER", "f"],
                                             ["product_id", "INTEGER", "f"]]  # fmt: skip
    assert graph["relations"][1] == {
        "from": "orders",
        "to": "products",
        "column": "product_id",
        "referenced": "id",
        "isGuess": True,
        "words": "orders.product_id → products.id",
    }


# The pages


def address(name: str, connection: Connection, *more: str) -> str:
    return reverse(name, args=[connection.pk, *more])


def text(client: Client, address: str, **headers: Any) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


HTMX = {"HX-Request": "true"}
PAGES = [("diagram", []), ("diagram_table", ["orders"]), ("graph", []), ("sample_rows", ["orders"])]


@pytest.mark.parametrize(("name", "more"), PAGES)
def test_every_page_refuses_to_be_posted_to(
    alice_client: Client, connection: Connection, name: str, more: list[str]
) -> None:
    assert alice_client.post(address(name, connection, *more)).status_code == 405


@pytest.mark.parametrize("name", ["diagram_table", "sample_rows"])
def test_only_tables_of_the_schema_are_found(alice_client: Client, connection: Connection, name: str) -> None:
    for table in ("sqlite_schema", "ORDERS", "nowhere"):
        assert alice_client.get(address(name, connection, table)).status_code == 404


def test_the_page_says_in_words_what_the_drawing_shows(alice_client: Client, connection: Connection) -> None:
    page = text(alice_client, address("diagram", connection))
    assert address("diagram_table", connection, "products") in page
    assert "product_id → products" in page


def test_nothing_of_the_graph_is_in_a_script(alice_client: Client, connection: Connection) -> None:
    response = alice_client.get(address("diagram", connection))
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<style" not in response.content.decode()
    assert alice_client.get(address("graph", connection))["Content-Type"] == "application/json"


def test_a_table_s_panel_is_a_page_and_a_fragment(alice_client: Client, connection: Connection) -> None:
    whole = text(alice_client, address("diagram_table", connection, "orders"))
    part = text(alice_client, address("diagram_table", connection, "orders"), **HTMX)
    assert "<html" in whole
    assert "<html" not in part
    for page in (whole, part):
        assert 'id="panel-title"' in page
        assert address("data_table", connection, "orders") in page


def test_the_panel_holds_what_is_known_of_a_table(alice_client: Client, connection: Connection) -> None:
    connection.schema_snapshot = Schema(
        (
            Table(
                "orders",
                (Column("id", "bigint", False), Column("status", "text", comment="how far", values=("paid", "open"))),
                ("id",),
                comment="what was bought",
                rows=123_456,
            ),
            Table("notes", (Column("id", "bigint"), Column("order_id", "bigint")), ("id",)),
        )
    ).to_dict()
    connection.save()
    Description.objects.create(connection=connection, table="orders", text="Only real ones.")
    Description.objects.create(connection=connection, table="orders", column="status", text="See the wiki.")
    panel = text(alice_client, address("diagram_table", connection, "orders"), **HTMX)
    for known in ("about 123,000 rows", "bigint", "how far", "paid, open", "what was bought", "Only real ones.",
                  "See the wiki.", "guess from the names"):  # fmt: skip
        assert known in panel


def test_sample_rows_are_read_from_the_database(alice_client: Client, connection: Connection) -> None:
    assert "Tent" in text(alice_client, address("sample_rows", connection, "products"))


def test_a_database_that_is_gone_is_a_sentence(alice_client: Client, connection: Connection, tmp_path: Path) -> None:
    connection.refresh_schema()
    connection.path = str(tmp_path / "gone.db")
    connection.save()
    assert "could not be opened" in text(alice_client, address("sample_rows", connection, "products"))
    assert "product_id → products" in text(alice_client, address("diagram", connection))


@pytest.mark.parametrize(("name", "more"), [*PAGES[:2], ("data", []), ("data_table", ["orders"])])
def test_a_connection_that_is_switched_off_is_a_sentence(
    alice_client: Client, connection: Connection, name: str, more: list[str]
) -> None:
    connection.is_enabled = False
    connection.save()
    page = text(alice_client, address(name, connection, *more))
    assert "It is switched off." in page
    assert "customer" not in page


@pytest.mark.parametrize("name", ["diagram", "data"])
def test_a_schema_that_is_being_read_is_asked_for_again(
    alice_client: Client, connection: Connection, name: str
) -> None:
    connection.schema_state, connection.schema_progress = "reading", "412 of 1,000 tables"
    connection.schema_state_at = timezone.now()
    connection.save()
    page = text(alice_client, address(name, connection))
    assert "412 of 1,000 tables" in page
    assert 'hx-trigger="every 2s"' in page
    polling = HTMX | {"HX-Trigger": "schema-state"}
    assert "412 of 1,000 tables" in text(alice_client, address(name, connection), **polling)
    connection.schema_state = "ready"
    connection.save()
    assert alice_client.get(address(name, connection), headers=polling)["HX-Refresh"] == "true"


@pytest.mark.parametrize("name", ["diagram", "data"])
def test_a_schema_that_could_not_be_read_says_why(alice_client: Client, connection: Connection, name: str) -> None:
    connection.schema_state, connection.schema_progress = "failed", "The server refused the log-in."
    connection.save()
    assert "The server refused the log-in." in text(alice_client, address(name, connection))


@pytest.mark.parametrize("name", ["diagram", "data"])
def test_an_old_schema_is_shown_with_a_warning(alice_client: Client, connection: Connection, name: str) -> None:
    connection.refresh_schema()
    connection.schema_state, connection.schema_progress = "failed", "The server refused the log-in."
    connection.save()
    page = text(alice_client, address(name, connection))
    assert "What is shown may be old." in page
    assert "products" in page


@pytest.mark.parametrize("name", ["diagram", "data"])
def test_a_database_without_tables_says_so(alice_client: Client, alice: User, tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(tmp_path / "empty.db")) as database:
        database.execute("VACUUM")
    team = alice.teams.get()
    empty = Connection.objects.create(team=team, name="bare", path=str(tmp_path / "empty.db"))
    assert "bare holds no tables" in text(alice_client, address(name, empty))
