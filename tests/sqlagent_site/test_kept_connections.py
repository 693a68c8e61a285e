"""Connections to PostgreSQL are kept for the next request, and never one that is not as good as new."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import Error
from django.db.utils import ConnectionHandler

from sqlagent_site.postgres.base import DatabaseWrapper
from sqlagent_site.postgres.shelf import SHELF, Shelf
from tests.postgres import PASSWORD, PostgresServer

PLACE = ("here",)


@pytest.fixture
def kept() -> Iterator[None]:
    """As in a web process."""
    SHELF.most = 1
    yield
    SHELF.close()
    SHELF.most = 0


def wrapper(postgres: PostgresServer) -> DatabaseWrapper:
    """Django's connection of another thread."""
    where = {"HOST": "127.0.0.1", "PORT": str(postgres.port), "NAME": "library", "USER": "reader", "PASSWORD": PASSWORD}
    found = ConnectionHandler({"default": {"ENGINE": "sqlagent_site.postgres", **where}})["default"]
    assert isinstance(found, DatabaseWrapper)
    return found


def server_process(database: DatabaseWrapper) -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("kept", "db")
def test_the_next_one_goes_on_with_it(postgres: PostgresServer) -> None:
    first, second = wrapper(postgres), wrapper(postgres)
    process = server_process(first)
    first.close()
    assert server_process(second) == process
    assert first.connection is None
    second.close()


@pytest.mark.usefixtures("kept", "db")
def test_after_an_error_it_is_not_kept(postgres: PostgresServer) -> None:
    first, second = wrapper(postgres), wrapper(postgres)
    process = server_process(first)
    with suppress(Error), first.cursor() as cursor:
        cursor.execute("SELECT nothing")
    first.close()
    assert server_process(second) != process
    second.close()


@pytest.mark.usefixtures("kept", "db")
def test_with_a_cursor_of_the_server_it_is_not_kept(postgres: PostgresServer) -> None:
    first, second = wrapper(postgres), wrapper(postgres)
    process = server_process(first)
    with first.chunked_cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    first.close()
    assert server_process(second) != process
    second.close()


@pytest.mark.usefixtures("db")
def test_commands_and_workers_keep_none(postgres: PostgresServer) -> None:
    first, second = wrapper(postgres), wrapper(postgres)
    process = server_process(first)
    first.close()
    assert server_process(second) != process
    second.close()


def test_amid_a_transaction_it_is_not_kept(postgres: PostgresServer) -> None:
    shelf, connection = Shelf(most=1), postgres.connected(user="reader")
    connection.execute("SELECT 1")
    assert not shelf.give(PLACE, connection)
    connection.close()


def test_no_more_are_kept_than_there_is_room_for(postgres: PostgresServer) -> None:
    shelf, connection, other = Shelf(most=1), postgres.connected(user="reader"), postgres.connected(user="reader")
    assert shelf.give(PLACE, connection)
    assert not shelf.give(PLACE, other)
    other.close()
    shelf.close()
    assert connection.closed


def test_one_that_the_server_has_ended_is_not_given_out(postgres: PostgresServer) -> None:
    shelf, connection = Shelf(most=1), postgres.connected(user="reader")
    shelf.give(PLACE, connection)
    postgres.run(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")
    assert shelf.take(PLACE) is None
    assert connection.closed


def test_one_that_was_kept_for_too_long_is_closed(postgres: PostgresServer) -> None:
    shelf, connection = Shelf(most=1, seconds=0.0), postgres.connected(user="reader")
    shelf.give(PLACE, connection)
    assert shelf.take(PLACE) is None
    assert connection.closed


def test_one_of_another_database_is_not_given_out(postgres: PostgresServer) -> None:
    shelf, connection = Shelf(most=1), postgres.connected(user="reader")
    shelf.give(PLACE, connection)
    assert shelf.take(("there",)) is None
    assert shelf.take(PLACE) is connection
    connection.close()
