"""A statement put to the test: put right where a program is sure, run, and examined for signs that it is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from agent import fixes, suspicion
from agent.errors import ErrorClass, classify_error, is_connection_lost
from agent.literals import respelled
from agent.needless import without_needless
from agent.reading import Doubt, Fix, Reading
from agent.rejection import Rejected, same_result, verdict_on, verdict_on_rows
from agent.repair_facts import facts_for
from agent.skills import Skills
from agent.threads import apart, execute
from agent.value_index import ValueIndex
from datasources.engine import Database
from datasources.errors import ConnectFailed, DatabaseBusy, QueryCancelled, SQLError
from datasources.introspect import Schema

NOBODYS_FAULT = (ConnectFailed, DatabaseBusy, QueryCancelled)
"""No other SQL would have done better."""

_LOST = "The connection to the database was lost while the query ran. Ask again in a moment."
_MOST_FIXES = 3
_QUICK = 2.0
"""Seconds: what takes longer is not run in another form as well, to see whether that is better."""
_T = TypeVar("_T")
_FIXABLE = frozenset(ErrorClass) - {ErrorClass.REJECTED, ErrorClass.TIMEOUT, ErrorClass.EMPTY_RESULT}


class Trial:
    """Of the readings of one question. `rejected` are answers that the person did not want."""

    def __init__(
        self,
        question: str,
        database: Database,
        schema: Schema,
        skills: Skills,
        rejected: Sequence[Rejected] = (),
        values: ValueIndex | None = None,
    ) -> None:
        self._question = question
        self._database = database
        self._schema = schema
        self._skills = skills
        self._rejected = rejected
        self._values = values

    async def read(self, sql: str, likelihood: float | None = None, *, as_given: bool = False) -> Reading:
        """`as_given`: nothing in it is changed, and nothing asked about it. Raises NOBODYS_FAULT."""
        reading = Reading(sql, likelihood)
        await self._run(reading)
        if as_given:
            return reading
        if self._skills.fixes:
            await self._put_right(reading)
            await self._better(reading)
        if self._skills.doubts and reading.result is not None:
            reading.doubts = await self._doubts(reading)
        return reading

    def refused(self, sql: str) -> Reading | None:
        """What need not run to be known: it is an answer that the person did not want."""
        rejected = verdict_on(sql, self._rejected, self._database.dialect)
        return Reading(sql, error_class=ErrorClass.REJECTED, message=rejected) if rejected else None

    async def _run(self, reading: Reading) -> None:
        reading.result, reading.error_class, reading.message = None, None, ""
        if refused := self.refused(reading.sql):
            reading.error_class, reading.message = refused.error_class, refused.message
            return
        try:
            result = await execute(self._database, reading.sql)
        except NOBODYS_FAULT:
            raise
        except SQLError as error:
            if is_connection_lost(error, self._database.dialect):
                raise ConnectFailed(_LOST, error.code) from error
            reading.error_class = classify_error(error, self._database.dialect)
            reading.message = error.message
            return
        if rejected := verdict_on_rows(result, self._rejected):
            reading.error_class, reading.message = ErrorClass.REJECTED, rejected
            return
        reading.result = result

    async def _put_right(self, reading: Reading) -> None:
        """What fails, as often as a program knows how."""
        seen, before = {reading.sql}, (reading.sql, reading.error_class, reading.message)
        while reading.error_class in _FIXABLE and len(reading.fixes) < _MOST_FIXES:
            fix = fixes.fixed(reading.sql, reading.error_class, reading.message, self._schema, self._database.dialect)
            if fix is None or fix.sql in seen:
                break
            seen.add(fix.sql)
            await self._take(reading, fix)
        if reading.error_class is not None and reading.error_class is before[1]:
            # That was no way out: the model is told of its own statement.
            reading.sql, reading.error_class, reading.message = before
            reading.fixes.clear()

    async def _better(self, reading: Reading) -> None:
        """In another form, where that finds something else, or anything at all; unless it took long already."""
        await self._improve(reading)
        if _is_quick(reading):
            await self._slim(reading)
        if _is_quick(reading):
            await self._respell(reading)

    async def _improve(self, reading: Reading) -> None:
        """What runs and surely gives wrong numbers."""
        if reading.result is not None and _is_quick(reading):
            await self._try(reading, fixes.improved(reading.sql, self._schema, self._database.dialect))

    async def _slim(self, reading: Reading) -> None:
        """Without needless joins: of what fails, where that runs; of what runs, where the join repeated rows. One that
        only lost some may have been meant, unless a small model wrote it."""
        slim = without_needless(reading.sql, self._question, self._schema, self._database.dialect)
        if slim is None:
            return
        other = Reading(slim.fix.sql)
        await self._run(other)
        if other.error_class in _FIXABLE:
            await self._put_right(other)
            await self._improve(other)
        if other.result is None or (reading.result and same_result(reading.result, other.result)):
            return
        is_meant = reading.result is not None and not self._skills.eager and slim.probes
        if is_meant and not [probe for probe in slim.probes if await self._finds(probe)]:
            return
        reading.sql, reading.result = other.sql, other.result
        reading.error_class, reading.message = None, ""
        reading.fixes += [slim.fix, *other.fixes]

    async def _respell(self, reading: Reading) -> None:
        """With texts as the data has them, where that finds something else."""
        if self._values is None or reading.result is None:
            return
        await self._try(reading, respelled(reading.sql, self._schema, self._database.dialect, self._values))

    async def _try(self, reading: Reading, fix: Fix | None) -> None:
        """Take what a fix makes of SQL that runs, if that runs and finds something else."""
        if fix is None:
            return
        other = Reading(fix.sql)
        await self._run(other)
        if other.result is not None and not (reading.result and same_result(reading.result, other.result)):
            reading.sql, reading.result = other.sql, other.result
            reading.fixes.append(fix)

    async def _finds(self, probe: str) -> bool:
        try:
            return bool((await execute(self._database, probe)).rows)
        except NOBODYS_FAULT:
            raise
        except SQLError:
            return False

    async def _take(self, reading: Reading, fix: Fix) -> None:
        reading.sql = fix.sql
        reading.fixes.append(fix)
        await self._run(reading)

    async def facts(self, sql: str, error_class: ErrorClass, message: str) -> str:
        """What the next attempt is told of this failure."""
        database, schema = self._database, self._schema
        return await self._apart(
            lambda: facts_for(error_class, message, sql, self._question, database, schema, database.dialect)
        )

    async def _doubts(self, reading: Reading) -> tuple[Doubt, ...]:
        result = reading.result
        if result is None:
            return ()
        return await self._apart(
            lambda: suspicion.doubts(self._question, reading.sql, result, self._database, self._schema)
        )

    async def _apart(self, work: Callable[[], _T]) -> _T:
        """What `work` returns, which may ask the database; a cancelled task cancels its statement, too."""
        try:
            return await apart(self._database.whose, work)
        except asyncio.CancelledError:
            self._database.cancel()
            raise


def _is_quick(reading: Reading) -> bool:
    return reading.result is None or reading.result.elapsed < _QUICK
