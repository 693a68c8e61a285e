from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from datasources.engine import RowStream
from datasources.models import Connection
from workbench.results import stored
from workbench.results.models import Result
from workbench.results.stored import StoredRows

ORDERS = "SELECT id, product_id, status, ordered_at, amount FROM orders ORDER BY id"
Keep = Callable[..., StoredRows]


def stream_of(columns: Sequence[str], rows: Sequence[Sequence[Any]], types: Sequence[str] = ()) -> RowStream:
    """As a database would give it, in two parts."""
    half = len(rows) // 2
    parts = [("part", (tuple(map(tuple, some)),)) for some in (rows[:half], rows[half:])]
    return RowStream(tuple(columns), tuple(types), iter([*parts, ("rows", ((), (), False, 0.5, ()))]))


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """`keep(["a"], [[1], [2]])`: these rows in a file."""

    def keep_(columns: Sequence[str], rows: Sequence[Sequence[Any]], types: Sequence[str] = ()) -> StoredRows:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite3"
        stored.write(path, stream_of(columns, rows, types))
        found = stored.look(path)
        assert found
        return found

    return keep_


@pytest.fixture
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    directory = tmp_path / "data"
    directory.mkdir()
    settings.DATA_DIR = directory
    return directory


@pytest.fixture
def orders(alice: User, connection: Connection, data_dir: Path) -> Result:
    """Alice's, of three rows."""
    return Result.objects.of(alice, connection, ORDERS, "Which orders are there?")
