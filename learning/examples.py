"""Example questions: the model writes them for a schema, and those are offered that it can answer with rows.

They are written in the background by small steps, each a task of its own: one that asks for the questions, and one
for each of them that tries it. Nobody waits for them: what people ask and what is read for them goes first.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.utils import timezone

from agent import examples as wording
from agent.llm import LLM, LLMError, Sampling, complete
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.models import Connection
from datasources.schema_cache import stored_schema
from embedded.status import State, read_status
from endpoints import choosing
from learning import warming
from learning.endpoints import llm
from learning.giving_way import Needed, give_way, watched
from learning.models import ExampleSet
from learning.prompts import prompt_of
from learning.quotas import counting
from learning.quotas.refusing import Exceeded
from learning.recorder import tried

logger = logging.getLogger(__name__)

OFFERED = 5
STALE = timedelta(minutes=4)
"""A writing that has not moved for so long has died with its worker."""
TRY_AGAIN_AFTER = timedelta(hours=6)
"""When those are written anew of which none could be answered."""
GIVE_WAY = timedelta(seconds=20)
"""How long a step waits when somebody needs the model."""

_REPLY_TOKENS = 400
_TEMPERATURE, _TEMPERATURE_AGAIN = 0.0, 0.7


@dataclass(frozen=True)
class Offer:
    """What a page shows: the questions so far, and whether more are being written."""

    questions: tuple[str, ...] = ()
    writing: bool = False


def offer(connection: Connection) -> Offer:
    found = ExampleSet.objects.filter(connection=connection).first()
    return Offer(tuple(found.questions), _is_under_way(found)) if found else Offer()


def enqueue(connection: Connection) -> None:
    """Somebody has opened this connection: have its questions written, unless that is done or under way."""
    known = ExampleSet.objects.filter(connection=connection).first()
    is_settled = known and not _is_wanted(known, connection, again=False)
    if not (connection.is_sample or is_settled) and _can_start(connection):
        _start(connection, again=False)


def renew(connection: Connection) -> None:
    """A curator wants other questions."""
    if _can_start(connection):
        _start(connection, again=True)


def step(connection_id: int, run: UUID) -> None:
    """What the worker does: one small piece of the writing, and the next is enqueued. A failure is noted and logged."""
    found = ExampleSet.objects.filter(connection=connection_id, run=run, state=ExampleSet.State.WRITING)
    examples = found.select_related("connection").defer("connection__schema_snapshot").first()
    if examples is None:
        return
    try:
        counting.require_room(examples.connection.team_id)
        work = _move_on(examples, llm(examples.connection, behind=True))
        async_to_sync(watched)(work, lambda: give_way(examples.connection))
    except Needed:
        _go_on(examples, {}, after=GIVE_WAY)
        return
    except (LLMError, SQLError, Exceeded) as error:
        logger.warning("writing example questions for %s failed: %s", examples.connection, error)
        examples.state, examples.message = ExampleSet.State.FAILED, str(error)
    _save(examples)


def _can_start(connection: Connection) -> bool:
    """Whether there is something to ask about, and somebody to ask."""
    schema = stored_schema(connection)
    if not connection.is_enabled or schema is None or not schema.tables:
        return False
    return not choosing.is_embedded(connection) or read_status(warming.models_dir()).state is State.READY


@transaction.atomic
def _start(connection: Connection, *, again: bool) -> None:
    schema = connection.schema_fingerprint
    fresh = {"schema": "none yet", "state": ExampleSet.State.FAILED}
    # Locked: of two pages that are opened at once, the second finds the first one's writing under way.
    examples, _ = ExampleSet.objects.select_for_update().get_or_create(connection=connection, defaults=fresh)
    if not _is_wanted(examples, connection, again=again):
        return
    if examples.schema != schema:
        examples.checked = []
    examples.schema, examples.state, examples.again, examples.run = schema, ExampleSet.State.WRITING, again, uuid4()
    examples.candidates, examples.message = [], ""
    examples.save()
    transaction.on_commit(lambda: _enqueue(examples))


def _is_wanted(examples: ExampleSet, connection: Connection, *, again: bool) -> bool:
    return not _is_under_way(examples) and (again or not _is_done(examples, connection.schema_fingerprint))


def _is_under_way(examples: ExampleSet) -> bool:
    return examples.state == ExampleSet.State.WRITING and examples.updated_at > timezone.now() - STALE


def _is_done(examples: ExampleSet, schema: str) -> bool:
    if examples.schema != schema:
        return False
    failed_lately = examples.state == ExampleSet.State.FAILED and examples.updated_at > timezone.now() - TRY_AGAIN_AFTER
    return examples.state == ExampleSet.State.READY or failed_lately


def _save(examples: ExampleSet) -> None:
    _go_on(examples, {name: getattr(examples, name) for name in ("state", "message", "candidates", "checked")})


def _go_on(examples: ExampleSet, changed: dict[str, Any], after: timedelta = timedelta()) -> None:
    """Store what has changed and enqueue the next step, unless another writing has begun or the connection is gone."""
    current = ExampleSet.objects.filter(pk=examples.pk, run=examples.run)
    # The next step has another name: this one, begun again where its worker was lost, finds that it was done already.
    examples.run = uuid4()
    with transaction.atomic():
        is_current = current.update(**changed, run=examples.run, updated_at=timezone.now())
        if is_current and examples.state == ExampleSet.State.WRITING:
            _enqueue(examples, after)


def _enqueue(examples: ExampleSet, after: timedelta = timedelta()) -> None:
    from learning.tasks import write_examples  # tasks.py imports this module

    later = write_examples.using(run_after=timezone.now() + after) if after else write_examples
    later.enqueue(examples.connection_id, str(examples.run))


async def _move_on(examples: ExampleSet, model: LLM) -> None:
    """One piece of work on `examples`, which is not saved here."""
    if examples.candidates:
        await _try(examples, model)
    else:
        await _ask_for_questions(examples, model)
    if len(examples.checked) == OFFERED or not examples.candidates:
        examples.candidates = []
        examples.state = ExampleSet.State.READY if examples.checked else ExampleSet.State.FAILED
        examples.message = "" if examples.checked else "The model wrote no question that it could answer itself."


async def _ask_for_questions(examples: ExampleSet, model: LLM) -> None:
    request = wording.request(await sync_to_async(prompt_of)(examples.connection))
    temperature = _TEMPERATURE_AGAIN if examples.again else _TEMPERATURE
    reply, finished = await complete(model, request, max_tokens=_REPLY_TOKENS, sampling=Sampling(temperature))
    await sync_to_async(counting.add)(examples.connection.team_id, None, finished.usage)
    examples.candidates = wording.parse(reply)
    if examples.candidates:
        examples.checked = []  # those before them are offered until then


async def _try(examples: ExampleSet, model: LLM) -> None:
    """Try the next candidate; it is kept when it has rows, and another query than those before it."""
    question, *examples.candidates = examples.candidates
    answered = await tried(examples.connection, question, model)
    if answered is None:
        return
    sql, result = answered
    if _says_something(result) and sql.split() not in [other.split() for _, other in examples.checked]:
        examples.checked.append([question, sql])


def _says_something(result: ResultSet) -> bool:
    return any(cell is not None for row in result.rows for cell in row)
