"""What is shown of a reply while it streams."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from agent.llm import GREEDY, BegunAnew, Finished, Item, Message, Sampling, TextDelta, Usage
from agent.scripted import ScriptedLLM
from agent.writing import Draft, write_sql


async def written(*tokens: str) -> tuple[list[str], Draft]:
    """The pieces shown, and what the reply came to."""
    draft = Draft()
    llm = ScriptedLLM([{"chunks": tokens}])
    pieces = write_sql(llm, [Message("user", "Who?")], draft, max_tokens=100)
    return [str(piece) async for piece in pieces], draft


@pytest.mark.parametrize("opening", ["SELECT", "WITH"])
async def test_a_reply_that_opens_in_capitals_is_shown_from_its_first_token(opening: str) -> None:
    rest = [" a", " AS", " (", "SELECT", " 1", ")", " SELECT", " a"] if opening == "WITH" else [" a", ",", " b"]
    shown, draft = await written(opening, *rest)
    assert shown[0] == opening
    assert "".join(shown) == draft.sql


async def test_english_is_shown_only_once_it_is_certain_to_be_sql() -> None:
    shown, draft = await written("Select", " name", " from", " people", ".\n", "```sql\n", "SELECT", " 1", "\n```")
    assert shown[0] == "SELECT"
    assert "".join(shown) == draft.sql == "SELECT 1"


async def test_capitals_that_were_english_do_not_count_as_sql() -> None:
    shown, draft = await written("SELECT", " statements", " read", ".\n", "```sql\n", "SELECT", " 1", "\n```")
    assert "".join(shown) == draft.sql == "SELECT 1"

    shown, draft = await written("SELECT", " statements", " need", " a", " table", ".")
    assert (shown, draft.sql) == (["SELECT"], "")
    assert "answered in words" in draft.problem


async def ended(reply: dict[str, Any]) -> Draft:
    draft = Draft()
    async for _ in write_sql(ScriptedLLM([reply]), [Message("user", "Who?")], draft, max_tokens=100):
        pass
    return draft


async def test_a_stream_that_breaks_after_its_sql_is_complete_counts() -> None:
    draft = await ended({"text": "```sql\nSELECT 1\n```\nThis lists", "cut_after": 10})
    assert (draft.sql, draft.problem) == ("SELECT 1", "")


async def test_a_stream_that_breaks_before_is_spoiled_by_the_endpoint() -> None:
    draft = await ended({"text": "```sql\nSELECT name FROM products", "cut_after": 6})
    assert draft.sql == ""
    assert draft.spoiled


@pytest.mark.parametrize("reason", ["content_filter", "length", "error"])
async def test_an_unfinished_fence_that_did_not_end_normally_is_no_sql(reason: str) -> None:
    draft = await ended({"text": "```sql\nSELECT name", "finish_reason": reason})
    assert draft.sql == ""
    assert "cut off" in draft.problem


@pytest.mark.parametrize("reason", ["stop", "eos_token"])
async def test_an_unclosed_fence_that_ended_normally_is_sql(reason: str) -> None:
    assert (await ended({"text": "```sql\nSELECT 1", "finish_reason": reason})).sql == "SELECT 1"


class _Anew:
    """Implements agent.llm.LLM: two endpoints, the first of which dies after two pieces."""

    model = "another"

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, sampling: Sampling = GREEDY
    ) -> AsyncGenerator[Item]:
        for piece in ("SELECT", " 2"):
            yield TextDelta(piece)
        yield BegunAnew("Another one begins.")
        yield TextDelta("```sql\nSELECT 1\n```")
        yield Finished("stop", Usage(prompt=100, cached=60, completion=7))


async def test_what_an_endpoint_wrote_that_did_not_end_its_reply_has_been_spent_too() -> None:
    draft = Draft()
    messages = [Message("user", "W" * 40)]
    async for _ in write_sql(_Anew(), messages, draft, max_tokens=100):
        pass
    assert draft.usage == Usage(prompt=10 + 100, cached=60, completion=2 + 7)
    assert draft.sql == "SELECT 1"
