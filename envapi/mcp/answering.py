"""An answer handed in: a step of the session's episode, told without its reward."""

from __future__ import annotations

from typing import Any

from agent.errors import ErrorClass
from envapi.actions import Write
from envapi.callers import Caller
from envapi.environment import Environment
from envapi.errors import EnvError, NotFound
from envapi.mcp.desks import Desk
from envapi.mcp.results import Result, fitting
from envapi.observation import Answer
from envapi.tasks import Exercise, Wanted, choose

_NO_SESSION = "This call belongs to no session, so that its episode is over. In a session, more attempts are left."


async def hand_in(desk: Desk, sql: str, task_id: str) -> Result:
    """Raises EnvError."""
    async with desk.environment() as environment:
        await _begin_where_none_is(environment, task_id)
        answer = await environment.step(Write(sql))
        running = environment.running
        if answer.done and running and not answer.observation["metadata"]["outage"]:
            environment.answered.add(running.exercise.id)
    return Result(
        _told(answer, lasts=desk.lasts), is_error=not answer.observation["metadata"]["success"], answer=answer
    )


async def _begin_where_none_is(environment: Environment, task_id: str) -> None:
    """An agent cannot reset: it has each task once in a session, and the next one only when the last is over. Where
    whoever trains it resets, it begins none at all. Raises EnvError."""
    running = environment.running
    if running and not running.episode.done:
        if task_id not in ("", running.exercise.id):
            raise EnvError(f"The task {running.exercise.id} is under way: hand in its answer first.")
        return
    if running and not running.is_agents:
        raise EnvError("The episode is over: its answer cannot be handed in again.")
    if not task_id:
        raise EnvError("Say which task this is the answer to: give its task_id. list_tasks tells which there are.")
    if task_id in environment.answered:
        raise EnvError(f"The task {task_id} is over in this session: its answer cannot be handed in again.")
    await exercise_of(environment.caller, task_id)
    await environment.reset(Wanted(task_id=task_id))
    if environment.running:
        environment.running.is_agents = True


async def exercise_of(caller: Caller, task_id: str) -> Exercise:
    """Raises NotFound, in words for who has nothing but tools."""
    try:
        return await choose(caller, Wanted(task_id=task_id))
    except NotFound:
        raise NotFound(f"There is no task {task_id[:100]}. list_tasks tells which there are.") from None


def _told(answer: Answer, *, lasts: bool) -> dict[str, Any]:
    """Whether it ran, and what is left; nothing of whether it is right."""
    seen = answer.observation
    result = seen["result"]
    over = answer.done or not lasts
    return {
        "task_id": seen["metadata"]["task_id"],
        "ran": not seen["metadata"]["outage"] and seen["error_class"] in ("", ErrorClass.EMPTY_RESULT),
        "is_over": over,
        "attempts_left": 0 if over else seen["max_attempts"] - seen["attempt"],
        "result": fitting(result) if result else None,
        "error_class": str(seen["error_class"]),
        "error_message": seen["error_message"],
        "hint": seen["hint"],
        "message": _message(answer, lasts=lasts),
    }


def _message(answer: Answer, *, lasts: bool) -> str:
    metadata = answer.observation["metadata"]
    if metadata["success"]:
        return "The answer has been handed in, and the episode is over."
    if answer.done:
        return str(metadata["message"])
    if not lasts:
        return _NO_SESSION
    left = answer.observation["max_attempts"] - answer.observation["attempt"]
    return f"{left} attempts are left." if left > 1 else "1 attempt is left."
