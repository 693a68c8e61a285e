"""What is counted of the tokens that a model reads and writes, and what happens when they are used up."""

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from accounts.models import Team, User
from agent.events import AttemptStarted, SqlDelta
from agent.llm import Usage as Used
from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.models import PersonQuota, TeamQuota
from learning.quotas import counting
from learning.quotas.refusing import Exceeded
from learning.recorder import BadQuestion, answer
from tests.learning.quotas.asked import GOOD, WRONG, answered, ask, used

pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_answer_s_tokens_count_for_its_asker_and_the_team(connection: Connection, alice: User) -> None:
    await answered(connection, await sync_to_async(ask)(connection, alice))

    team = await alice.teams.aget()
    rows = [await sync_to_async(used)(of, **whose) for of, whose in _whose(alice, team)]
    assert [(row.tokens, row.cached_tokens) for row in rows] == [(47, 60)] * 3


async def test_a_failed_attempt_s_tokens_count_too(connection: Connection, alice: User) -> None:
    record = await sync_to_async(ask)(connection, alice)
    await answered(connection, record, WRONG, GOOD)

    assert (await sync_to_async(used)("person", user=alice)).tokens == 2 * 47


async def test_what_was_written_before_somebody_stopped_it_counts(connection: Connection, alice: User) -> None:
    record = await sync_to_async(ask)(connection, alice)
    events = answer(record, ScriptedLLM([{"text": GOOD, "tokens_per_second": 50}]))
    async for event in events:
        if isinstance(event, SqlDelta):
            break
        assert isinstance(event, AttemptStarted)
    await events.aclose()

    await record.arefresh_from_db()
    counted = (await sync_to_async(used)("person", user=alice)).tokens
    assert counted == record.prompt_tokens - record.cached_tokens + record.completion_tokens > 0


@pytest.mark.parametrize("whose", ["person", "team"])
async def test_who_has_used_up_the_tokens_asks_no_more_today(connection: Connection, alice: User, whose: str) -> None:
    await sync_to_async(_limit)(whose, alice, tokens=47)
    await answered(connection, await sync_to_async(ask)(connection, alice))

    with pytest.raises(BadQuestion, match=r"used 47 tokens today, and 47 is (your|its) limit"):
        await sync_to_async(ask)(connection, alice)


async def test_a_question_that_has_begun_is_answered_to_its_end(connection: Connection, alice: User) -> None:
    await sync_to_async(_limit)("person", alice, tokens=1)
    record = await sync_to_async(ask)(connection, alice)
    await answered(connection, record, WRONG, GOOD)

    await record.arefresh_from_db()
    assert record.status == record.Status.SUCCEEDED


def test_background_work_leaves_a_fifth_to_people(connection: Connection, alice: User, settings: Settings) -> None:
    settings.QUOTA_TEAM_TOKENS = 100
    counting.add(connection.team_id, None, Used(prompt=79))
    counting.require_room(connection.team_id)
    counting.add(connection.team_id, None, Used(prompt=1))

    with pytest.raises(Exceeded, match="has used 80 of its 100 tokens today, and the rest is for people's questions"):
        counting.require_room(connection.team_id)
    ask(connection, alice)


def test_what_a_reply_had_cached_costs_no_tokens(connection: Connection, alice: User) -> None:
    counting.add(connection.team_id, alice, Used(prompt=100, cached=100, completion=1))

    assert used("team", team=connection.team).tokens == 1


def _whose(user: User, team: Team) -> list[tuple[str, dict[str, User | Team]]]:
    return [("person", {"user": user}), ("member", {"user": user, "team": team}), ("team", {"team": team})]


def _limit(whose: str, user: User, *, tokens: int) -> None:
    if whose == "person":
        PersonQuota.objects.create(user=user, tokens=tokens)
    else:
        TeamQuota.objects.create(team=user.teams.get(), tokens=tokens)
