"""An environment to drive, and statements for its task easy-01 on the sample database."""

from __future__ import annotations

from typing import Any

from envapi.actions import parse
from envapi.callers import Caller
from envapi.environment import Environment
from envapi.observation import Answer
from envapi.tasks import Wanted

TASK = "easy-01"
RIGHT = "SELECT name, price, cost FROM products WHERE price < 1.5 * cost"
WRONG = "SELECT name, price, cost FROM products WHERE (price - cost) / price < 0.5"
BAD_COLUMN = "SELECT title FROM products"
BAD_TABLE = "SELECT name FROM articles"
NO_ROWS = "SELECT name FROM products WHERE price < 0"


def reply(sql: str) -> str:
    """What a model answers that writes this."""
    return f"```sql\n{sql}\n```"


def somebody() -> Environment:
    """A session of nobody in particular."""
    return Environment(Caller(None, "address 192.0.2.1"))


async def begun(task: str = TASK, **wanted: Any) -> Environment:
    environment = somebody()
    await environment.reset(Wanted(task, **wanted))
    return environment


async def took(environment: Environment, *actions: object) -> Answer:
    """The answer to the last of some actions; a text that is no repair is SQL."""
    for action in actions:
        answer = await environment.step(parse(action))
    return answer


def sql(statement: str) -> dict[str, str]:
    return {"sql": statement}
