"""A question that one generation is to answer, in use or not."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Episode, Generation, Remark
from learning.prompts import live
from learning.recorder import answer, begin
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
OTHER = "```sql\nSELECT price FROM products\n```"


def proposed(connection: Connection, *rules: Rule) -> Generation:
    return changing.add(changing.seed_of(connection), Text("Answer well.", rules), Generation.Origin.EVOLVED)


def model() -> ScriptedLLM:
    """It answers otherwise where it is told to be brief."""
    return ScriptedLLM([{"when": "Be brief.", "where": "all", "text": OTHER}, {"text": GOOD, "times": None}])


async def ask(connection: Connection, generation: int | None) -> Episode:
    llm = model()
    record = await sync_to_async(begin)(connection, "Which products?", llm=llm, source="chat", generation=generation)
    async for _ in answer(record, llm):
        pass
    return await Episode.objects.aget(pk=record.pk)


async def test_a_generation_that_is_not_in_use_answers_where_it_is_asked(connection: Connection) -> None:
    await sync_to_async(proposed)(connection, Rule("Be brief."))
    episode = await ask(connection, 1)
    assert (episode.generation, episode.sql) == (1, "SELECT price FROM products")


async def test_else_the_one_in_use_does(connection: Connection) -> None:
    await sync_to_async(proposed)(connection, Rule("Be brief."))
    episode = await ask(connection, None)
    assert (episode.generation, episode.sql) == (0, "SELECT name FROM products ORDER BY name")


async def test_what_is_verified_is_asked_all_the_same(connection: Connection) -> None:
    await sync_to_async(verified)(connection, "Which products?", "SELECT 1")
    await sync_to_async(proposed)(connection, Rule("Be brief."))
    assert (await ask(connection, 1)).sql == "SELECT price FROM products"


def test_a_number_that_is_none_is_the_one_in_use(connection: Connection) -> None:
    connection.schema()
    assert live(connection, 7) == live(connection)


def test_what_it_does_not_say_itself_is_told_beside_it(connection: Connection) -> None:
    """Though the one in use says it."""
    rules = ("Count orders once.", "Revenue is net.")
    said, other = (
        Remark.objects.create(connection=connection, origin="curator", state="accepted", text=rule, rule=rule)
        for rule in rules
    )
    connection.schema()
    earlier = proposed(connection, Rule("Count each order once.", said.pk))
    active = proposed(connection, Rule("Revenue means net revenue.", other.pk))
    changing.promote(active, None)
    system = live(connection, earlier.number).prompt.system
    assert ("Revenue is net." in system, "Count orders once." in system) == (True, False)
    assert ("Revenue is net." in live(connection).prompt.system) is False
