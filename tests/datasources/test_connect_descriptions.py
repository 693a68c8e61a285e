"""Business notes and descriptions: what curators write about a database."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connection as app_database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from datasources import descriptions
from datasources.models import AuditEntry, Connection, Description

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def curator(alice: User, connection: Connection) -> Client:
    alice.memberships.update(role="curator")
    connection.refresh_schema()
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def odd(connection: Connection, tmp_path: Path) -> Connection:
    """500 columns in one table, and names that break what is not careful."""
    path = tmp_path / "odd.db"
    columns = ", ".join(f'"column {number}" TEXT' for number in range(500))
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE wide ({columns})")
        database.execute('CREATE TABLE """; drop/..?&#é😀" ("a b", "select", """q""", "<b>")')
    database.close()
    Connection.objects.filter(pk=connection.pk).update(path=str(path))
    connection.refresh_from_db()
    connection.refresh_schema()
    return connection


def table_address(connection: Connection, table: str, **more: str) -> str:
    return reverse("connection_table", args=[connection.pk], query={"table": table, **more})


def texts(connection: Connection) -> dict[tuple[str, str], str]:
    rows = connection.descriptions.values_list("table", "column", "text")
    return {(table, column): text for table, column, text in rows}


def test_notes_are_saved_and_audited(curator: Client, connection: Connection) -> None:
    response = curator.post(reverse("connection_notes", args=[connection.pk]), {"notes": "Revenue is net."})
    assert response.status_code == 302
    connection.refresh_from_db()
    assert connection.notes == "Revenue is net."
    assert AuditEntry.objects.get(action="change").message == "business notes"


def test_saving_notes_writes_nothing_else(curator: Client, connection: Connection) -> None:
    """The worker may be reading its schema into the same row."""
    with CaptureQueriesContext(app_database) as captured:
        curator.post(reverse("connection_notes", args=[connection.pk]), {"notes": "Revenue is net."})
    [update] = [one["sql"] for one in captured if one["sql"].startswith('UPDATE "datasources_connection"')]
    assert "notes" in update
    assert "schema_state" not in update


def test_notes_that_are_too_long_are_not_lost(curator: Client, connection: Connection) -> None:
    response = curator.post(reverse("connection_notes", args=[connection.pk]), {"notes": "n" * 20_001})
    assert response.status_code == 422
    assert "n" * 20_001 in response.content.decode()
    assert Connection.objects.get().notes == ""


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**net**", "<strong>net</strong>"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![x](https://elsewhere.example/pixel)", "x</a>"),
        ("| a |\n|---|\n| 1 |", "<td>1</td>"),
    ],
    ids=["bold", "html", "javascript", "picture", "table"],
)
def test_the_preview_is_markdown_without_html(
    curator: Client, connection: Connection, written: str, shown: str
) -> None:
    address = reverse("connection_preview", args=[connection.pk])
    page = curator.post(address, {"notes": written}, headers=HTMX).content.decode()
    assert shown in page
    assert "<script" not in page
    assert "<img" not in page


def test_tables_are_found_by_their_name_and_their_columns(curator: Client, connection: Connection) -> None:
    address = reverse("connection_tables", args=[connection.pk])
    assert "products</a>" in curator.get(address, {"q": "PROD"}, headers=HTMX).content.decode()
    by_column = curator.get(address, {"q": "ordered_at"}, headers=HTMX).content.decode()
    assert "orders</a>" in by_column
    assert "products</a>" not in by_column
    assert "No table or column" in curator.get(address, {"q": "nothing"}, headers=HTMX).content.decode()


def test_texts_are_saved_changed_and_deleted(curator: Client, connection: Connection) -> None:
    address = table_address(connection, "products")
    page = curator.post(address, {"table": "What is sold", "column:price": "in euros"}, headers=HTMX).content.decode()
    assert "2 texts changed" in page
    assert 'value="in euros"' in page
    assert texts(connection) == {("products", ""): "What is sold", ("products", "price"): "in euros"}
    curator.post(address, {"table": "", "column:price": "net"}, headers=HTMX)
    assert texts(connection) == {("products", "price"): "net"}


def test_columns_that_the_form_does_not_hold_keep_their_texts(curator: Client, connection: Connection) -> None:
    Description.objects.create(connection=connection, table="products", column="name", text="as printed")
    curator.post(table_address(connection, "products"), {"column:price": "net"})
    assert texts(connection)[("products", "name")] == "as printed"


def test_what_is_no_column_is_not_saved(curator: Client, connection: Connection) -> None:
    curator.post(table_address(connection, "products"), {"column:nothing": "x"})
    assert texts(connection) == {}
    assert curator.get(table_address(connection, "nothing")).status_code == 404


def test_a_text_that_is_too_long_says_so_and_none_is_saved(curator: Client, connection: Connection) -> None:
    form = {"table": "What is sold", "column:price": "x" * 501}
    page = curator.post(table_address(connection, "products"), form, headers=HTMX).content.decode()
    assert "longer than 500 characters" in page
    assert texts(connection) == {}


def test_five_hundred_columns_come_a_hundred_at_a_time_and_can_be_searched(curator: Client, odd: Connection) -> None:
    page = curator.get(table_address(odd, "wide", page="5")).content.decode()
    assert page.count('name="column:') == 100
    assert "Columns 401 to 500 of 500" in page
    found = curator.get(table_address(odd, "wide", columns="COLUMN 49")).content.decode()
    assert found.count('name="column:') == 11


def test_a_table_of_any_name_is_described(curator: Client, odd: Connection) -> None:
    [name] = [table.full_name for table in descriptions.snapshot_of(odd).tables if table.full_name != "wide"]
    assert "&lt;b&gt;" in curator.get(table_address(odd, name)).content.decode()
    curator.post(table_address(odd, name), {'column:"q"': "quoted", "column:<b>": "bold"})
    assert texts(odd) == {(name, '"q"'): "quoted", (name, "<b>"): "bold"}


def test_a_thousand_tables_are_listed_a_hundred_at_a_time(curator: Client, connection: Connection) -> None:
    tables = [
        {"name": f"t{n}", "columns": [], "primary_key": [], "foreign_keys": [], "is_view": False} for n in range(1000)
    ]
    Connection.objects.update(schema_snapshot={"tables": tables})
    page = curator.get(reverse("connection", args=[connection.pk])).content.decode()
    assert page.count('class="table-texts"') == 100
    assert "900 more" in page
