"""What is written into sessions' rows: each step by one process, and nothing that is wrong with one harms another."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from datasources.models import Connection
from envapi import session_rows
from envapi.models import Session

pytestmark = pytest.mark.django_db(transaction=True)


def new(connection: int, episode_id: str = "e1") -> session_rows.New:
    return session_rows.New("address x", None, episode_id, "easy-01", connection, {"success": False}, timezone.now())


async def inserted(connection: Connection) -> int:
    pk = await session_rows.insert(new(connection.pk))
    assert pk
    return pk


async def stored(pk: int, version: int) -> bool:
    return await session_rows.store(pk, version, {"success": True}, "easy-01", timezone.now(), done=True)


async def test_a_row_is_as_the_model_reads_it(connection: Connection) -> None:
    pk = await inserted(connection)
    assert await session_rows.claim(pk, 0)
    assert await stored(pk, 0)
    found = await Session.objects.aget(pk=pk)
    assert (found.state, found.is_done, found.version, found.is_stepping) == ({"success": True}, True, 1, False)
    assert found.connection_id == connection.pk
    assert timezone.now() - found.touched_at < timedelta(minutes=1)


async def test_of_many_who_claim_a_step_one_gets_it(connection: Connection) -> None:
    pk = await inserted(connection)
    assert sum(await asyncio.gather(*(session_rows.claim(pk, 0) for _ in range(20)))) == 1


async def test_a_step_that_was_overtaken_is_not_stored(connection: Connection) -> None:
    pk = await inserted(connection)
    assert await stored(pk, 0)
    assert not await stored(pk, 0)


async def test_an_id_is_there_once_for_each_caller(connection: Connection) -> None:
    await inserted(connection)
    assert await session_rows.insert(new(connection.pk)) is None


async def test_what_cannot_be_written_keeps_nothing_else_from_it(connection: Connection) -> None:
    gone = connection.pk + 1
    answers = await asyncio.gather(
        *(session_rows.insert(new(connection.pk, f"e{number}")) for number in range(10)),
        session_rows.insert(new(gone, "nowhere")),
        return_exceptions=True,
    )
    assert isinstance(answers[-1], IntegrityError)
    assert await Session.objects.acount() == 10
