"""Files of people: what is kept of them and where, and what is refused in which words."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from pytest_django import Settings

from datasources.engine import DuckdbDatabase, SqliteDatabase
from datasources.uploads import BadUpload, Stored, remove, store


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def left_behind(data_dir: Path) -> Iterator[None]:
    """Nothing may be."""
    yield
    assert list((data_dir / "uploads").iterdir()) == []


def _file(content: bytes | str | Path, name: str = "file.bin") -> UploadedFile[Any]:
    if isinstance(content, Path):
        content = content.read_bytes()
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def _refusal(*files: UploadedFile[Any]) -> str:
    with pytest.raises(BadUpload) as bad:
        store(files, 1)
    assert str(bad.value).endswith((".", ")."))
    return str(bad.value)


def _sqlite(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


class TestStoring:
    def test_a_sqlite_database_is_kept_whatever_its_name(self, path: Path, data_dir: Path) -> None:
        stored = store([_file(path, "../../evil.duckdb")], 7)
        assert stored == Stored(stored.path, "sqlite", "")
        assert stored.path.parent.parent == data_dir / "uploads"
        assert stored.path.name == "database.sqlite"
        assert SqliteDatabase(stored.path).execute("SELECT count(*) FROM books").rows == ((3,),)

    def test_nobody_else_on_the_machine_can_read_it(self, path: Path, data_dir: Path) -> None:
        stored = store([_file(path)], 1)
        modes = [item.stat().st_mode & 0o777 for item in (stored.path, stored.path.parent, data_dir / "uploads")]
        assert modes == [0o600, 0o700, 0o700]

    def test_a_duckdb_database_is_kept(self, duckdb_path: Path) -> None:
        stored = store([_file(duckdb_path, "x.db")], 1)
        assert stored.dialect == "duckdb"
        assert DuckdbDatabase(stored.path).execute("SELECT count(*) FROM orders").rows == ((3,),)

    def test_csv_and_parquet_files_become_one_duckdb_database(self, tmp_path: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT 1 AS id) TO '{tmp_path}/p' (FORMAT parquet)")
        files = [
            _file("id,name\n1,a\n", "Sales 2024.csv"),
            _file("id\tx\n1\t2\n", "b.tsv"),
            _file(tmp_path / "p", "order.parquet"),
        ]
        stored = store(files, 1)
        assert stored.dialect == "duckdb"
        names = [table.name for table in DuckdbDatabase(stored.path).schema().tables]
        assert names == ["b", "order_data", "sales_2024"]
        assert os.listdir(stored.path.parent) == ["database.duckdb"]
        assert stored.path.stat().st_mode & 0o777 == 0o600

    def test_what_was_assumed_is_noted(self) -> None:
        stored = store([_file("name\nJosé\n".encode("cp1252"), "x.csv"), _file("1,2\n3,4\n", "y.csv")], 1)
        first, second = stored.notes.split("\n")
        assert first.startswith("x.csv: it is not in UTF-8")
        assert second.startswith("y.csv: it has no line with the names")

    def test_two_uploads_of_the_same_file_are_two(self, path: Path) -> None:
        assert store([_file(path)], 1).path.parent != store([_file(path)], 1).path.parent


@pytest.mark.usefixtures("left_behind")
class TestRefusing:
    def test_more_than_the_limit(self, settings: Settings) -> None:
        settings.MAX_UPLOAD_MB = 1
        assert "larger than 1 MB" in _refusal(_file(b"a,b\n" * 300_000))
        assert "MAX_UPLOAD_MB" in _refusal(_file("a,b\n" * 150_000), _file("a,b\n" * 150_000))

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is empty."),
            (b"Dear Ann,\nsee you soon.\n", "is text, not a database. If it is a table, call it .csv"),
            (gzip.compress(b"a,b\n1,2\n", mtime=0), "is compressed (gzip). Unpack it"),
            (b"PK\x03\x04" + b"x" * 99, "is a spreadsheet or a ZIP archive. Save each sheet as CSV"),
            (b"%PDF-1.7 ...", "is a PDF document"),
            (b'{"a": 1}', "looks like JSON"),
            (b'[{"a": 1}]', "looks like JSON"),
            (b"<!DOCTYPE html><p>", "looks like HTML"),
            (b"-- dump\nCREATE TABLE a (b);", "looks like a SQL script"),
            (b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;", "looks like a SQL script"),
            (b"\x37\x7f\x06\x82" + bytes(99), "is the write-ahead log of a SQLite database"),
            (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(99), "is the journal of a SQLite database"),
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is neither a SQLite or DuckDB database nor a CSV"),
            (os.urandom(40_960), "is encrypted (SQLCipher, for example)"),
            (b"PARE" + bytes(99), "is an encrypted Parquet file"),
            (b"PAR1" + bytes(99), "could not be read"),
        ],
    )
    def test_what_is_no_database_and_no_table(self, content: bytes, message: str) -> None:
        refusal = _refusal(_file(content, "thing.db"))
        assert message in refusal
        assert "The file thing.db " in refusal

    def test_a_table_without_a_line(self) -> None:
        assert "holds no data" in _refusal(_file(b" \n\n", "x.csv"))

    def test_no_file_at_all(self, data_dir: Path) -> None:
        (data_dir / "uploads").mkdir()
        assert _refusal() == "Choose a file to upload."

    def test_a_database_beside_other_files(self, path: Path) -> None:
        assert "uploaded alone" in _refusal(_file(path), _file("a,b\n1,2\n"))
        assert "uploaded alone" in _refusal(_file(path), _file(path))

    def test_a_sqlite_database_that_was_cut_off(self, path: Path) -> None:
        assert "is cut off: 9,000 of its" in _refusal(_file(path.read_bytes()[:9000]))

    @pytest.mark.parametrize("size", [16, 50, 100])
    def test_a_sqlite_database_of_which_there_is_hardly_any(self, path: Path, size: int) -> None:
        assert "SQLite database is" in _refusal(_file(path.read_bytes()[:size]))

    @pytest.mark.parametrize("start", [100, 4096, 8192])
    def test_a_sqlite_database_with_damaged_pages(self, path: Path, start: int) -> None:
        content = bytearray(path.read_bytes())
        content[start : start + 2000] = b"\xa5" * 2000
        assert "The SQLite database is damaged" in _refusal(_file(bytes(content)))

    def test_a_sqlite_header_and_nothing_behind_it(self) -> None:
        assert "SQLite database is damaged" in _refusal(_file(b"SQLite format 3\x00" + bytes(5000)))
        assert "SQLite database is" in _refusal(_file(b"SQLite format 3\x00" + os.urandom(50_000)))

    def test_a_damaged_duckdb_database(self, duckdb_path: Path) -> None:
        assert "damaged" in _refusal(_file(duckdb_path.read_bytes()[:5000]))

    def test_lines_that_do_not_fit(self) -> None:
        assert "line 2 is the first" in _refusal(_file("a,b,c\n1,2\n3,4,5,6\n7,8,9\n", "x.csv"))

    def test_a_name_that_is_no_name(self) -> None:
        assert "The file \u202e" not in _refusal(_file(b"", "a\u202eb\x00.csv"))


class TestUnusualSqlite:
    def test_one_in_wal_mode_is_kept_with_a_note(self, tmp_path: Path) -> None:
        database = tmp_path / "wal.db"
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            stored = store([_file(database)], 1)
        assert "write-ahead log" in stored.notes
        assert SqliteDatabase(stored.path).execute("SELECT a FROM t").rows == ((1,),)
        assert os.listdir(stored.path.parent) == ["database.sqlite"]

    def test_one_with_full_text_indexes_and_trees(self, tmp_path: Path) -> None:
        script = (
            "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('hello world');"
            "CREATE VIRTUAL TABLE old USING fts4(body); CREATE VIRTUAL TABLE boxes USING rtree(id, a, b);"
        )
        stored = store([_file(_sqlite(tmp_path / "fts.db", script))], 1)
        database = SqliteDatabase(stored.path)
        assert database.execute("SELECT body FROM notes WHERE notes MATCH 'world'").rows == (("hello world",),)
        assert "notes" in [table.name for table in database.schema().tables]

    def test_one_with_a_virtual_table_that_is_unknown_here(self, tmp_path: Path) -> None:
        script = (
            "CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA writable_schema = ON;"
            "INSERT INTO sqlite_schema"
            " VALUES ('table', 'maps', 'maps', 0, 'CREATE VIRTUAL TABLE maps USING nowhere(a)')"
        )
        stored = store([_file(_sqlite(tmp_path / "maps.db", script))], 1)
        database = SqliteDatabase(stored.path)
        assert [table.name for table in database.schema().tables] == ["t"]
        assert database.execute("SELECT a FROM t").rows == ((1,),)

    def test_one_without_tables_says_so(self, tmp_path: Path) -> None:
        stored = store([_file(_sqlite(tmp_path / "empty.db", "CREATE TABLE a (b); DROP TABLE a"))], 1)
        assert stored.notes == "The database has no tables yet."

    def test_one_whose_views_never_end_is_only_as_slow_as_its_reading(self, tmp_path: Path) -> None:
        endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"
        script = f"CREATE TABLE t (a); CREATE VIEW v AS {endless}; CREATE INDEX i ON t (a) WHERE a > 1"
        started = time.monotonic()
        store([_file(_sqlite(tmp_path / "slow.db", script))], 1)
        assert time.monotonic() - started < 20


class TestRemoving:
    def test_the_directory_of_the_upload_goes(self, path: Path, data_dir: Path) -> None:
        stored, other = store([_file(path)], 1), store([_file(path)], 1)
        remove(stored.path)
        remove(stored.path)
        assert list((data_dir / "uploads").iterdir()) == [other.path.parent]

    def test_nothing_else_does(self, path: Path, data_dir: Path) -> None:
        stored = store([_file(path)], 1)
        inner = stored.path.parent / "inner"
        inner.mkdir()
        for wrong in (
            path,
            data_dir / "uploads",
            data_dir / "uploads" / "x",
            inner / "x",
            stored.path / "../../../x",
            Path(),
        ):
            with pytest.raises(ValueError, match="no upload"):
                remove(wrong)
        assert stored.path.exists()
        assert path.exists()

    def test_nor_what_a_link_leads_to(self, path: Path, data_dir: Path, tmp_path: Path) -> None:
        store([_file(path)], 1)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(path, elsewhere / "database.sqlite")
        (data_dir / "uploads" / "link").symlink_to(elsewhere)
        with pytest.raises(ValueError, match="no upload"):
            remove(data_dir / "uploads" / "link" / "database.sqlite")
        assert (elsewhere / "database.sqlite").exists()
