"""Joins and limits that nobody asked for."""

import pytest

from agent.needless import without_needless
from datasources.introspect import Column, Schema, Table


def table(name: str, *columns: str) -> Table:
    return Table(name, tuple(Column(column, "TEXT") for column in columns))


SCHEMA = Schema(
    (
        table("author", "id", "name", "born", "country"),
        table("book", "id", "author_id", "title", "price"),
        table("nation", "country", "continent"),
    )
)


def slim(sql: str, question: str) -> str:
    found = without_needless(sql, question, SCHEMA, "sqlite")
    return found.fix.sql if found else ""


@pytest.mark.parametrize(
    ("sql", "question", "expected"),
    [
        (
            "SELECT a.country, COUNT(a.id) FROM author a JOIN nation n ON a.country = n.country GROUP BY a.country",
            "How many authors are there in each country?",
            "SELECT a.country, COUNT(a.id) FROM author AS a GROUP BY a.country",
        ),
        (
            "SELECT T2.name FROM author AS T1 JOIN nation AS T2 ON T1.country = T2.country WHERE T1.born > 1900",
            "Who was born after 1900?",
            "SELECT T1.name FROM author AS T1 WHERE T1.born > 1900",
        ),
        (
            "SELECT b.title FROM nation n JOIN author a ON n.country = a.country JOIN book b ON b.author_id = a.id",
            "What are the titles of books by author?",
            "SELECT b.title FROM author AS a JOIN book AS b ON b.author_id = a.id",
        ),
        (
            "SELECT name FROM author JOIN nation ON author.country = nation.country AND author.born > 5",
            "Who is there?",
            "SELECT name FROM author WHERE author.born > 5",
        ),
        (
            "SELECT name FROM author ORDER BY name LIMIT 10",
            "List all authors by name.",
            "SELECT name FROM author ORDER BY name",
        ),
    ],
)
def test_what_nobody_asked_for_is_left_out(sql: str, question: str, expected: str) -> None:
    assert slim(sql, question) == expected


@pytest.mark.parametrize(
    ("sql", "question"),
    [
        ("SELECT a.name FROM author a JOIN book b ON b.author_id = a.id", "Which authors have a book?"),
        ("SELECT a.name, n.continent FROM author a JOIN nation n ON a.country = n.country", "Who is from where?"),
        ("SELECT DISTINCT a.name FROM author a JOIN nation n ON a.country = n.country", "Who is known?"),
        ("SELECT COUNT(DISTINCT a.id) FROM author a JOIN nation n ON a.country = n.country", "How many are known?"),
        ("SELECT a.* FROM author a JOIN nation n ON a.country = n.country", "Who is known?"),
        ("SELECT a.name FROM author a JOIN book b ON b.author_id = a.id WHERE b.price > 5", "Who is dear?"),
        ("SELECT a.continent FROM author a JOIN nation n ON a.country = n.country", "Where are they from?"),
        ("SELECT name FROM author ORDER BY born LIMIT 3", "Who are the top authors?"),
        ("SELECT name FROM author ORDER BY born LIMIT 1", "Who was there first?"),
        ("SELECT name FROM author ORDER BY born LIMIT 10 OFFSET 10", "List all authors."),
        ("SELECT name FROM author", "List all authors."),
        ("SELEC name", "List all authors."),
    ],
)
def test_what_may_be_meant_stays(sql: str, question: str) -> None:
    assert slim(sql, question) == ""


def test_a_probe_tells_whether_the_join_repeated_rows() -> None:
    sql = "SELECT a.name FROM author a JOIN nation n ON a.country = n.country"
    found = without_needless(sql, "Who is known?", SCHEMA, "sqlite")

    assert found is not None
    assert found.probes == ("SELECT 1 FROM nation GROUP BY country HAVING COUNT(*) > 1 LIMIT 1",)
    assert found.fix.why == "Left out nation, of which nothing is needed."
