"""Where two readings differ, in a sentence."""

import pytest

from agent.explanation.difference import clauses, difference

BEST = (
    "SELECT c.name, SUM(o.total) AS revenue FROM customers c JOIN orders o ON o.customer_id = c.id "
    "GROUP BY c.name ORDER BY revenue DESC LIMIT 5"
)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (
            "SELECT COUNT(*) FROM staff",
            "SELECT COUNT(*) FROM stores",
            "the tables (the first reads staff, the second stores)",
        ),
        (
            "SELECT name FROM staff",
            "SELECT name FROM staff WHERE active = 1",
            "the filter (only the second wants that staff.active is 1)",
        ),
        (
            "SELECT AVG(a) FROM t GROUP BY x",
            "SELECT AVG(a) FROM t GROUP BY y",
            "the grouping (the first groups by t.x, the second t.y)",
        ),
        ("SELECT a FROM t", "SELECT a, b FROM t", "the columns (only the second shows t.b)"),
        (
            "SELECT a FROM t ORDER BY b",
            "SELECT a FROM t ORDER BY b DESC",
            "the order (the first sorts by t.b, lowest first, the second t.b, highest first)",
        ),
        (
            "SELECT a FROM t LIMIT 5",
            "SELECT a FROM t LIMIT 10",
            "the number of rows (the first shows only the first 5, the second only the first 10)",
        ),
        (
            "SELECT a.x FROM a JOIN b ON a.i = b.i",
            "SELECT a.x FROM a LEFT JOIN b ON a.i = b.i",
            "the joins (only the second keeps rows without a match for b)",
        ),
        ("SELECT a FROM t", "SELECT DISTINCT a FROM t", "repeated rows (only the second leaves out repetitions)"),
        (
            "SELECT x FROM t GROUP BY x HAVING COUNT(*) > 1",
            "SELECT x FROM t GROUP BY x HAVING COUNT(*) > 2",
            "the filter (the first wants that the number of rows is greater than 1, "
            "the second the number of rows is greater than 2)",
        ),
    ],
)
def test_one_difference_is_told(one: str, other: str, told: str) -> None:
    assert difference(one, other, "sqlite") == f"They differ in {told}."


def test_what_means_the_same_is_no_difference() -> None:
    turned = BEST.replace("o.customer_id = c.id", "c.id = o.customer_id").replace("revenue", "r")
    assert difference(BEST, turned.replace("LIMIT 5", "LIMIT 3"), "sqlite") == (
        "They differ in the number of rows (the first shows only the first 5, the second only the first 3)."
    )


def test_a_column_of_the_only_table_is_the_same_with_and_without_its_table() -> None:
    told = difference("SELECT t.a FROM t", "SELECT a FROM t WHERE b = 1", "sqlite")
    assert told == "They differ in the filter (only the second wants that t.b is 1)."


def test_the_order_of_sorting_counts() -> None:
    told = difference("SELECT a FROM t ORDER BY a, b", "SELECT a FROM t ORDER BY b, a", "sqlite")
    assert "the order (the first sorts by t.a, lowest first, then t.b, lowest first" in told


def test_steps_before_the_query_are_looked_into_and_are_no_tables() -> None:
    told = difference(
        "WITH best AS (SELECT a FROM t WHERE b = 1) SELECT a FROM best", "SELECT a FROM t WHERE b = 2", "sqlite"
    )
    assert "best reads" not in told
    assert "the filter (the first wants that t.b is 1, the second t.b is 2)" in told


def test_at_most_three_things_are_told() -> None:
    told = difference(BEST, "SELECT city FROM stores WHERE open = 1 ORDER BY city LIMIT 1", "sqlite")
    assert told.count("(") == 3


@pytest.mark.parametrize("other", ["SELECT (", "", "DELETE FROM t"])
def test_what_cannot_be_read_is_not_guessed_at(other: str) -> None:
    assert "compare their SQL" in difference("SELECT a FROM t", other, "sqlite")


def test_clause_by_clause_each_says_what_the_other_does_not() -> None:
    one, other = "SELECT a FROM t WHERE x = 1 AND y = 2", "SELECT a, b FROM t WHERE y = 2 AND z = 3"
    found = [(clause.name, clause.one, clause.other) for clause in clauses(one, other, "sqlite")]
    assert found == [("the filter", ("t.x is 1",), ("t.z is 3",)), ("the columns", (), ("t.b",))]


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("SELECT a FROM t", "SELECT a FROM t LIMIT 5", "The number of rows: the right query shows only the first 5."),
        (
            "SELECT a FROM t LIMIT 5",
            "SELECT a FROM t",
            "the wrong query shows only the first 5, the right one does not.",
        ),
        ("SELECT a FROM t", "SELECT a FROM u", "The tables: the right query reads u, not t."),
    ],
)
def test_what_is_wrong_is_said_with_what_is_right(wrong: str, right: str, said: str) -> None:
    assert said in clauses(wrong, right, "sqlite")[0].instead()


def test_what_cannot_be_read_has_no_clauses() -> None:
    assert clauses("SELECT (", "SELECT 1", "sqlite") == []
