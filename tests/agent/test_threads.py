"""What waits for a database, and whom it holds up."""

import asyncio
import threading
from collections.abc import Hashable, Sequence

import pytest

from agent import threads
from datasources.binding import Bound
from datasources.engine import Probe, ResultSet, Values
from datasources.errors import QueryCancelled
from datasources.introspect import Schema, Table

NOTHING = ResultSet((), (), False, 0.0)


class Stalling:
    """A database that answers nobody until it is cancelled."""

    dialect = "sqlite"

    def __init__(self, whose: Hashable) -> None:
        self.whose = whose
        self._is_over = threading.Event()

    def probe(self) -> Probe:
        return Probe("1")

    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        self._is_over.wait(30)
        raise QueryCancelled("The query was cancelled.")

    def schema(self, seconds: float | None = None) -> Schema:
        return Schema(())

    def values(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        return {}

    def distinct(self, tables: Sequence[Table], seconds: float | None = None) -> Values:
        return {}

    def cancel(self) -> None:
        self._is_over.set()

    def close(self) -> None:
        self.cancel()


class Prompt(Stalling):
    def execute(self, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
        return NOTHING


async def test_a_stalled_database_holds_up_no_other() -> None:
    stalling = Stalling("one")
    waiting = [asyncio.create_task(threads.execute(stalling, "SELECT 1")) for _ in range(80)]
    await asyncio.sleep(0.1)
    try:
        async with asyncio.timeout(2):
            assert await threads.execute(Prompt("another"), "SELECT 1") == NOTHING
    finally:
        stalling.cancel()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, QueryCancelled) for one in ended)


async def test_a_task_that_is_cancelled_cancels_its_statement() -> None:
    stalling = Stalling("one")
    waiting = asyncio.create_task(threads.execute(stalling, "SELECT 1"))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert stalling._is_over.is_set()
