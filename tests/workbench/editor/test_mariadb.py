"""Plans and places of errors on a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from datasources.engine import ServerDatabase
from tests.mariadb import MariadbServer
from tests.workbench.editor.test_places import found
from tests.workbench.editor.test_plans import lines, plan


@pytest.fixture
def library(mariadb: MariadbServer) -> Iterator[ServerDatabase]:
    database = ServerDatabase(mariadb.address(mariadb.reader), ["127.0.0.1"])
    yield database
    database.close()


def test_a_plan_is_a_tree(library: ServerDatabase) -> None:
    sql = "SELECT a.name, COUNT(*) FROM authors a JOIN books b ON b.author_id = a.id GROUP BY a.name ORDER BY 2 DESC"
    told = list(lines(plan(library, sql).steps))
    assert [line.strip() for line in told[:4]] == ["Query block", "Filesort", "Temporary table", "Nested loop"]
    assert told[4:] == ["        Read all of a", "        Look up in b by author_id"]


@pytest.mark.parametrize(
    "marked",
    [
        "SELECT [nme] FROM authors",
        "SELECT name,\n [a.foo] FROM authors a",
        "SELECT * FROM [nowhere]",
        "SELECT [id] FROM authors JOIN books ON true",
        "SELECT name FROM authors [WHERE]",
    ],
)
def test_an_error_has_its_place(library: ServerDatabase, marked: str) -> None:
    assert found(library, marked) == marked
