"""What is known of an answer that was chosen among readings."""

import sqlite3
from pathlib import Path

import pytest

from agent.budget import Budget
from agent.episode import Episode as AgentEpisode
from agent.episode import solve
from agent.events import QueryOk
from agent.policy import FixedPolicy
from agent.prompt import Prompt
from agent.scripted import ScriptedLLM
from agent.skills import Skills
from datasources.engine import SqliteDatabase
from learning.confidence.signals import Signals


@pytest.mark.parametrize(("texts", "agreeing"), [(("name", "name"), 2), (("name", "price", "name"), 2)])
async def test_signals_say_how_many_readings_agreed(tmp_path: Path, texts: tuple[str, ...], agreeing: int) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.executescript("CREATE TABLE t (name TEXT, price REAL); INSERT INTO t VALUES ('a', 1), ('b', 2);")
    connection.close()
    database = SqliteDatabase(path)
    prompt = Prompt("SQL", database.schema(), "sqlite", Budget.of(8192), is_whole=True)
    llm = ScriptedLLM([{"text": f"```sql\nSELECT {text} FROM t\n```", "likelihood": -0.3} for text in texts])
    episode = AgentEpisode("Which?", database, llm, prompt, skills=Skills.of((), 4))
    result = None
    async for event in solve(episode, FixedPolicy()):
        result = event.result if isinstance(event, QueryOk) else result
    database.close()

    found = Signals.gathered(episode.attempts, result)
    assert (found.agreeing, found.readings, found.attempts) == (agreeing, len(texts), 1)
    assert found.likelihood == pytest.approx(-0.3)
