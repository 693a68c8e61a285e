"""Warming: the embedded model reads a connection's prompt before anybody asks.

Reading a schema cold takes it 20 s on two cores; with the prefix in its cache an answer starts in half a second.
What it has read is kept on disk, too, so that a restart gets it back at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from agent.llm import LLMError, LLMUnreachable, Message, complete
from agent.openai_llm import OpenAILLM
from datasources.errors import SQLError
from datasources.models import Connection
from embedded.slots import FILES_KEPT, SlotError, SlotStore
from embedded.status import State, Status, read_status
from endpoints import choosing
from learning.models import Episode, Warmth
from learning.prompts import prefixes

logger = logging.getLogger(__name__)

NOT_RUNNING = (
    "No model is running. Start the site with “make run”, or set API_BASE_URL and MODEL_NAME "
    "(and OPENAI_API_KEY or HF_TOKEN) and start it again."
)
STALE = timedelta(minutes=4)
_POLL_SECONDS = 0.2
_FORGOTTEN = "The model server has started anew since."
_LAST_QUESTION = "Which tables are there?"


def enqueue_all() -> None:
    """The model server has started and knows nothing: have it read the prompt of the connection used last."""
    Warmth.objects.update(prefix="", state=Warmth.State.FAILED, message=_FORGOTTEN)
    asked = Episode.objects.of_people().filter(connection=OuterRef("pk")).order_by("-started_at")
    theirs = Connection.objects.of_people().annotate(asked_at=Subquery(asked.values("started_at")[:1]))
    latest = theirs.order_by(F("asked_at").desc(nulls_last=True), "-is_sample", "pk").first()
    if latest:
        _enqueue(latest, everywhere=True)


def enqueue(connection: Connection) -> None:
    """Somebody has opened this connection: have its prompt read, unless that is done or under way."""
    if not choosing.is_embedded(connection) or read_status(models_dir()).state is not State.READY:
        return
    if not _warming_rows(connection).exists() and not _is_warm(connection):
        _enqueue(connection, everywhere=False)


def warm(connection: Connection, *, everywhere: bool) -> None:
    """Put the connection's prefix into one idle slot of the model server, or into all of them.

    Without it answers only start slower, so a failure is noted and no more.
    """
    key, state, message = "", Warmth.State.FAILED, "It broke off."
    try:
        texts = prefixes(connection)
        key = _key(texts)
        _note(connection, key, Warmth.State.WARMING)
        _keep_in_mind(connection, texts)
        _warm(texts, everywhere=everywhere)
        state, message = Warmth.State.WARM, ""
    except (LLMError, SQLError, SlotError) as error:
        logger.warning("warming %s failed: %s", connection, error)
        message = str(error)
    finally:
        _note(connection, key, state, message)


def forget_values() -> None:
    """Files that were made with values which are gone, or private by now, are deleted, and those of connections that
    are. To be done again and again: who changes what is private does not know of them."""
    for row in Warmth.objects.exclude(kept=[]).select_related("connection"):
        if row.values_at != row.connection.values_at:
            try:
                texts = prefixes(row.connection)
            except SQLError:
                texts = []
            _keep_in_mind(row.connection, texts)
    _store().forget_all_but({key for kept in Warmth.objects.values_list("kept", flat=True) for key in kept})


async def until_ready(connection: Connection | None) -> None:
    """Wait while the embedded model loads or reads the connection's prompt. Raises LLMUnreachable when it is not there.

    A question that did not wait would have the same prompt read twice at once, each at half the speed.
    """
    # What is awaited happens in other processes: nothing here could set an event.
    while (status := read_status(models_dir())).state is State.LOADING or await _is_warming(connection):  # noqa: ASYNC110
        await asyncio.sleep(_POLL_SECONDS)
    if status.state is not State.READY:
        raise LLMUnreachable(_why_not(status))


def obstacle(connection: Connection) -> str:
    """Why no model will answer, in a sentence; empty where one does, or will in a moment, as far as is known."""
    if not choosing.is_embedded(connection):
        return ""
    status = read_status(models_dir())
    return "" if status.state in (State.READY, State.LOADING) else _why_not(status)


def is_warming(connection: Connection) -> bool:
    return _warming_rows(connection).exists()


def models_dir() -> Path:
    return Path(settings.DATA_DIR) / "models"


def prefix_key(connection: Connection) -> str:
    """Names what the model would read: SHA-256 of the model's name and the prefixes. Raises ConnectFailed."""
    return _key(prefixes(connection))


def _key(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([settings.LLM_ENDPOINT.model, *texts]).encode()).hexdigest()


def _why_not(status: Status) -> str:
    return NOT_RUNNING if status.state is State.OFF else status.message


def _warm(texts: Sequence[str], *, everywhere: bool) -> None:
    """Each prefix that is not on disk is read, then put into slots of its own, or into the last ones that are idle."""
    store = _store()
    idle = store.idle()
    keys = [_key([text]) for text in texts]
    readers = {key: _read(text, key, store, idle) for key, text in zip(keys, texts, strict=True) if not store.has(key)}
    if len(keys) == 1 and readers and not everywhere:
        return  # where it was read, it is
    for number, key in enumerate(keys):
        for slot in idle[::-1][number :: len(keys)][: None if everywhere else 1]:
            store.restore(key, slot)


def _keep_in_mind(connection: Connection, texts: Sequence[str]) -> None:
    """Which files are the connection's: those of `texts`, and those of its other prompts with the same values."""
    row = Warmth.objects.get(connection=connection)
    keys = [_key([text]) for text in texts]
    others = [key for key in row.kept if key not in keys] if row.values_at == connection.values_at else []
    values = {"kept": [*others, *keys][-FILES_KEPT:], "values_at": connection.values_at}
    Warmth.objects.filter(pk=row.pk).update(**values)


def _store() -> SlotStore:
    return SlotStore(settings.LLM_ENDPOINT.base_url, models_dir() / "slots")


def _read(text: str, key: str, store: SlotStore, idle: list[int]) -> int | None:
    """Have the model read the prefix and keep it on disk; returns the slot that read it, if it can be told."""
    messages = [Message("system", text), Message("user", _LAST_QUESTION)]
    _, finished = asyncio.run(complete(OpenAILLM(settings.LLM_ENDPOINT), messages, max_tokens=1))
    return next((slot for slot in idle if store.save(key, slot, tokens=finished.usage.prompt)), None)


def _enqueue(connection: Connection, *, everywhere: bool) -> None:
    from learning.tasks import warm_connection  # tasks.py imports this module

    _note(connection, "", Warmth.State.WARMING)
    warm_connection.enqueue(connection.pk, everywhere)


def _note(connection: Connection, key: str, state: str, message: str = "") -> None:
    values = {"prefix": key, "state": state, "message": message}
    Warmth.objects.update_or_create(connection=connection, defaults=values)


def _is_warm(connection: Connection) -> bool:
    """Whether what was read is still what would be asked. A database that cannot be opened is none to warm."""
    try:
        key = prefix_key(connection)
    except SQLError:
        return True
    return Warmth.objects.filter(connection=connection, prefix=key, state=Warmth.State.WARM).exists()


def _warming_rows(connection: Connection) -> models.QuerySet[Warmth]:
    return Warmth.objects.filter(
        connection=connection, state=Warmth.State.WARMING, updated_at__gt=timezone.now() - STALE
    )


async def _is_warming(connection: Connection | None) -> bool:
    return connection is not None and await _warming_rows(connection).aexists()
