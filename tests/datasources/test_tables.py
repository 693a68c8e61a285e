"""A result becomes a table that reads like a printed one."""

import math
from decimal import Decimal

import pytest

from datasources.engine import Cell as Value
from datasources.engine import ResultSet
from datasources.tables import HEAD_ROWS, Cell, Table
from learning import results


def table(*values: Value, name: str = "value") -> Table:
    """One column of these values."""
    return Table.from_result(ResultSet((name,), tuple((value,) for value in values), False, 0.0))


def cell(value: Value, type_name: str, name: str = "value") -> Cell:
    """One value in a column of this type."""
    return Table(ResultSet((name,), ((value,),), False, 0.0, (type_name,))).rows[0][0]


def texts(*values: Value, name: str = "value") -> list[str]:
    return [row[0].text for row in table(*values, name=name).rows]


def test_whole_numbers_are_grouped() -> None:
    assert texts(1204, -1234567, 0, name="units") == ["1,204", "-1,234,567", "0"]


@pytest.mark.parametrize("name", ["id", "customer_id", "customerId", "CUSTOMER_ID", "zip_code", "order year"])
def test_identifiers_are_not_grouped(name: str) -> None:
    assert texts(123456, name=name) == ["123456"]


def test_years_are_recognised_by_their_values() -> None:
    assert texts(2023, 2024, name="period") == ["2023", "2024"]


@pytest.mark.parametrize("name", ["COUNT(DISTINCT customer_id)", "paid", "sum", "idle", "orders_by_year_total"])
def test_a_measure_whose_name_only_resembles_an_identifier_is_grouped(name: str) -> None:
    assert texts(12345, name=name) == ["12,345"]


def test_money_has_two_decimals_throughout() -> None:
    assert texts(184220.5, 12.25, 7.0) == ["184,220.50", "12.25", "7.00"]


def test_whole_numbers_among_fractions_keep_the_point_in_line() -> None:
    assert texts(1000, 2.5) == ["1,000.00", "2.50"]


def test_a_float_shows_no_noise() -> None:
    assert texts(0.1 + 0.2, 184220.49999999997) == ["0.30", "184,220.50"]


def test_long_fractions_are_rounded_and_keep_their_full_value() -> None:
    assert table(10 / 3, 0.5).rows == (
        (Cell("number", "3.3333", "3.33333333333"),),
        (Cell("number", "0.5000"),),
    )


def test_small_fractions_keep_three_digits() -> None:
    assert texts(0.000123456, 0.5) == ["0.000123", "0.500000"]


def test_large_fractions_need_no_more_than_two_decimals() -> None:
    assert texts(12345.6789, 23456.789) == ["12,345.68", "23,456.79"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
        (1e300, "1e+300"),
        (1.5e-12, "1.5e-12"),
        (0.0, "0.00"),
    ],
)
def test_extreme_numbers_are_shown(value: float, text: str) -> None:
    assert texts(value) == [text]


def test_a_huge_integer_is_shown_whole() -> None:
    assert texts(2**62) == ["4,611,686,018,427,387,904"]


def test_numeric_columns_are_marked_even_with_nulls() -> None:
    shown = table(1, None)
    assert shown.columns[0].numeric
    assert shown.rows[1][0] == Cell("null", "NULL", numeric=True)


@pytest.mark.parametrize("values", [("a",), (1, "a"), (None,), ()])
def test_other_columns_are_not_numeric(values: tuple[Value, ...]) -> None:
    assert not table(*values).columns[0].numeric


def test_null_is_not_an_empty_text() -> None:
    assert [row[0] for row in table(None, "").rows] == [Cell("null", "NULL"), Cell("empty", "")]


def test_long_text_is_cut_and_kept() -> None:
    text = "word " * 100
    (cell,) = table(text).rows[0]
    assert len(cell.text) <= 120
    assert cell.text.endswith("word…")
    assert cell.full == text


def test_bytes_are_shown_as_hexadecimal_with_their_size() -> None:
    assert texts(b"\x89PNG", b"0123456789", b"") == [
        "89 50 4e 47 (4 bytes)",
        "30 31 32 33 34 35 36 37 … (10 bytes)",
        "(0 bytes)",
    ]


def test_the_head_leaves_rows_out_and_counts_them() -> None:
    long = table(*range(HEAD_ROWS + 30))
    assert (len(long.head), long.more, long.row_count) == (HEAD_ROWS, 30, HEAD_ROWS + 30)
    assert table(1).more == 0


def test_no_rows() -> None:
    assert (table().row_count, table().head) == (0, ())


def test_time_and_truncation_come_along() -> None:
    shown = Table.from_result(ResultSet(("a",), ((1,),), True, 0.0123))
    assert shown.truncated
    assert shown.elapsed_ms == pytest.approx(12.3)


def test_it_reads_stored_results() -> None:
    result = ResultSet(("a", "b"), ((b"\x00", None), (b"", 1.5)), False, 0.001)
    assert Table(results.from_json(results.to_json(result))) == Table(result)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234567.10"), "1,234,567.10"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("12345678901234567890.123456789012345678"), "12,345,678,901,234,567,890.123456789012345678"),
        (Decimal("NaN"), "NaN"),
        (Decimal("-Infinity"), "-Infinity"),
        (Decimal("1E+3"), "1,000"),
    ],
)
def test_decimals_are_exact_and_grouped(value: Decimal, text: str) -> None:
    assert cell(value, "numeric") == Cell("number", text)


def test_decimals_that_identify_are_not_grouped() -> None:
    assert cell(Decimal("12345678901234567890"), "numeric(20,0)", "order_id").text == "12345678901234567890"


def test_a_decimal_of_a_hundred_thousand_digits_is_shortened() -> None:
    shown = cell(Decimal("1E+100000"), "numeric")
    assert (shown.text, shown.full) == ("1e+100000", "1E+100000")


@pytest.mark.parametrize("type_name", ["timestamptz", "TIMESTAMP WITH TIME ZONE", "date", "time", "datetime"])
def test_times_are_left_as_the_database_writes_them(type_name: str) -> None:
    assert cell("2025-01-05 10:00:00+02", type_name) == Cell("time", "2025-01-05 10:00:00+02")


@pytest.mark.parametrize("type_name", ["json", "jsonb", "JSON", "STRUCT(a INTEGER)", "INTEGER[]", "_int4", "MAP(x, y)"])
def test_short_nested_data_stays_on_its_line(type_name: str) -> None:
    assert cell('{"a": 1}', type_name) == Cell("nested", '{"a": 1}')


def test_longer_json_can_be_seen_over_several_lines_and_every_token_as_it_was() -> None:
    shown = cell('{"name": "a, {b}", "price": 1.10, "tags": [], "sizes": [1, 2], "id": 12345678901234567890}', "jsonb")
    assert shown.kind == "nested"
    assert shown.full == (
        '{\n  "name": "a, {b}",\n  "price": 1.10,\n  "tags": [],\n  "sizes": [\n    1,\n    2\n  ],\n'
        '  "id": 12345678901234567890\n}'
    )


def test_nested_data_that_is_only_brackets_does_not_grow() -> None:
    assert len(cell("[" * 10_000, "json").full) < 500_000


def test_long_nested_text_that_has_no_structure_is_cut() -> None:
    shown = cell("x" * 500, "json")
    assert (len(shown.text), shown.full) == (120, "x" * 500)


@pytest.mark.parametrize("value", [True, False])
def test_truth_is_true_or_false(value: bool) -> None:
    assert cell(value, "boolean") == Cell("text", str(value).lower())


def test_the_types_come_along() -> None:
    assert Table(ResultSet(("a",), (), False, 0.0, ("uuid",))).columns[0].type == "uuid"
