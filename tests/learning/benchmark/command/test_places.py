"""Where the databases of a file of tasks are, and what is said when they are not there."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copy

import duckdb
import pytest
from pytest_django import Settings

from datasources.dsn import BadDSN, ServerAddress
from learning.benchmark.command.places import NotThere, Place, key, of_files_and_servers, server
from learning.benchmark.tasks import Task
from tests.postgres import PostgresServer

TASK = Task("one", "Which products?", ("SELECT 1",), database="shop", dialect="sqlite")
BOOKS = replace(TASK, database="library", dialect="postgres")


def place(task: Task, directory: Path | None = None, servers: Sequence[ServerAddress] = ()) -> Place:
    return of_files_and_servers([task], directory, servers)[key(task)]


def first_cell(found: Place, sql: str) -> object:
    with closing(found.opened()) as database:
        return database.execute(sql).rows[0][0]


@pytest.mark.parametrize("where", ["shop.db", "shop.sqlite", "shop.sqlite3", "shop/shop.sqlite"])
def test_an_sqlite_file_is_found_by_its_name(tmp_path: Path, shop_path: Path, where: str) -> None:
    (tmp_path / where).parent.mkdir(exist_ok=True)
    copy(shop_path, tmp_path / where)
    assert first_cell(place(TASK, tmp_path), "SELECT COUNT(*) FROM products") == 3


def test_a_duckdb_file_is_found_by_its_name(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "shop.duckdb") as connection:
        connection.execute("CREATE TABLE products AS SELECT 7 AS price")
    task = replace(TASK, dialect="duckdb")
    assert first_cell(place(task, tmp_path), "SELECT price FROM products") == 7


def test_the_prompt_has_the_schema_and_hints_know_values(tmp_path: Path, shop_path: Path) -> None:
    copy(shop_path, tmp_path / "shop.db")
    asked_with = place(TASK, tmp_path).asked_with

    assert "CREATE TABLE products (" in asked_with.system
    table = asked_with.schema.table("orders")
    status = table.column("status") if table else None
    assert status is not None
    assert set(status.values) == {"paid", "cancelled"}


def test_questions_are_told_the_stored_values_that_they_name(tmp_path: Path, shop_path: Path) -> None:
    copy(shop_path, tmp_path / "shop.db")
    asked = place(TASK, tmp_path).asked_with.opening([], "How many tents?")[-1].content
    assert asked.endswith("products.name = 'Tent'.")


def test_no_value_is_told_where_the_settings_say_so(tmp_path: Path, shop_path: Path, settings: Settings) -> None:
    settings.VALUE_INDEX = False
    copy(shop_path, tmp_path / "shop.db")
    assert place(TASK, tmp_path).asked_with.values is None


def test_all_that_are_missing_are_named_with_where_they_were_looked_for(tmp_path: Path) -> None:
    others = [TASK, replace(TASK, database="town"), replace(TASK, dialect="duckdb"), BOOKS]
    with pytest.raises(NotThere) as refused:
        of_files_and_servers(others, tmp_path, ())
    assert str(refused.value).splitlines() == [
        f"shop (sqlite): no shop.db or shop.sqlite or shop.sqlite3 in {tmp_path}.",
        f"town (sqlite): no town.db or town.sqlite or town.sqlite3 in {tmp_path}.",
        f"shop (duckdb): no shop.duckdb in {tmp_path}.",
        "library (postgres): name its server with --server postgres://user:password@host/.",
    ]


def test_without_a_directory_it_says_how_to_name_one() -> None:
    with pytest.raises(NotThere, match=r"shop \(sqlite\): name the directory of its file with --databases DIR"):
        place(TASK)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("something else, and long enough to be looked at" * 20)
    with pytest.raises(NotThere, match=r"shop \(sqlite\): "):
        place(TASK, tmp_path)


def test_a_file_is_read_and_never_written(tmp_path: Path, shop_path: Path) -> None:
    copy(shop_path, tmp_path / "shop.db")
    before = (tmp_path / "shop.db").read_bytes()
    place(TASK, tmp_path)
    assert (tmp_path / "shop.db").read_bytes() == before
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        assert connection.execute("SELECT COUNT(*) FROM products").fetchone() == (3,)
    connection.close()


def test_the_server_that_the_operator_names_may_be_on_this_machine(postgres: PostgresServer) -> None:
    address = server(postgres.address("reader", "library").to_dsn())
    assert first_cell(place(BOOKS, servers=[address]), "SELECT COUNT(*) FROM books") == 3


def test_the_task_names_the_database_on_the_server(postgres: PostgresServer) -> None:
    address = server(postgres.address("reader", "another").to_dsn())
    assert "CREATE TABLE books (" in place(BOOKS, servers=[address]).asked_with.system
    with pytest.raises(NotThere, match=r"nowhere \(postgres\): There is no such database on the server"):
        place(replace(BOOKS, database="nowhere"), servers=[address])


def test_a_powerful_role_is_refused_unless_the_settings_allow_it(postgres: PostgresServer, settings: Settings) -> None:
    address = server(postgres.address("postgres", "library").to_dsn())
    with pytest.raises(NotThere, match="superuser"):
        place(BOOKS, servers=[address])
    settings.ALLOW_POWERFUL_ROLES = True
    assert place(BOOKS, servers=[address]).asked_with.is_whole


@pytest.mark.parametrize("end", ["", "/", "/library", "?sslmode=disable", "/?sslmode=disable"])
def test_a_server_needs_no_database(end: str) -> None:
    found = server(f"postgres://me:secret@db.example.org{end}")
    assert (found.host, found.user, found.password) == ("db.example.org", "me", "secret")


def test_a_server_that_cannot_be_read_is_a_sentence() -> None:
    with pytest.raises(BadDSN, match="A DSN starts with"):
        server("db.example.org")
