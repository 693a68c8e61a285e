"""A question put to a team's endpoints, and what came of it."""

from agent.llm import Item, Message, TextDelta
from endpoints.asking import TeamLLM

QUESTION = [Message("system", "You write SQL."), Message("user", "How many orders?")]


async def ready() -> None:
    pass


def llm() -> TeamLLM:
    return TeamLLM(None, ready)


async def said(model: TeamLLM | None = None) -> list[Item]:
    stream = (model or llm()).stream(QUESTION, max_tokens=50)
    return [item async for item in stream]


def text(items: list[Item]) -> str:
    return "".join(item.text for item in items if isinstance(item, TextDelta))
