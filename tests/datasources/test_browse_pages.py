"""The Data tab's pages."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from datasources.introspect import Column, Schema, Table
from datasources.models import AuditEntry, Connection, Description
from datasources.templatetags.exploring import estimated_rows
from tests.datasources.test_browse import HARD_NAMES


def address(connection: Connection, table: str = "", **query: Sequence[str] | int) -> str:
    path = reverse("data_table", args=[connection.pk, table]) if table else reverse("data", args=[connection.pk])
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def text(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.fixture
def stock(alice: User, tmp_path: Path) -> Connection:
    """130 parts of every kind, and tables of every hard name."""
    with closing(sqlite3.connect(tmp_path / "stock.db")) as database:
        database.execute("CREATE TABLE parts (id INTEGER PRIMARY KEY, label TEXT, photo BLOB, below INTEGER "
                         "REFERENCES parts (id))")  # fmt: skip
        rows = [(number, f"part {number:03d}" if number % 10 else None, b"\x01", 1) for number in range(1, 131)]
        database.executemany("INSERT INTO parts VALUES (?, ?, ?, ?)", rows)
        for name in HARD_NAMES:
            quoted = '"' + name.replace('"', '""') + '"'
            database.execute(f"CREATE TABLE {quoted} ({quoted} TEXT)")
            database.execute(f"INSERT INTO {quoted} VALUES ('the only row')")
        database.execute(f"CREATE TABLE wide ({', '.join(f'c{number} TEXT' for number in range(500))})")
        database.execute("INSERT INTO wide (c0) VALUES (?)", ("x" * 100_000,))
        database.commit()
    return Connection.objects.create(team=alice.teams.get(), name="stock", path=str(tmp_path / "stock.db"))


def test_the_list_has_every_table(alice_client: Client, connection: Connection) -> None:
    page = text(alice_client, address(connection))
    assert address(connection, "orders") in page
    assert address(connection, "products") in page


def test_the_list_is_searched_by_name_comment_and_description(alice_client: Client, connection: Connection) -> None:
    connection.schema_snapshot = Schema(
        (Table("a", (Column("x", ""),), comment="Invoices"), Table("b", (Column("x", ""),)), Table("money", ()))
    ).to_dict()
    connection.save()
    Description.objects.create(connection=connection, table="b", text="what people owe")
    for search, found in (("INVOICE", "a"), ("owe", "b"), ("mon", "money")):
        part = text(alice_client, address(connection, q=search), **{"HX-Request": "true"})
        assert "<html" not in part
        assert [name for name in ("a", "b", "money") if address(connection, name) in part] == [found]


def test_a_search_that_finds_nothing_says_so(alice_client: Client, connection: Connection) -> None:
    assert "No table is called anything like “zzz”." in text(alice_client, address(connection, q="zzz"))


def test_estimates_are_shown_as_such(alice_client: Client, connection: Connection) -> None:
    connection.schema_snapshot = Schema((Table("orders", (Column("id", ""),), rows=1_234_567),)).to_dict()
    connection.save()
    assert "about 1,230,000" in text(alice_client, address(connection))


@pytest.mark.parametrize(("rows", "said"), [(0, "no rows"), (1, "about 1 row"), (1_234_567, "about 1,230,000 rows")])
def test_an_estimate_of_rows_is_a_phrase(rows: int, said: str) -> None:
    assert estimated_rows(rows) == said
    assert estimated_rows(None) == ""


def test_a_page_has_its_rows_and_leads_to_the_next(alice_client: Client, stock: Connection) -> None:
    first = text(alice_client, address(stock, "parts"))
    assert "part 049" in first
    assert "part 051" not in first
    assert "Rows 1 to 50" in first
    assert address(stock, "parts", page=2) in first
    last = text(alice_client, address(stock, "parts", page=3))
    assert "Rows 101 to 130" in last
    assert 'rel="next"' not in last


def test_a_page_that_is_just_full_has_no_next(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "parts", c="id", op="le", v="50"))
    assert "Rows 1 to 50" in page
    assert 'rel="next"' not in page


def test_a_page_beyond_the_end_leads_back(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "parts", page=9))
    assert "There is no page 9." in page
    assert address(stock, "parts", page=8) in page


def test_rows_are_sorted_and_filtered_by_the_address(alice_client: Client, stock: Connection) -> None:
    filters = {"c": ["label", "label"], "op": ["starts", "notnull"], "v": ["PART 00", ""]}
    page = text(alice_client, address(stock, "parts", **filters, sort="id", desc=1))
    assert page.index("part 009") < page.index("part 001")
    assert "part 011" not in page
    assert 'aria-sort="descending"' in page
    assert "Rows 1 to 9" in page


def test_a_header_sorts_up_then_down_then_not_at_all(alice_client: Client, stock: Connection) -> None:
    assert f'"{address(stock, "parts", sort="label")}"' in text(alice_client, address(stock, "parts"))
    up = text(alice_client, address(stock, "parts", sort="label"))
    assert f'"{address(stock, "parts", sort="label", desc=1)}"' in up
    down = text(alice_client, address(stock, "parts", sort="label", desc=1))
    assert f'"{address(stock, "parts")}?"' in down


def test_filters_can_be_taken_away_one_by_one(alice_client: Client, stock: Connection) -> None:
    query = {"c": ["id", "label"], "op": ["gt", "contains"], "v": ["5", "part"]}
    page = text(alice_client, address(stock, "parts", **query))
    assert "id is more than 5" in page
    assert f'"{address(stock, "parts", c="label", op="contains", v="part")}"' in page


def test_no_rows_that_fit_is_said(alice_client: Client, stock: Connection) -> None:
    assert "fits every filter" in text(alice_client, address(stock, "parts", c="id", op="gt", v="1000"))


def test_the_statement_is_shown(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "parts", c="id", op="gt", v="5"))
    code = page[page.index('<code id="browse-code">') :]
    assert '"parts"' in code
    assert "LIMIT" in code


def test_null_empty_and_bytes_can_be_told_apart(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "parts"))
    assert '<td class="null">NULL</td>' in page
    assert "01 (1 byte)" in page


def test_a_foreign_key_leads_to_the_row_it_means(alice_client: Client, connection: Connection) -> None:
    link = address(connection, "products", c="id", op="eq", v="1")
    page = text(alice_client, address(connection, "orders"))
    assert f'<a href="{link}">1</a>' in page
    assert "Tent" in text(alice_client, link)
    assert "Rope" not in text(alice_client, link)


@pytest.mark.parametrize("name", HARD_NAMES)
def test_tables_of_any_name_can_be_browsed(alice_client: Client, stock: Connection, name: str) -> None:
    query = {"c": name, "op": "starts", "v": "the ONLY", "sort": name}
    assert "the only row" in text(alice_client, address(stock, name, **query))


def test_a_wide_table_shows_its_first_columns_and_lets_one_choose(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "wide"))
    assert page.count('<th scope="col"') == 50
    assert "50 of 500 columns" in page
    chosen = text(alice_client, address(stock, "wide", show=["c499", "c2"]))
    assert chosen.count('<th scope="col"') == 2
    assert "2 of 500 columns" in chosen


def test_a_long_cell_is_cut_and_can_be_seen(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "wide"))
    assert '<details class="long">' in page
    assert len(page) < 250_000


def test_only_tables_of_the_schema_can_be_browsed(alice_client: Client, connection: Connection) -> None:
    for table in ("sqlite_schema", "ORDERS", 'orders"', "orders/", "nowhere"):
        assert alice_client.get(address(connection, table)).status_code == 404


def test_a_filter_that_makes_no_sense_keeps_the_page_usable(alice_client: Client, stock: Connection) -> None:
    page = text(alice_client, address(stock, "parts", c="id", op="gt", v="many"))
    assert "id holds numbers. Write one, like 12.5." in page
    assert 'id="filter-column"' in page


@pytest.mark.parametrize("value", ["\x00", "/*! x */", "x" * 30_000, "U&'"])
def test_what_the_guard_refuses_is_a_sentence(alice_client: Client, stock: Connection, value: str) -> None:
    assert 'class="message error"' in text(alice_client, address(stock, "parts", c="label", op="eq", v=value))


def test_a_table_that_is_gone_is_a_sentence_and_has_the_schema_read_again(
    alice_client: Client, stock: Connection, tmp_path: Path
) -> None:
    stock.refresh_schema()
    Connection.objects.update(schema_state_at=timezone.now() - timedelta(hours=1))
    with closing(sqlite3.connect(tmp_path / "stock.db")) as database:
        database.execute("DROP TABLE parts")
    page = text(alice_client, address(stock, "parts"))
    assert "no such table" in page
    assert "being read again" in page
    assert "Tables" in page
    stock.refresh_from_db()
    assert stock.schema_state == Connection.SchemaState.READING


def test_htmx_gets_the_part_that_changes(alice_client: Client, stock: Connection) -> None:
    part = text(alice_client, address(stock, "parts"), **{"HX-Request": "true"})
    assert "<html" not in part
    assert part.strip().startswith('<div id="browse"')
    again = text(alice_client, address(stock, "parts"), **{"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in again


def test_pages_are_only_read(alice_client: Client, connection: Connection) -> None:
    assert alice_client.post(address(connection)).status_code == 405
    assert alice_client.post(address(connection, "orders")).status_code == 405


def test_what_is_read_is_audited_as_the_reader_s(alice_client: Client, alice: User, stock: Connection) -> None:
    text(alice_client, address(stock, "parts", c="id", op="gt", v="5"))
    entry = AuditEntry.objects.get(connection=stock, action=AuditEntry.Action.QUERY)
    assert (entry.user, entry.source, entry.rows) == (alice, "data", 51)
    assert '"parts"' in entry.sql
