"""Whether this process can do its work now: what it needs is tried, all at once, and each for so long only."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor

from datasources.wording import counted
from embedded.status import read_status
from learning.warming import models_dir
from operations import keys
from operations.asking import Question
from operations.models import Worker

SECONDS = 1.5
"""That a check may take."""
FRESH = 1.0
"""Seconds that an answer is good for, so that nobody makes work by asking."""
ROOM = 50 * 1024 * 1024
"""Bytes without which the site's own files, and SQLite's, may not find room."""


class NotSo(Exception):
    """A check that failed; the message is a sentence for the operator, without secrets."""


@dataclass(frozen=True, slots=True)
class Check:
    """`ask` gives a sentence, or raises NotSo. Without what is `needed` the process is not ready."""

    name: str
    ask: Question[str]
    needed: bool
    otherwise: str
    """What is said where it breaks or takes too long."""


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    ok: bool
    needed: bool
    says: str
    ms: float


async def look() -> list[Found]:
    return list(await asyncio.gather(*(_found(check) for check in checks())))


def is_ready(found: list[Found]) -> bool:
    return all(one.ok or not one.needed for one in found)


def as_json(found: list[Found], *, whole: bool) -> dict[str, Any]:
    """What strangers are told has neither sentences nor times."""
    seen = [asdict(one) if whole else {"name": one.name, "ok": one.ok} for one in found]
    return {"status": "ready" if is_ready(found) else "not ready", "checks": seen}


def checks() -> list[Check]:
    return [check for check in _CHECKS if check.name != "redis" or settings.REDIS_URL]


async def _found(check: Check) -> Found:
    ok, says, milliseconds = False, check.otherwise, 1000 * SECONDS
    try:
        told = await check.ask.answer(SECONDS)
        ok, says, milliseconds = True, told.answer, told.milliseconds
    except NotSo as failed:
        says, milliseconds = str(failed), 0.0
    except TimeoutError:
        says = f"{check.otherwise} It did not answer within {SECONDS:g} s."
    except Exception as error:  # noqa: BLE001 - whatever it is, it is why the check failed
        says, milliseconds = f"{check.otherwise} ({type(error).__name__})", 0.0
    return Found(check.name, ok, check.needed, says, round(milliseconds, 1))


_is_migrated = False


def _database() -> str:
    global _is_migrated
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _is_migrated:
            executor = MigrationExecutor(database)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                raise NotSo("The database answers, but misses migrations: run “manage.py setup”.")
            _is_migrated = True
    finally:
        database.close()
    return "The database answers, and its tables are up to date."


def _redis() -> str:
    cache.set("readiness", 1, 5)
    return "Redis answers."


def _storage() -> str:
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        file.write(os.urandom(4096))
        file.flush()
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < ROOM:
        raise NotSo(f"DATA_DIR has only {free // 1024**2} MB left.")
    return f"DATA_DIR can be written to; {free // 1024**2:,} MB are free."


def _keys() -> str:
    try:
        trouble = keys.trouble()
    finally:
        database.close()
    if trouble and not settings.START_WITHOUT_KEYS:
        raise NotSo(trouble)
    return trouble or "Saved credentials can be read."


def _workers() -> str:
    try:
        alive = Worker.objects.alive().count()
    finally:
        database.close()
    if not alive:
        raise NotSo("No background worker has been heard of lately: schemas are not read, and prompts do not evolve.")
    return f"{counted(alive, 'worker')} at work."


def _model() -> str:
    if not settings.LLM_ENDPOINT.local:
        return f"Questions go to {settings.LLM_ENDPOINT.model} at {settings.LLM_ENDPOINT.place}."
    status = read_status(models_dir())
    if status.state != "ready":
        raise NotSo(status.message)
    return status.message


def _check(name: str, ask: Callable[[], str], otherwise: str, *, needed: bool = True) -> Check:
    return Check(name, Question(ask, FRESH), needed, otherwise)


_CHECKS = (
    _check("database", _database, "The database does not answer."),
    _check("redis", _redis, "Redis does not answer."),
    _check("storage", _storage, "DATA_DIR cannot be written to."),
    _check("keys", _keys, "Whether saved credentials can be read is not known: the database does not answer."),
    _check("workers", _workers, "The list of workers cannot be read.", needed=False),
    _check("model", _model, "The embedded model's state cannot be read.", needed=False),
)
