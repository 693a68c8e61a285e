"""Each layer below the guard holds without it: these statements go to the child as they are."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from datasources.children import Child, Source
from datasources.sqlite_driver import _connect
from datasources.wire import Failure

Answer = tuple[Any, ...] | Failure
Ask = Callable[[str], Answer]


@pytest.fixture
def ask(path: Path) -> Iterator[Ask]:
    child = Child(Source("sqlite", (("path", str(path)),)))
    child.open()
    yield lambda sql: child.ask(("run", sql, (), 5, 100, 100_000, 1000), 10)
    child.bury()


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO authors VALUES (3, 'Eve', 1)",
        "REPLACE INTO authors VALUES (1, 'Eve', 1)",
        "UPDATE authors SET name = 'x'",
        "DELETE FROM authors",
        "DROP TABLE authors",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x (a)",
        "CREATE TEMP TRIGGER x AFTER INSERT ON authors BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE temp.x USING fts3(a)",
        "CREATE INDEX x ON authors (name)",
        "ALTER TABLE authors RENAME TO x",
        "ATTACH 'file:other?mode=memory' AS other",
        "ATTACH '/etc/passwd' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO '/tmp/vacuumed.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN IMMEDIATE",
        "SAVEPOINT x",
        "PRAGMA query_only = 0",
        "PRAGMA writable_schema = 1",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA database_list",
        "PRAGMA table_info(authors)",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_table_info('authors')",
        "SELECT load_extension('/lib/x.so')",
        "SELECT fts3_tokenizer('simple', x'4141414141414141')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT zeroblob(10)",
        "SELECT randomblob(10)",
        "SELECT sqlite_compileoption_get(1)",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_stmt",
        "SELECT * FROM fts3tokenize",
        "SELECT 1; DELETE FROM authors",
    ],
)
def test_nothing_but_reading_gets_through(ask: Ask, sql: str, path: Path) -> None:
    before = path.read_bytes(), sorted(path.parent.iterdir())
    assert isinstance(ask(sql), Failure)
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == before


def test_reading_does(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM authors")[1] == ((2,),)  # type: ignore[index]


def test_the_session_alone_refuses_to_write(path: Path) -> None:
    """Without the authorizer: the file is open for reading, as one that never changes."""
    with closing(_connect(str(path))) as connection:
        for sql in (
            "DELETE FROM authors",
            "CREATE TABLE x (a)",
            "VACUUM INTO '/tmp/vacuumed.db'",
            "ATTACH '/tmp/x' AS x",
        ):
            with pytest.raises(sqlite3.Error):
                connection.execute(sql)


def test_a_child_writes_no_file_and_starts_no_process(path: Path) -> None:
    child = Child(Source("sqlite", (("path", str(path)),)))
    child.open()
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    child.bury()
    held = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert held["Max file size"] == "0"
    assert held["Max core file size"] == "0"
    assert held["Max processes"] == "0"
    assert held["Max open files"] == "16"
    assert held["Max address space"] == str(1 << 30)
    assert environment == b""


def test_reading_a_virtual_table_of_the_database(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('hello world')"
        )
    child = Child(Source("sqlite", (("path", str(path)),)))
    child.open()
    answer = child.ask(("run", "SELECT body FROM notes WHERE notes MATCH 'world'", (), 5, 10, 1000, 100), 5)
    child.bury()
    assert answer[1] == (("hello world",),)  # type: ignore[index]
