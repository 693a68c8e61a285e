"""What an agent may do in a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.repairs import REPAIRS, Strategy
from datasources.bounded_parsing import MAX_BYTES
from datasources.storable import is_storable
from envapi.errors import Invalid

ACTIONS = tuple(Strategy)
"""By their index: `generate`, then the repairs."""
LONGEST_SQL = MAX_BYTES
"""Characters; the guard refuses what is longer, so nobody keeps it either."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The server's model writes the SQL, told to repair in this way."""

    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Write:
    """The agent has written the SQL: no model is called."""

    sql: str


Action = Repair | Write


def parse(given: object) -> Action:
    """A name or an index, {"action": one of these}, or {"sql": …}. Raises Invalid."""
    if not isinstance(given, dict):
        return Repair(_strategy(given, ()))
    wanted = {name: value for name, value in given.items() if name != "metadata" and value is not None}
    if unknown := sorted(set(wanted) - {"action", "sql"}):
        raise Invalid(f"An action has no {unknown[0]}: it is an action or sql.", [unknown[0]], "extra_forbidden")
    if len(wanted) != 1:
        raise Invalid('An action is either {"action": "generate"} or {"sql": "SELECT …"}.', ["action"], "missing")
    if "sql" in wanted:
        return Write(sql_of(wanted["sql"]))
    return Repair(_strategy(wanted["action"], ["action"]))


def available(attempts: int, *, done: bool) -> list[str]:
    """What may be chosen next; SQL may be written at any time."""
    if done:
        return []
    return [str(strategy) for strategy in (REPAIRS if attempts else (Strategy.GENERATE,))]


def _strategy(given: object, where: Any) -> Strategy:
    index = whole(given)
    if index is not None and 0 <= index < len(ACTIONS):
        return ACTIONS[index]
    if isinstance(given, str) and given in ACTIONS:
        return Strategy(given)
    names = ", ".join(ACTIONS)
    raise Invalid(f"There is no such action. There are: {names}; or by their index, 0 to {len(ACTIONS) - 1}.", where)


def whole(given: object) -> int | None:
    """A whole number as JSON has it, where 1.0 is one, too; None for anything else."""
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def sql_of(given: object) -> str:
    """Raises Invalid."""
    if not isinstance(given, str):
        raise Invalid("SQL is a text.", ["sql"], "string_type")
    if not given.strip():
        raise Invalid("The SQL is empty.", ["sql"])
    if not is_storable(given):
        raise Invalid("The SQL holds a character that no database can keep.", ["sql"])
    if len(given) > LONGEST_SQL:
        raise Invalid(f"The SQL has {len(given):,} characters; at most {LONGEST_SQL:,} are possible.", ["sql"])
    return given
