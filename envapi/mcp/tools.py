"""What an agent may do over MCP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from agent.errors import ErrorClass, classify_error
from agent.threads import apart, execute
from datasources.errors import SQLError
from envapi import about
from envapi.actions import sql_of
from envapi.errors import EnvError, Invalid
from envapi.mcp.answering import exercise_of, hand_in
from envapi.mcp.desks import Desk
from envapi.mcp.results import Result, fitting
from envapi.observation import preview
from envapi.places import Place, place_of
from envapi.recording import recorder
from envapi.requests import task_id_of
from envapi.tasks import Exercise, exercises, none_is, of_difficulty

SOURCE = "openenv mcp"
"""The source of statements that were tried, in the audit list."""
ROWS = 50
"""Of a result that are told."""
TASKS = 100
"""That are listed at once."""

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    kind: str
    description: str
    is_required: bool = False

    def as_json(self) -> dict[str, Any]:
        least = {"minimum": 0} if self.kind == "integer" else {}
        return {"type": self.kind, "description": self.description, **least}

    def takes(self, given: object) -> bool:
        if self.kind == "integer":
            return isinstance(given, int) and not isinstance(given, bool) and given >= 0
        return isinstance(given, str)


@dataclass(frozen=True, slots=True)
class Tool:
    """`run` is given arguments that fit `parameters`, without those that are null. It raises EnvError."""

    name: str
    title: str
    description: str
    run: Callable[[Desk, Arguments], Awaitable[Result]]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    reads_only: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.schema,
            "input_schema": self.schema,
            "annotations": {"readOnlyHint": self.reads_only, "destructiveHint": False, "openWorldHint": False},
        }

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: parameter.as_json() for name, parameter in self.parameters.items()},
            "required": [name for name, parameter in self.parameters.items() if parameter.is_required],
            "additionalProperties": False,
        }

    def arguments(self, given: object) -> dict[str, Any]:
        """Raises Invalid."""
        if not isinstance(given, dict):
            raise Invalid("arguments is an object.", ["arguments"], "dict_type")
        for name in given:
            if name not in self.parameters:
                there = ", ".join(self.parameters) or "none"
                raise Invalid(
                    f"{self.name} has no argument {str(name)[:100]}. There are: {there}.",
                    ["arguments", name[:100]],
                    "extra_forbidden",
                )
        for name, parameter in self.parameters.items():
            if given.get(name) is None:
                if parameter.is_required:
                    raise Invalid(f"{self.name} needs {name}.", ["arguments", name], "missing")
            elif not parameter.takes(given[name]):
                kind = "a whole number, 0 or more" if parameter.kind == "integer" else "a text"
                raise Invalid(f"{name} is {kind}.", ["arguments", name], f"{parameter.kind}_type")
        return {name: value for name, value in given.items() if value is not None}


class UnknownTool(EnvError):
    """There is no tool of this name."""


def tool(name: str) -> Tool:
    """Raises UnknownTool."""
    found = TOOLS.get(name)
    if found is None:
        raise UnknownTool(f"Unknown tool: {name[:100]}. There are: {', '.join(TOOLS)}.")
    return found


async def call(desk: Desk, name: str, given: object) -> Result:
    """What a tool gives; what it cannot do is a result, too. Raises UnknownTool, Invalid, TooMany."""
    called = tool(name)
    arguments = called.arguments(given)
    try:
        return await called.run(desk, arguments)
    except EnvError as refused:
        if refused.code != EnvError.code:
            raise
        return Result({"message": refused.message}, is_error=True)


async def _list_tasks(desk: Desk, given: Arguments) -> Result:
    known = await exercises(desk.caller)
    difficulty, start = given.get("difficulty", ""), given.get("offset", 0)
    wanted = of_difficulty(known, difficulty)
    if difficulty and not wanted:
        raise EnvError(none_is(difficulty, known))
    told = [about.task(one) for one in wanted[start : start + TASKS]]
    return Result({"tasks": told, "offset": start, "total": len(wanted)})


async def _describe_schema(desk: Desk, given: Arguments) -> Result:
    exercise = await _exercise(desk, given)
    place = await place_of(exercise.connection)
    schema = place.schema_for(exercise.task.question)
    return Result({**about.task(exercise), "dialect": place.connection.dialect, "schema": schema})


async def _run_sql(desk: Desk, given: Arguments) -> Result:
    sql = sql_of(given["sql"])
    exercise = await _exercise(desk, given)
    place = await place_of(exercise.connection)
    told = {"task_id": exercise.id, "ran": False, "result": None, "error_class": "", "error_message": "", "hint": ""}
    try:
        with closing(place.connection.database(desk.caller.user, SOURCE, recorder)) as database:
            rows = await execute(database, sql)
    except SQLError as error:
        error_class = classify_error(error, place.connection.dialect)
        known = await apart(place.connection.pk, partial(_hint, place, error_class, error.message, sql))
        failure = {"error_class": str(error_class), "error_message": error.message, "hint": known}
        return Result({**told, **failure}, is_error=True)
    return Result({**told, "ran": True, "result": fitting(preview(rows, ROWS))})


def _hint(place: Place, error_class: ErrorClass, message: str, sql: str) -> str:
    return place.hint(error_class, message, sql, place.asked_with.prompt.schema, place.connection.dialect)


async def _submit_answer(desk: Desk, given: Arguments) -> Result:
    return await hand_in(desk, sql_of(given["sql"]), task_id_of(given))


async def _exercise(desk: Desk, given: Arguments) -> Exercise:
    """The one that is named, else that of the session's episode. Raises EnvError."""
    wanted = task_id_of(given) or desk.task
    if not wanted:
        raise EnvError("Say which task: give its task_id. list_tasks tells which there are.")
    return await exercise_of(desk.caller, wanted)


_TASK = "A task's id, as list_tasks tells it; without it, the task of the episode that is under way."
_SQL = "One statement that reads, in the dialect of the task's database."

_ALL = (
    Tool(
        "list_tasks",
        "List tasks",
        f"The tasks that there are: each is a question in plain English on a database. At most {TASKS} at once.",
        _list_tasks,
        {
            "difficulty": Parameter("string", "Only those of this difficulty: easy, medium or hard."),
            "offset": Parameter("integer", "How many to pass over, where there are more than are listed at once."),
        },
    ),
    Tool(
        "describe_schema",
        "Describe the schema",
        "A task's question, and the tables and columns of its database as CREATE TABLE statements.",
        _describe_schema,
        {"task_id": Parameter("string", _TASK)},
    ),
    Tool(
        "run_sql",
        "Run SQL",
        "Try a statement on a task's database and see its rows, or its error with a hint. It only reads, and counts as "
        f"no attempt. At most {ROWS} rows are told.",
        _run_sql,
        {"sql": Parameter("string", _SQL, is_required=True), "task_id": Parameter("string", _TASK)},
    ),
    Tool(
        "submit_answer",
        "Submit the answer",
        "Hand in the SQL that answers a task's question. What runs is the answer, and the episode is over; what does "
        "not run is an attempt, of which there are five. Without an episode under way it begins that of the task.",
        _submit_answer,
        {"sql": Parameter("string", _SQL, is_required=True), "task_id": Parameter("string", _TASK)},
        reads_only=False,
    ),
)
TOOLS: Mapping[str, Tool] = {one.name: one for one in _ALL}
