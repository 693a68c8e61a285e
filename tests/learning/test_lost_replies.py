"""A commit that arrived, but whose reply was lost: what is done again comes to the same."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connections, transaction

from accounts.models import User
from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.models import BanditLesson, Episode, Usage
from learning.recorder import answer, begin

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
WRONG_COLUMN = "```sql\nSELECT title FROM products\n```"


@asynccontextmanager
async def no_reply_to_the_commit_of(word: str, then: Callable[[], object] = lambda: None) -> AsyncIterator[None]:
    """The first transaction with such a statement, in the thread where the application's database is used."""
    lost = False

    def lose() -> None:
        then()
        raise OperationalError("server closed the connection unexpectedly")

    def look(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        nonlocal lost
        if word in sql and not lost:
            lost = True
            transaction.on_commit(lose)
        return execute(sql, *others)

    there = await sync_to_async(lambda: connections["default"])()
    with there.execute_wrapper(look):
        yield
    assert lost


async def asked(connection: Connection, user: User) -> Episode:
    llm = ScriptedLLM([{"text": text} for text in (WRONG_COLUMN, GOOD)])
    record = await sync_to_async(begin)(connection, "Which products?", llm=llm, source=Episode.Source.CHAT, user=user)
    async for _ in answer(record, llm):
        pass
    return await Episode.objects.aget(pk=record.pk)


async def test_the_lessons_of_an_answer_are_kept_once(connection: Connection, alice: User) -> None:
    async with no_reply_to_the_commit_of("learning_banditlesson"):
        episode = await asked(connection, alice)
    assert episode.status == Episode.Status.SUCCEEDED
    assert await BanditLesson.objects.filter(decision__episode=episode).acount() == 1


async def test_its_tokens_are_counted_once(connection: Connection, alice: User) -> None:
    async with no_reply_to_the_commit_of("learning_banditlesson"):
        episode = await asked(connection, alice)
    spent = episode.prompt_tokens - episode.cached_tokens + episode.completion_tokens
    assert (await Usage.objects.aget(of=Usage.Of.TEAM)).tokens == spent


async def test_what_a_person_says_of_it_meanwhile_stays(connection: Connection, alice: User) -> None:
    def judge() -> None:
        Episode.objects.update(reward=-0.5)

    async with no_reply_to_the_commit_of("learning_banditlesson", judge):
        episode = await asked(connection, alice)
    assert episode.reward == -0.5
