"""Questions that are asked, and what is counted of them."""

from typing import Any

from accounts.models import Team, User
from agent.scripted import ScriptedLLM
from datasources.models import Connection
from learning.models import Episode, Usage
from learning.recorder import answer, begin

GOOD = "```sql\nSELECT name FROM products ORDER BY name\n```"
WRONG = "```sql\nSELECT title FROM products\n```"
USED = {"prompt": 100, "cached": 60, "completion": 7}
"""47 of them count."""


def ask(connection: Connection, user: User | None = None, question: str = "Which products?", **more: Any) -> Episode:
    model = ScriptedLLM([])
    return begin(connection, question, llm=model, source=Episode.Source.CHAT, user=user, **more)


async def answered(connection: Connection, record: Episode, *replies: str) -> Episode:
    model = ScriptedLLM([{"text": text, "usage": USED} for text in replies or (GOOD,)])
    async for _ in answer(record, model):
        pass
    return record


def used(of: str, **whose: User | Team) -> Usage:
    """Today's row; an empty one where there is none."""
    return Usage.objects.filter(of=of, **whose).first() or Usage()
