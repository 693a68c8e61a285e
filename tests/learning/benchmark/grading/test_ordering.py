"""By which of its columns a statement sorts its result."""

import pytest

from learning.benchmark.grading.ordering import sorted_by


@pytest.mark.parametrize(
    ("sql", "columns", "positions"),
    [
        ("SELECT a, b FROM t", "a b", ()),
        ("SELECT a, b FROM t ORDER BY b DESC, a", "a b", (1, 0)),
        ("SELECT a, b FROM t ORDER BY 2", "a b", (1,)),
        ("SELECT a, SUM(b) AS total FROM t GROUP BY a ORDER BY total DESC", "a total", (1,)),
        ("SELECT a, SUM(b) AS total FROM t GROUP BY a ORDER BY SUM(b) DESC", "a total", (1,)),
        ("SELECT a, SUM(b) AS total FROM t GROUP BY a ORDER BY TOTAL", "a total", (1,)),
        ("SELECT t.A, u.a FROM t, u ORDER BY u.A", "A a", (1,)),
        ("SELECT t.a, u.b FROM t, u ORDER BY a", "a b", (0,)),
        ("SELECT a, b FROM t ORDER BY t.b", "a b", (1,)),
        ('SELECT a AS "My a" FROM t ORDER BY "my a"', "My_a", (0,)),
        ("SELECT a AS b, b AS a FROM t ORDER BY a", "b a", (1,)),
        ("SELECT a AS b, b AS c FROM t ORDER BY t.b", "b c", (1,)),
        ("SELECT strftime('%Y', d), COUNT(*) FROM t GROUP BY 1 ORDER BY strftime('%Y', d)", "y n", (0,)),
        ("SELECT * FROM t ORDER BY b", "a b", (1,)),
        ("SELECT * FROM t ORDER BY b", "b", (0,)),
        ("SELECT t.*, a * 2 AS twice FROM t ORDER BY twice", "a b twice", (2,)),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY a", "a", (0,)),
        ("WITH x AS (SELECT 1 AS a, 2 AS b ORDER BY 2) SELECT a, b FROM x ORDER BY a LIMIT 3", "a b", (0,)),
        ("SELECT a, b FROM (SELECT a, b FROM t ORDER BY a)", "a b", ()),
        ("(SELECT a, b FROM t ORDER BY b)", "a b", (1,)),
        ("SELECT a, b FROM t ORDER BY b COLLATE NOCASE", "a b", (1,)),
        ("SELECT a, b FROM t ORDER BY (b)", "a b", (1,)),
        ("SELECT a, b FROM t ORDER BY a, a, b", "a b", (0, 1)),
    ],
)
def test_keys_are_found_among_the_columns(sql: str, columns: str, positions: tuple[int, ...]) -> None:
    names = [name.replace("_", " ") for name in columns.split()]
    assert sorted_by(sql, "sqlite", names) == positions


@pytest.mark.parametrize(
    ("key", "positions"),
    [
        ("b IS NULL, b", (1,)),
        ("-b", (1,)),
        ("LOWER(a), b", (0, 1)),
        ("CASE a WHEN 'low' THEN 1 ELSE 2 END", (0,)),
        ("a || b", (0, 1)),
    ],
)
def test_a_key_made_of_columns_that_are_shown_stands_for_them(key: str, positions: tuple[int, ...]) -> None:
    assert sorted_by(f"SELECT a, b FROM t ORDER BY {key}", "sqlite", ["a", "b"]) == positions


@pytest.mark.parametrize(
    ("key", "positions"),
    [
        ("c", ()),
        ("c, a", ()),
        ("b, c, a", (1,)),
        ("b, b * c", (1,)),
        ("COUNT(*)", ()),
        ("SUM(c) OVER (ORDER BY a)", ()),
        ("(SELECT MAX(c) FROM u)", ()),
        ("RANDOM()", ()),
    ],
)
def test_a_key_that_is_not_shown_ends_them(key: str, positions: tuple[int, ...]) -> None:
    assert sorted_by(f"SELECT a, b FROM t ORDER BY {key}", "sqlite", ["a", "b"]) == positions


def test_a_constant_is_no_key() -> None:
    assert sorted_by("SELECT a, b FROM t ORDER BY NULL, 'x', b", "sqlite", ["a", "b"]) == (1,)


def test_all_columns_in_duckdb() -> None:
    assert sorted_by("SELECT a, b FROM t ORDER BY ALL", "duckdb", ["a", "b"]) == (0, 1)
    assert sorted_by("FROM t ORDER BY b", "duckdb", ["a", "b"]) == (1,)


def test_each_dialect_is_read_as_its_own() -> None:
    assert sorted_by("SELECT `a`, `b` FROM t ORDER BY `b`", "mysql", ["a", "b"]) == (1,)
    assert sorted_by("SELECT DISTINCT ON (a) a, b::date FROM t ORDER BY a, b::date", "postgres", ["a", "b"]) == (0, 1)


@pytest.mark.parametrize("sql", ["", "nonsense (((", "SELECT a FROM t ORDER BY", "SELECT 1; SELECT 2", "(" * 500])
def test_what_cannot_be_read_sorts_by_nothing(sql: str) -> None:
    assert sorted_by(sql, "sqlite", ["a"]) == ()
