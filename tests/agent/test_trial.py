"""A statement put to the test: what else the database is asked to run for it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.skills import Skills
from agent.trial import Trial
from datasources.binding import Bound
from datasources.engine import ResultSet, SqliteDatabase

LIMITED = "SELECT name FROM products ORDER BY name LIMIT 2"


class Noting(SqliteDatabase):
    """Notes what it runs, and says that it took so many seconds."""

    seconds = 0.0

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        self.__dict__.setdefault("ran", []).append(sql)
        return replace(super().execute(sql, bound), elapsed=self.seconds)


@pytest.fixture
def noting(shop_path: Path) -> Iterator[Noting]:
    with closing(Noting(shop_path)) as database:
        yield database


async def read(database: Noting, sql: str) -> tuple[str, list[str]]:
    trial = Trial("List all products by name.", database, database.schema(), Skills.of(["fixes"]))
    reading = await trial.read(sql)
    return reading.sql, database.__dict__["ran"]


async def test_a_quick_statement_is_run_without_the_limit_that_nobody_asked_for(noting: Noting) -> None:
    sql, ran = await read(noting, LIMITED)
    assert "LIMIT" not in sql
    assert len(ran) == 2


async def test_a_slow_statement_is_not_run_in_another_form(noting: Noting) -> None:
    noting.seconds = 2.5
    sql, ran = await read(noting, LIMITED)
    assert sql == LIMITED
    assert ran == [LIMITED]
