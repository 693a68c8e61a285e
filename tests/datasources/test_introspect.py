"""What is known of a database, and how it is told."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from datasources.engine import SqliteDatabase
from datasources.introspect import Column, ForeignKey, Schema, Table, quoted

PROMPT = """\
CREATE TABLE authors (
  id INTEGER PRIMARY KEY,
  name TEXT,
  born INT
);

CREATE TABLE books (
  id INTEGER PRIMARY KEY,
  author_id INTEGER,
  title VARCHAR(80),
  "list price" REAL,
  cover BLOB,
  FOREIGN KEY (author_id) REFERENCES authors (id)
);

CREATE TABLE loans (
  book_id INTEGER,
  member TEXT,
  due TEXT,
  PRIMARY KEY (book_id, due),
  FOREIGN KEY (book_id) REFERENCES books (id)
);

CREATE VIEW prolific (
  author_id INTEGER,
  books
);"""


@pytest.fixture
def schema(database: SqliteDatabase) -> Schema:
    return database.schema()


def test_tables_with_their_columns_and_keys(schema: Schema) -> None:
    assert schema.table("loans") == Table(
        name="loans",
        columns=(
            Column("book_id", "INTEGER", nullable=False),
            Column("member", "TEXT"),
            Column("due", "TEXT", nullable=False),
        ),
        primary_key=("book_id", "due"),
        foreign_keys=(ForeignKey(("book_id",), "books", ("id",)),),
        rows=0,
    )


def test_a_foreign_key_that_names_no_column_means_the_primary_key(schema: Schema) -> None:
    books = schema.table("books")
    assert books
    assert books.foreign_keys == (ForeignKey(("author_id",), "authors", ("id",)),)


def test_views_are_tables_that_say_so(schema: Schema) -> None:
    view = schema.table("prolific")
    assert view
    assert view.is_view


def test_the_prompt(schema: Schema) -> None:
    assert schema.to_prompt() == PROMPT


def test_the_prompt_is_the_same_each_time(database: SqliteDatabase, schema: Schema) -> None:
    assert database.schema().to_prompt() == schema.to_prompt()
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))).to_prompt() == schema.to_prompt()


def test_a_snapshot_survives_json(schema: Schema) -> None:
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


def test_an_empty_database_has_an_empty_prompt(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "empty.db")) as connection:
        connection.execute("VACUUM")
    schema = SqliteDatabase(tmp_path / "empty.db").schema()
    assert (schema.tables, schema.to_prompt()) == ((), "")


def test_what_sqlite_keeps_for_itself_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, a, b AS (a + 1));"
            "CREATE VIRTUAL TABLE notes USING fts5(body);"
            "CREATE TABLE gone (a); CREATE VIEW broken AS SELECT * FROM gone; DROP TABLE gone;"
            "ANALYZE"
        )
    schema = SqliteDatabase(path).schema()
    assert [table.name for table in schema.tables] == ["notes", "numbered"]
    assert [column.name for column in schema.tables[1].columns] == ["id", "a", "b"]


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("plain_1", "plain_1"),
        ("MixedCase", "MixedCase"),
        ("with space", '"with space"'),
        ("1st", '"1st"'),
        ("order", '"order"'),
        ("Group", '"Group"'),
        ('say "hi"', '"say ""hi"""'),
        ("größe", '"größe"'),
    ],
)
def test_names_are_quoted_only_where_needed(name: str, spelling: str) -> None:
    assert quoted(name) == spelling
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE {spelling} ({spelling})")


class TestHints:
    def test_a_table_in_any_case(self, schema: Schema) -> None:
        found = schema.table("BOOKS")
        assert found
        assert found.name == "books"
        assert schema.table("nothing") is None

    def test_which_tables_have_a_column(self, schema: Schema) -> None:
        assert schema.tables_with_column("ID") == ["authors", "books"]
        assert schema.tables_with_column("nothing") == []

    def test_the_closest_tables(self, schema: Schema) -> None:
        assert schema.closest_tables("author")[0] == "authors"
        assert schema.closest_tables("zzzz") == []

    def test_the_closest_columns(self, schema: Schema) -> None:
        assert schema.closest_columns("titel")[0] == "books.title"
        assert schema.closest_columns("book", tables=["LOANS"]) == ["loans.book_id"]
        assert schema.closest_columns("zzzz") == []

    def test_the_words_for_completion(self, schema: Schema) -> None:
        words = schema.words()
        assert words == sorted(words, key=str.casefold)
        assert words.count("id") == 1
        assert {"authors", "list price", "prolific"} <= set(words)
