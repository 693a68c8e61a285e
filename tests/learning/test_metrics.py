"""What is counted of questions and of models."""

import logging
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from prometheus_client import REGISTRY
from structlog.contextvars import get_contextvars

from agent.llm import LLMRateLimited, Usage
from agent.scripted import ScriptedLLM
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from endpoints import metrics
from learning.endpoints import llm
from learning.models import Episode
from learning.recorder import answer, begin

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
WRONG = "```sql\nSELECT title FROM products\n```"


class Growth:
    """By how much a figure has grown."""

    def __init__(self, name: str, **labels: str) -> None:
        self._asked = (name, labels)
        self._before = self._value()

    def __call__(self) -> float:
        return self._value() - self._before

    def _value(self) -> float:
        return REGISTRY.get_sample_value(*self._asked) or 0.0


async def ask(connection: Connection, model: Any) -> Episode:
    record = await sync_to_async(begin)(connection, "Which products?", llm=model, source=Episode.Source.CHAT)
    async for _ in answer(record, model):
        pass
    return record


async def test_a_question_is_counted_with_its_attempts_and_its_statements(connection: Connection) -> None:
    ended = Growth("sqlagent_questions_total", source="chat", outcome="succeeded")
    failed = Growth("sqlagent_attempts_total", strategy="generate", error="no_such_column")
    timed = Growth("sqlagent_answer_seconds_count", outcome="succeeded")
    first = Growth("sqlagent_first_sql_seconds_count", source="chat")
    ran = Growth("sqlagent_statement_seconds_count", dialect="sqlite", source="chat", outcome="ok")
    await ask(connection, ScriptedLLM([{"text": WRONG}, {"text": GOOD}]))
    assert [growth() for growth in (ended, failed, timed, first, ran)] == [1, 1, 1, 1, 1]


async def test_a_model_s_tokens_are_counted(connection: Connection, model: ServerHandle) -> None:
    requests = Growth("sqlagent_llm_requests_total", model="scripted", outcome="ok")
    written = Growth("sqlagent_llm_tokens_total", model="scripted", kind="completion")
    first = Growth("sqlagent_llm_first_token_seconds_count", model="scripted")
    model.set_script([{"text": GOOD}])
    await ask(connection, llm(connection))
    assert (requests(), first()) == (1, 1)
    assert written() > 0


async def test_a_model_that_refuses_is_counted_by_its_reason(connection: Connection, model: ServerHandle) -> None:
    refused = Growth("sqlagent_llm_requests_total", model="scripted", outcome="unauthorized")
    failed = Growth("sqlagent_questions_total", source="chat", outcome="failed")
    model.set_script([{"status": 401}])
    await ask(connection, llm(connection))
    assert (refused(), failed()) == (1, 1)


def test_kinds_of_failures_are_named_as_words_are() -> None:
    limited = Growth("sqlagent_llm_requests_total", model="m", outcome="rate_limited")
    metrics.failed("m", LLMRateLimited("later"))
    assert limited() == 1


def test_what_was_read_from_the_cache_is_told_apart() -> None:
    cached = Growth("sqlagent_llm_tokens_total", model="m", kind="cached")
    metrics.answered("m", Usage(100, 80, 5))
    assert cached() == 80


class Broken:
    """A model that no error of ours foresees."""

    model = "broken"

    def stream(self, *messages: object, **options: object) -> object:
        raise RuntimeError("broken")


async def test_what_is_logged_while_a_question_is_answered_has_its_id(connection: Connection) -> None:
    seen: list[object] = []

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(get_contextvars().get("episode_id"))

    handler, logger = Watching(), logging.getLogger("learning.recorder")
    logger.addHandler(handler)
    try:
        record = await ask(connection, Broken())
    finally:
        logger.removeHandler(handler)
    assert seen == [str(record.pk)]
    assert "episode_id" not in get_contextvars()
