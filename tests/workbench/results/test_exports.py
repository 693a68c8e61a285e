"""What people take away: each format read back, cut where it is said, harmless to spreadsheets, audited."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from datasources.models import AuditEntry, Connection
from tests.workbench.results.conftest import Keep
from workbench.results import keeping
from workbench.results.exports import as_parquet, as_workbook, exporting
from workbench.results.exports.taking import Leaving, Taken
from workbench.results.models import Export, Result

pytestmark = pytest.mark.django_db
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

STRANGE = """
CREATE TABLE strange (id INTEGER, name TEXT, price REAL, cover BLOB);
INSERT INTO strange VALUES (1, '=1+1', 2.5, x'00ff'), (2, '-5', NULL, NULL),
    (3, 'a "b", c' || char(10) || 'd', 1e300, x''), (4, '', 0.1, NULL), (5, NULL, -7, NULL);
"""


@pytest.fixture
def strange(alice: User, data_dir: Path, tmp_path: Path) -> Result:
    path = tmp_path / "strange.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(STRANGE)
    connection.close()
    made = Connection.objects.create(team=alice.teams.get(), name="strange", path=str(path))
    return Result.objects.of(alice, made, "SELECT * FROM strange ORDER BY id", "What is strange?")


def exported(client: Client, result: Result, format_: str) -> tuple[Any, bytes]:
    response: Any = client.get(reverse("result_export", args=[result.pk]), {"format": format_})
    assert response.status_code == 200
    return response, b"".join(response.streaming_content)


def test_csv(alice_client: Client, strange: Result) -> None:
    response, body = exported(alice_client, strange, "csv")
    assert response["Content-Disposition"] == 'attachment; filename="what-is-strange-up-to-1000000-rows.csv"'
    assert list(csv.reader(io.StringIO(body.decode(), newline=""))) == [
        ["id", "name", "price", "cover"],
        ["1", "'=1+1", "2.5", "\\x00ff"],
        ["2", "'-5", "", ""],
        ["3", 'a "b", c\nd', "1e+300", "\\x"],
        ["4", "", "0.1", ""],
        ["5", "", "-7.0", ""],
    ]


def test_json(alice_client: Client, strange: Result) -> None:
    _, body = exported(alice_client, strange, "json")
    found = json.loads(body)
    assert (found["question"], found["row_count"], found["truncated"]) == ("What is strange?", 5, False)
    assert [column["name"] for column in found["columns"]] == ["id", "name", "price", "cover"]
    assert found["rows"][:2] == [
        {"id": 1, "name": "=1+1", "price": 2.5, "cover": "\\x00ff"},
        {"id": 2, "name": "-5", "price": None, "cover": None},
    ]


def test_excel(alice_client: Client, strange: Result) -> None:
    response, body = exported(alice_client, strange, "xlsx")
    assert int(response["Content-Length"]) == len(body)
    assert response["Content-Disposition"] == 'attachment; filename="what-is-strange.xlsx"'
    assert read_sheet(body) == [
        {"A": "id", "B": "name", "C": "price", "D": "cover"},
        {"A": 1.0, "B": "'=1+1", "C": 2.5, "D": "\\x00ff"},
        {"A": 2.0, "B": "'-5"},
        {"A": 3.0, "B": 'a "b", c\nd', "C": 1e300, "D": "\\x"},
        {"A": 4.0, "B": "", "C": 0.1},
        {"A": 5.0, "C": -7.0},
    ]


def test_parquet(alice_client: Client, strange: Result, tmp_path: Path) -> None:
    _, body = exported(alice_client, strange, "parquet")
    (tmp_path / "a.parquet").write_bytes(body)
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT * FROM '{tmp_path}/a.parquet'").fetchall()
    assert rows == [
        (1, "=1+1", 2.5, b"\x00\xff"),
        (2, "-5", None, None),
        (3, 'a "b", c\nd', 1e300, b""),
        (4, "", 0.1, None),
        (5, None, -7.0, None),
    ]


@pytest.mark.parametrize("format_", Export.Format.values)
def test_nothing_is_left_on_disk(alice_client: Client, strange: Result, data_dir: Path, format_: str) -> None:
    exported(alice_client, strange, format_)
    assert [path for path in (data_dir / "results").glob("*") if path.suffix != ".sqlite3"] == []


@pytest.mark.parametrize("format_", Export.Format.values)
def test_it_is_audited_and_told_of(alice_client: Client, alice: User, orders: Result, format_: str) -> None:
    exported(alice_client, orders, format_)
    [export] = orders.exports.all()
    assert (export.format, export.state, export.rows, export.is_cut) == (format_, "done", 3, False)
    entry = AuditEntry.objects.get(action="export")
    assert entry.user == alice
    assert entry.message == f"{export.get_format_display()} of Which orders are there?"
    query = AuditEntry.objects.get(action="query")
    assert (query.source, query.rows) == ("export", 3)


@pytest.mark.parametrize("format_", Export.Format.values)
def test_more_rows_than_there_may_be_are_cut_and_it_says_so(
    alice_client: Client, orders: Result, settings: Settings, format_: str
) -> None:
    settings.EXPORT_ROWS = 2
    response, body = exported(alice_client, orders, format_)
    expected = "-first-2-rows" if format_ in {"xlsx", "parquet"} else "-up-to-2-rows"
    assert f"which-orders-are-there{expected}.{format_}" in response["Content-Disposition"]
    assert (orders.exports.get().rows, orders.exports.get().is_cut) == (2, True)
    if format_ == "json":
        assert json.loads(body)["truncated"] is True


def test_what_is_kept_whole_is_not_asked_for_again(alice_client: Client, orders: Result) -> None:
    keeping.read(orders)
    AuditEntry.objects.all().delete()
    response, body = exported(alice_client, orders, "csv")
    assert len(body.splitlines()) == 4
    assert 'filename="which-orders-are-there.csv"' in response["Content-Disposition"]
    assert not AuditEntry.objects.filter(action="query").exists()


def test_what_is_kept_in_part_is_asked_for_whole(alice_client: Client, orders: Result, settings: Settings) -> None:
    settings.RESULT_ROWS = 1
    keeping.read(orders)
    _, body = exported(alice_client, orders, "csv")
    assert len(body.splitlines()) == 4


def test_what_the_database_refuses_is_a_sentence_on_a_page(alice_client: Client, orders: Result) -> None:
    Result.objects.filter(pk=orders.pk).update(sql="SELECT absent FROM orders")
    response = alice_client.get(reverse("result_export", args=[orders.pk]), {"format": "csv"})
    assert response.status_code == 422
    assert "no such column: absent" in response.content.decode()
    assert orders.exports.get().state == "failed"


def test_another_format_is_refused(alice_client: Client, orders: Result) -> None:
    address = reverse("result_export", args=[orders.pk])
    assert alice_client.get(address, {"format": "exe"}).status_code == 400


def test_too_many_exports_are_refused_for_a_while(alice_client: Client, orders: Result) -> None:
    address = reverse("result_export", args=[orders.pk])
    statuses = [alice_client.get(address, {"format": "exe"}).status_code for _ in range(21)]
    assert statuses == [400] * 20 + [429]


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_who_leaves_ends_it(orders: Result, settings: Settings, format_: str) -> None:
    endless = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s"
    Result.objects.filter(pk=orders.pk).update(sql=endless)
    orders.refresh_from_db()
    download = exporting.begin(orders, format_, Leaving())
    next(download.pieces)
    download.pieces.close()
    assert orders.exports.get().state == "left"
    assert AuditEntry.objects.get(action="query").outcome == "cancelled"


def taken(columns: list[str], rows: list[tuple[Any, ...]], types: list[str] | None = None) -> Taken:
    from django.utils import timezone

    types = types or [""] * len(columns)
    return Taken(columns, types, timezone.now(), 10**6, True, [rows], lambda: False, Leaving())


def test_parquet_has_the_types_that_the_values_have(tmp_path: Path) -> None:
    columns = ["n", "n", "d", "day", "at", "t", "big", "none", "mixed"]
    types = ["integer", "", "numeric", "date", "timestamp without time zone", "boolean", "", "", ""]
    rows = [
        (1, 1.5, Decimal("10.25"), "2025-01-05", "2025-01-05 10:00:00", True, 2**64, None, 1),
        (None, None, Decimal("-3.1"), None, None, None, 5, None, "x"),
    ]
    path = tmp_path / "a.parquet"
    as_parquet.write(taken(columns, rows, types), path)
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT * FROM '{path}'")
        assert found.columns == ["n", "n_2", "d", "day", "at", "t", "big", "none", "mixed"]
        assert list(map(str, found.types)) == [
            "BIGINT", "DOUBLE", "DECIMAL(4,2)", "DATE", "TIMESTAMP", "BOOLEAN", "DECIMAL(20,0)", "VARCHAR", "VARCHAR",
        ]  # fmt: skip
        first, second = found.fetchall()
    assert first[:4] == (1, 1.5, Decimal("10.25"), date(2025, 1, 5))
    assert first[5:] == (True, 2**64, None, "1")
    assert second == (None, None, Decimal("-3.10"), None, None, None, 5, None, "x")


def test_a_date_that_is_none_leaves_the_column_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    as_parquet.write(taken(["day"], [("0000-00-00",), ("2025-01-05",)], ["date"]), path)
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT day FROM '{path}'").fetchall() == [("0000-00-00",), ("2025-01-05",)]


def test_parquet_of_no_rows_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    as_parquet.write(taken(['a "b"', ""], []), path)
    with duckdb.connect() as connection:
        assert connection.sql(f"SELECT * FROM '{path}'").columns == ['a "b"', "column 2"]


def test_excel_keeps_digits_that_its_numbers_would_lose(tmp_path: Path) -> None:
    rows = [(2**60, Decimal("1.10"), Decimal("1234567890123456.5"), float("nan"), True, "x" * 40_000)]
    path = tmp_path / "a.xlsx"
    as_workbook.write(taken(["a", "b", "c", "d", "e", "f"], rows), path)
    _, row = read_sheet(path.read_bytes())
    assert row | {"F": ""} == {"A": str(2**60), "B": 1.1, "C": "1234567890123456.5", "D": "nan", "E": True, "F": ""}
    assert len(str(row["F"])) == as_workbook.MOST_CHARACTERS


def test_rows_with_names_that_repeat_survive_in_json(
    alice_client: Client, alice: User, connection: Connection, data_dir: Path
) -> None:
    result = Result.objects.of(alice, connection, "SELECT id, id, price AS id FROM products WHERE id = 1")
    _, body = exported(alice_client, result, "json")
    assert json.loads(body)["rows"] == [{"id": 1, "id_2": 1, "id_3": 200.0}]


def test_json_keeps_exact_numbers(keep: Keep) -> None:
    from workbench.results import texts

    digits = "12345678901234567890.123456789"
    assert texts.json_value(Decimal(digits)) == digits
    assert texts.json_value(float("inf")) == '"inf"'


def read_sheet(body: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [{_column(cell): _value(cell) for cell in row} for row in tree.iter(f"{_SHEET}row")]


def _column(cell: Any) -> str:
    return str(cell.attrib["r"]).rstrip("0123456789")


def _value(cell: Any) -> Any:
    text = "".join(cell.itertext())
    match cell.attrib.get("t"):
        case "inlineStr":
            return text
        case "b":
            return text == "1"
    return float(text)
