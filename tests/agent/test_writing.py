"""What is shown of a reply while it streams."""

import pytest

from agent.llm import Message
from agent.scripted import ScriptedLLM
from agent.writing import Draft, write_sql


async def written(*tokens: str) -> tuple[list[str], Draft]:
    """The pieces shown, and what the reply came to."""
    draft = Draft()
    llm = ScriptedLLM([{"chunks": tokens}])
    pieces = write_sql(llm, [Message("user", "Who?")], draft, max_tokens=100, temperature=0.0)
    return [piece async for piece in pieces], draft


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
    assert (shown, draft.sql, draft.prose_only) == (["SELECT"], "", True)
