"""What a step writes into its session's row: taken before, stored afterwards. In plain SQL, because an instance of the
model costs more than a step may."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as app_database
from django.utils import timezone

from envapi.models import Session
from envapi.writing import writer

STEP_SECONDS = 600
"""A step that takes longer was made by a process that has died: another one may be begun."""
_TABLE = Session._meta.db_table
_CLAIM = (
    f"UPDATE {_TABLE} SET stepping_until = %s "  # noqa: S608 - a name of our own
    "WHERE id = %s AND version = %s AND (stepping_until IS NULL OR stepping_until < %s)"
)
_STORE = (
    f"UPDATE {_TABLE} SET state = %s, exercise = %s, started_at = %s, is_done = %s, "  # noqa: S608
    "version = version + 1, stepping_until = NULL, touched_at = %s WHERE id = %s AND version = %s"
)
_RELEASE = f"UPDATE {_TABLE} SET stepping_until = NULL WHERE id = %s"  # noqa: S608
_INSERT = (
    f"INSERT INTO {_TABLE} (caller, user_id, episode_id, exercise, connection_id, state, started_at, touched_at, "  # noqa: S608
    "version, is_done, is_agents) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s) "
    "ON CONFLICT (caller, episode_id) DO NOTHING RETURNING id"
)


@dataclass(frozen=True, slots=True)
class New:
    """What a row begins with."""

    caller: str
    user_id: int | None
    episode_id: str
    exercise: str
    connection_id: int
    state: Mapping[str, Any]
    started_at: datetime


async def claim(pk: int, version: int) -> bool:
    """Whether nobody has taken a step since, nor takes one now: then nobody else does until this one is stored."""
    now = timezone.now()
    until = now + timedelta(seconds=STEP_SECONDS)
    return bool(await _changed(_CLAIM, (until, pk, version, now)))


async def store(
    pk: int, version: int, state: Mapping[str, Any], exercise: str, started_at: datetime, done: bool
) -> bool:
    """Whether it is still there, and nobody has taken another step meanwhile."""
    values = (_json(state), exercise, started_at, done, timezone.now(), pk, version)
    return bool(await _changed(_STORE, values))


async def release(pk: int) -> None:
    await _changed(_RELEASE, (pk,))


async def insert(new: New) -> int | None:
    """Its primary key; None where the caller has one of this id. Raises IntegrityError where what it names is gone."""
    names = (new.caller, new.user_id, new.episode_id, new.exercise, new.connection_id)
    values = (*names, _json(new.state), new.started_at, timezone.now(), False, False)

    def work(cursor: Any) -> int | None:
        cursor.execute(_INSERT, _adapted(values))
        found = cursor.fetchone()
        return found[0] if found else None

    return await writer.do(work)


async def _changed(statement: str, values: tuple[Any, ...]) -> int:
    def work(cursor: Any) -> int:
        cursor.execute(statement, _adapted(values))
        return int(cursor.rowcount)

    return await writer.do(work)


def _adapted(values: Iterable[Any]) -> list[Any]:
    """As the application's database takes them. In the thread that writes: on the event loop, each task that so much as
    looks at Django's connection is given one of its own, which costs more than all else here."""
    adapt = app_database.ops.adapt_datetimefield_value
    return [adapt(value) if isinstance(value, datetime) else value for value in values]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value)
