"""What a person is told when the application's own database fails."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from datasources.own_database import BROKEN_DISK, NO_ROOM, NOT_THERE, is_passing, sentence

READ = "SELECT * FROM kept"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in Django's way, with a log beside it."""
    path = tmp_path / "app.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode = wal")
        made.execute("CREATE TABLE kept (text)")
        made.commit()
    return path


@contextmanager
def no_file_grows() -> Iterator[None]:
    """As on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def failed(path: Path, statement: str) -> OperationalError:
    """As Django raises it."""
    with pytest.raises(sqlite3.OperationalError) as error, closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.execute(statement)
    wrapped = OperationalError(*error.value.args)
    wrapped.__cause__ = error.value
    return wrapped


def test_a_disk_without_room_for_the_index_of_its_log_is_full(path: Path) -> None:
    with no_file_grows():
        error = failed(path, READ)
    assert is_passing(error)
    assert sentence(error) == NO_ROOM


def test_a_file_that_cannot_be_read_is_said_to_be(path: Path) -> None:
    path.unlink()
    path.mkdir()
    error = failed(path, READ)
    assert is_passing(error)
    assert sentence(error) == BROKEN_DISK


def test_a_database_that_somebody_else_locks_does_not_answer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = failed(path, "BEGIN IMMEDIATE")
    assert is_passing(error)
    assert sentence(error) == NOT_THERE
