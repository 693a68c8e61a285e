"""Reading a question more than once: which answer is chosen, and when it is enough."""

from collections.abc import AsyncIterator
from typing import Any

from agent.budget import Budget
from agent.episode import Episode, solve
from agent.errors import ErrorClass
from agent.events import AttemptStarted, EpisodeDone, Event, QueryError, QueryOk, ReadingsDone, ReadingStarted, SqlFixed
from agent.policy import FixedPolicy
from agent.prompt import Prompt
from agent.scripted import ScriptedLLM
from agent.skills import Skills
from datasources.engine import SqliteDatabase

NAMES = "SELECT name FROM products ORDER BY name"
SAME_NAMES = "SELECT p.name FROM products AS p ORDER BY 1"
PRICES = "SELECT price FROM products"
BROKEN = "SELECT a FROM nowhere"


def replies(*statements: str, **more: Any) -> ScriptedLLM:
    return ScriptedLLM([{"text": f"```sql\n{sql}\n```", **more} for sql in statements])


async def answered(
    shop: SqliteDatabase, llm: ScriptedLLM, skills: Skills, question: str = "Which products?"
) -> tuple[Episode, list[Event]]:
    prompt = Prompt("You write SQL.", shop.schema(), "sqlite", Budget.of(8192), is_whole=True)
    episode = Episode(question, shop, llm, prompt, skills=skills)
    return episode, await collect(solve(episode, FixedPolicy()))


async def collect(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


def only(events: list[Event], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def reading(times: int, *, eager: bool = True) -> Skills:
    return Skills.of((), times, eager=eager)


async def test_two_readings_with_the_same_rows_are_enough(shop: SqliteDatabase) -> None:
    llm = replies(NAMES, SAME_NAMES, PRICES)
    _, events = await answered(shop, llm, reading(4))

    assert len(llm.asked) == 2
    assert only(events, EpisodeDone)[0].sql == NAMES
    assert [reading.sql for reading in only(events, ReadingsDone)[0].readings] == [NAMES, SAME_NAMES]


async def test_the_rows_that_most_readings_give_are_the_answer(shop: SqliteDatabase) -> None:
    _, events = await answered(shop, replies(PRICES, NAMES, SAME_NAMES), reading(4))

    assert only(events, EpisodeDone)[0].sql == NAMES
    assert only(events, QueryOk)[0].result.rows == (("Lamp",), ("Rope",), ("Tent",))


async def test_of_readings_that_all_differ_the_likelier_one_is_chosen(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM(
        [
            {"text": f"```sql\n{PRICES}\n```", "likelihood": -0.9},
            {"text": f"```sql\n{NAMES}\n```", "likelihood": -0.1},
        ]
    )
    _, events = await answered(shop, llm, reading(2))

    assert only(events, EpisodeDone)[0].sql == NAMES


async def test_a_reading_that_does_not_run_is_outvoted(shop: SqliteDatabase) -> None:
    episode, events = await answered(shop, replies(BROKEN, NAMES), reading(2))

    assert len(episode.attempts) == 1
    assert only(events, EpisodeDone)[0].sql == NAMES


async def test_where_none_runs_the_first_is_repaired(shop: SqliteDatabase) -> None:
    episode, events = await answered(shop, replies(BROKEN, BROKEN, NAMES), reading(2))

    assert [attempt.error_class for attempt in episode.attempts] == [ErrorClass.NO_SUCH_TABLE, None]
    assert only(events, EpisodeDone)[0].sql == NAMES


async def test_what_the_model_is_sure_of_is_not_read_again(shop: SqliteDatabase) -> None:
    llm = replies(NAMES, PRICES, likelihood=-0.001)
    _, events = await answered(shop, llm, reading(4))

    assert len(llm.asked) == 1
    assert not only(events, ReadingStarted)


async def test_an_endpoint_that_does_not_say_how_sure_it_is_is_taken_at_its_word_unless_it_costs_nothing(
    shop: SqliteDatabase,
) -> None:
    patient, eager = replies(NAMES, NAMES), replies(NAMES, NAMES)
    await answered(shop, patient, reading(4, eager=False))
    await answered(shop, eager, reading(4, eager=True))

    assert (len(patient.asked), len(eager.asked)) == (1, 2)


async def test_an_endpoint_that_refuses_ends_the_reading_and_not_the_answer(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": f"```sql\n{NAMES}\n```"}, {"status": 500, "error": "broken"}])
    _, events = await answered(shop, llm, reading(4))

    assert only(events, EpisodeDone)[0].success
    assert only(events, EpisodeDone)[0].sql == NAMES


async def test_every_reading_is_paid_for(shop: SqliteDatabase) -> None:
    once, _ = await answered(shop, replies(NAMES), reading(1))
    twice, _ = await answered(shop, replies(NAMES, NAMES), reading(2))

    assert twice.usage.prompt == 2 * once.usage.prompt
    assert twice.usage.completion == 2 * once.usage.completion


async def test_a_later_reading_is_sampled_with_a_seed_of_its_own(shop: SqliteDatabase) -> None:
    class Watched(ScriptedLLM):
        samplings: list[Any] = []

        def stream(self, messages: Any, *, max_tokens: int, sampling: Any = None) -> Any:
            self.samplings.append(sampling)
            return super().stream(messages, max_tokens=max_tokens, sampling=sampling)

    llm = Watched([{"text": f"```sql\n{sql}\n```"} for sql in (NAMES, PRICES, BROKEN)])
    await answered(shop, llm, reading(3))

    assert [(each.temperature > 0, each.seed) for each in llm.samplings[:3]] == [(False, None), (True, 2), (True, 3)]


async def test_a_program_puts_right_what_it_is_sure_of(shop: SqliteDatabase) -> None:
    llm = replies("SELECT p.names FROM products AS p ORDER BY 1")
    episode, events = await answered(shop, llm, Skills.of(["fixes"]))

    assert len(llm.asked) == 1
    assert [event.sql for event in only(events, SqlFixed)] == [only(events, EpisodeDone)[0].sql]
    assert episode.attempts[0].reading is not None
    assert episode.attempts[0].reading.fixes


async def test_what_something_speaks_against_is_looked_at_once_more(shop: SqliteDatabase) -> None:
    llm = replies(
        "SELECT COUNT(*) FROM products WHERE name = 'Tnt'", "SELECT COUNT(*) FROM products WHERE name = 'Tent'"
    )
    episode, events = await answered(shop, llm, Skills.of(["doubts", "facts"]), "How many products are called Tent?")

    assert [attempt.error_class for attempt in episode.attempts] == [ErrorClass.SUSPICIOUS, None]
    assert "Tnt" in only(events, QueryError)[0].message
    assert only(events, EpisodeDone)[0].sql.endswith("'Tent'")


async def test_a_second_look_that_brings_nothing_better_leaves_the_answer(shop: SqliteDatabase) -> None:
    first, second = ("SELECT COUNT(*) FROM products WHERE name = 'Tnt'", "SELECT 5 FROM products WHERE name LIKE 'Tnt'")
    _, events = await answered(shop, replies(first, second, second), Skills.of(["doubts"]), "How many are there?")

    assert only(events, EpisodeDone)[0].success
    assert only(events, EpisodeDone)[0].sql == first
    assert len(only(events, AttemptStarted)) == 2


async def test_who_writes_no_sql_is_asked_with_the_other_view(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": "I cannot know that."}, {"text": f"```sql\n{NAMES}\n```"}])
    episode, events = await answered(shop, llm, reading(2))

    assert only(events, EpisodeDone)[0].sql == NAMES
    assert len(episode.attempts) == 1
    assert not only(events, QueryError)


async def test_where_no_reading_comes_to_sql_the_model_is_told_so(shop: SqliteDatabase) -> None:
    llm = ScriptedLLM([{"text": "I cannot know that."}, {"text": "Nor now."}, {"text": f"```sql\n{NAMES}\n```"}])
    _, events = await answered(shop, llm, reading(2))

    assert "in words" in only(events, QueryError)[0].message
    assert only(events, EpisodeDone)[0].sql == NAMES
