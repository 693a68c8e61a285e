"""SQL written out evenly."""

import pytest

from datasources.bounded_parsing import MAX_BYTES
from workbench.editor.formatting import NotFormatted, formatted


def test_comments_stay() -> None:
    done = formatted("select a -- first\n, b /* second */ from t", "sqlite")
    assert "first" in done.sql
    assert "second" in done.sql
    assert done.note == ""


def test_several_statements_are_each_written_out() -> None:
    assert formatted("select 1;select 2", "sqlite").sql == "SELECT\n  1;\n\nSELECT\n  2;"


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("sqlite", "select strftime('%Y', d), a || b from t where x is not null limit 5 offset 2"),
        ("postgres", "select x::int, a ->> 'b', date_trunc('month', d) from t where a ilike '%x%'"),
        ("mysql", "select date_format(d, '%Y') from t where `weird name` = 1 limit 2, 5"),
        ("duckdb", "from orders select customer group by all"),
    ],
)
def test_every_dialect_is_formatted_as_itself_and_settles(dialect: str, sql: str) -> None:
    once = formatted(sql, dialect).sql
    assert "\n" in once
    assert formatted(once, dialect).sql == once


def test_what_is_spelled_otherwise_is_told() -> None:
    assert formatted("select ifnull(a, 1) from t", "sqlite").note == (
        "Spelled otherwise, which means the same: ifnull."
    )


def test_what_does_not_parse_is_told_with_its_place() -> None:
    with pytest.raises(NotFormatted, match=r"cannot be read.*Nothing was changed") as caught:
        formatted("SELECT * FRM t", "sqlite")
    assert caught.value.span is not None
    assert (caught.value.span.start, caught.value.span.end) == (13, 14)


@pytest.mark.parametrize("sql", ["", "  \n", "x" * (MAX_BYTES + 1), "(" * 5_000])
def test_nothing_and_too_much_is_refused(sql: str) -> None:
    with pytest.raises(NotFormatted, match="Nothing was changed"):
        formatted(sql, "sqlite")
