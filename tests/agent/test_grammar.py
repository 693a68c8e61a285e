"""The grammar of a reply, read by llama.cpp's own parser: what may be written, and what may not."""

from contextlib import closing
from pathlib import Path

import pytest

from agent.grammar import LONGEST, grammar
from datasources.engine import SqliteDatabase
from datasources.introspect import Column, Schema, Table
from datasources.sample.builder import build
from learning.benchmark.tasks import built_in
from tests.agent.gbnf import accepted

SCHEMA = Schema(
    (
        Table("authors", (Column("id", "INTEGER"), Column("full name", "TEXT"), Column("born", "DATE"))),
        Table("books", (Column("id", "INTEGER"), Column("author_id", "INTEGER"), Column("author", "TEXT"))),
        Table("loans", (Column("book_id", "INTEGER"), Column("lent_on", "DATE")), schema="desk"),
    )
)


def reply(sql: str) -> str:
    return f"```sql\n{sql}\n```"


def is_allowed(sql: str, dialect: str = "sqlite", schema: Schema = SCHEMA) -> bool:
    return accepted(grammar(schema, dialect), reply(sql)) == reply(sql)


def test_every_right_answer_to_the_built_in_questions_is_allowed(tmp_path: Path) -> None:
    build(tmp_path / "sample.db")
    with closing(SqliteDatabase(tmp_path / "sample.db")) as database:
        rules = grammar(database.schema(), "sqlite")
    replies = [reply(sql) for task in built_in() for sql in task.gold]
    assert [text for text in replies if accepted(rules, text) != text] == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM authors",
        "SELECT a.id, COUNT(*) AS many FROM authors AS a JOIN books b ON b.author_id = a.id GROUP BY a.id",
        "SELECT \"full name\" FROM authors WHERE \"full name\" LIKE 'O''Neill%' ORDER BY born DESC LIMIT 5",
        "select id from authors where born is not null and id in (1, 2)",
        "SELECT id FROM books WHERE author_id NOT IN (SELECT id FROM authors WHERE born < '1900-01-01')",
        "SELECT COUNT(*) AS many FROM books GROUP BY author_id HAVING many > 2 ORDER BY many",
        "SELECT AVG(t.many) FROM (SELECT COUNT(*) AS many FROM books GROUP BY author_id) AS t",
        "WITH t AS (SELECT author_id, COUNT(*) AS many FROM books GROUP BY author_id) SELECT MAX(many) FROM t",
        "SELECT CASE WHEN born < '1900' THEN 'old' ELSE 'new' END FROM authors UNION ALL SELECT author FROM books",
        "SELECT ROW_NUMBER() OVER (PARTITION BY author_id ORDER BY id) FROM books;",
        "SELECT 100.0 * COUNT(CASE WHEN id > 2 THEN 1 END) / NULLIF(COUNT(*), 0) FROM books",
    ],
)
def test_sql_with_names_that_exist(sql: str) -> None:
    assert is_allowed(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT EXTRACT(YEAR FROM a.born)::int FROM authors a",
        "SELECT count(*) FILTER (WHERE id > 1) FROM desk.loans, books",
        "SELECT id FROM books WHERE author ILIKE '%b%'",
        "SELECT date_trunc('month', lent_on) FROM desk.loans WHERE lent_on > CURRENT_DATE - INTERVAL '1 month'",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM books",
    ],
)
def test_the_words_of_postgres(sql: str) -> None:
    assert is_allowed(sql, "postgres")


@pytest.mark.parametrize(
    ("sql", "allowed"),
    [
        ("SELECT id FROM author", "SELECT id FROM author"),
        ("SELECT id FROM books WHERE title = 'x'", "SELECT id FROM books WHERE title "),
        ("SELECT id FROM books AS b ORDER BY b.title", "SELECT id FROM books AS b ORDER BY b."),
        ("SELECT x.y FROM (SELECT title AS y FROM books) AS x", "SELECT x.y FROM (SELECT title AS y FROM "),
        ("DELETE FROM books", ""),
    ],
)
def test_sql_with_a_name_that_does_not_exist_goes_no_further(sql: str, allowed: str) -> None:
    assert accepted(grammar(SCHEMA, "sqlite"), reply(sql)) == f"```sql\n{allowed}"


def test_prose_is_not_allowed() -> None:
    assert accepted(grammar(SCHEMA, "sqlite"), "Here is the query:") == ""


def test_only_some_tables_may_be_read() -> None:
    some = grammar(SCHEMA, "sqlite", ["authors"])
    assert accepted(some, reply("SELECT born FROM authors")) == reply("SELECT born FROM authors")
    assert accepted(some, reply("SELECT id FROM books")) == "```sql\nSELECT id FROM "


def test_names_with_signs_of_the_grammar_itself() -> None:
    odd = Schema((Table('a"b\\c', (Column("x\\y", "TEXT"), Column("x\\z", "TEXT"))),))
    assert is_allowed('SELECT "x\\z" FROM "a""b\\c"', schema=odd)


def test_sixty_tables_are_compact() -> None:
    columns = tuple(Column(f"{name}_{number}", "TEXT") for name in ("amount", "label") for number in range(5))
    many = Schema(tuple(Table(f"table_{number}", (*columns, Column(f"own_{number}", "TEXT"))) for number in range(60)))
    assert 0 < len(grammar(many, "sqlite")) < LONGEST


def test_of_a_schema_that_is_too_large_there_is_none() -> None:
    columns = tuple(Column(f"{number * 7919:06}_{number}", "TEXT") for number in range(2000))
    assert grammar(Schema((Table("t", columns),)), "sqlite") == ""


def test_of_a_schema_without_columns_there_is_none() -> None:
    assert grammar(Schema(()), "sqlite") == ""
