"""A team of the shop whose questions about revenue need a rule, and a model that follows it where it is told."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode, Generation, Optimization
from learning.optimizing import running
from learning.optimizing.running import Wanted
from tests.learning.overview.asked import SYNTAX, ask
from tests.learning.verified.queries import verified

RULE = "Revenue counts only orders with orders.status = 'paid'."
WORSE = "Revenue counts every order, whatever orders.status says."
USELESS = "Every order has an id that is unique."
NEEDS_RULE = ("Revenue of tents", "Revenue of ropes", "Revenue of lamps", "Revenue in January", "Revenue in February")
PLAIN = ("Number of products", "Number of orders", "Dearest product")


def right(number: int) -> str:
    return f"SELECT {number}"


def team(connection: Connection) -> None:
    """Eight verified queries, of which five need the rule, and three questions that failed."""
    for number, question in enumerate((*NEEDS_RULE, *PLAIN)):
        verified(connection, question, right(number))
    for question in ("Revenue of boots", "Revenue of stoves", "Revenue of bags"):
        ask(connection, [SYNTAX], answered=False, question=question)


def script(*proposals: str) -> list[dict[str, Any]]:
    """A model that reflects with `proposals`, then with the last of them for ever, and follows RULE and WORSE."""
    proposed = [
        {"when": "what went wrong, and the rule", "text": f"Cancelled orders were counted.\nRULE: {text}", "times": 1}
        for text in proposals
    ]
    last = [{**proposed[-1], "times": None}] if proposed else []
    wrong = {"when": WORSE, "where": "all", "text": "```sql\nSELECT -1\n```"}
    knowing = [_reply(question, right(number), RULE) for number, question in enumerate(NEEDS_RULE)]
    plain = [_reply(question, right(number)) for number, question in enumerate(PLAIN, start=len(NEEDS_RULE))]
    taught = [_reply("Revenue of [a-z]+", "SELECT 7", RULE)]
    return [*proposed, *last, wrong, *knowing, *plain, *taught, {"text": "I do not know.", "times": None}]


def _reply(question: str, sql: str, *told: str) -> dict[str, Any]:
    """To a question as the last thing that is said, where the model was told so; examples before it do not count."""
    return {"when": list(told), "when_re": rf"{question}\s*\Z", "where": "all", "text": f"```sql\n{sql}\n```"}


def work() -> None:
    """What the worker does, until nothing is due."""
    call_command("db_worker", queue_name="model", batch=True, interval=0, verbosity=0)


def optimize(connection: Connection, user: User | None = None, **wanted: Any) -> Optimization:
    """From its start to its end."""
    chosen: dict[str, Any] = {"evolves": "rules", "seed": 1, "max_calls": 60} | wanted
    begun = running.start(connection, Optimization.Trigger.PERSON, user, Wanted(**chosen))
    work()
    begun.refresh_from_db()
    return begun


def active(connection: Connection) -> Generation:
    return connection.generations.get(state=Generation.State.ACTIVE)


def asked(connection: Connection, generation: int, *, answered: int, failed: int) -> None:
    """Questions of people, asked with one generation."""
    for number in range(answered + failed):
        ask(connection, answered=number < answered, generation=generation, question=f"Question {number}")


__all__ = ["Episode", "active", "asked", "optimize", "right", "script", "team", "work"]
