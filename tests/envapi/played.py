"""The exchanges of the documentation, played: what is asked, and what the environment answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.testing import WebsocketCommunicator
from django.test import AsyncClient
from pytest_django import Settings

from envapi import sessions
from envapi.routing import sockets

HOST = "127.0.0.1:8000"
TASK = "easy-05"
NAME = "episode-1"
BROKEN = "SELECT is_member, COUNT(*) FROM customer GROUP BY is_member"
RIGHT = "SELECT is_member, COUNT(*) FROM customers GROUP BY is_member"
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "run_sql", "arguments": {"sql": "SELECT COUNT(*) AS products FROM products", "task_id": TASK}},
}
LONGEST = 200
"""Characters of a schema that are shown."""


@dataclass(frozen=True)
class Asked:
    name: str
    summary: str
    method: str
    path: str
    request: Any = None


def _step(name: str, summary: str, action: object, episode: str = NAME) -> Asked:
    return Asked(name, summary, "POST", "/step", {"episode_id": episode, "action": action})


OVER_HTTP = (
    Asked("health", "It is up", "GET", "/health"),
    Asked("metadata", "What it is", "GET", "/metadata"),
    Asked("tasks", "The first two", "GET", "/env/tasks"),
    Asked("info", "How it works", "GET", "/env/info"),
    Asked("reset", "A task, and a name for the episode", "POST", "/reset", {"task_id": TASK, "episode_id": NAME}),
    Asked("no_such_task", "A task that there is not", "POST", "/reset", {"task_id": "easy-99"}),
    _step("failing_step", "SQL that fails", {"sql": BROKEN}),
    Asked("state", "After one attempt", "GET", f"/state?episode_id={NAME}"),
    _step("no_such_action", "An action that there is not", "fix_everything"),
    _step("right_step", "SQL that is right", {"sql": RIGHT}),
    _step("step_when_over", "The episode is over", {"sql": RIGHT}),
    _step("no_such_episode", "An episode that there is not", {"sql": RIGHT}, "episode-0"),
    Asked("mcp", "A statement is tried", "POST", "/mcp", CALL),
)
REFUSED = Asked("any_401", "Without a token", "GET", "/env/info")
FULL = Asked("any_503", "All sessions are taken", "POST", "/reset", {"episode_id": "another"})
MESSAGES = (
    ("ws_reset", {"type": "reset", "data": {"task_id": TASK, "episode_id": NAME}}),
    ("ws_step", {"type": "step", "data": {"sql": RIGHT}}),
    ("ws_state", {"type": "state"}),
    ("ws_error", {"type": "step", "data": {"sql": RIGHT}}),
)


async def play(settings: Settings) -> list[dict[str, Any]]:
    """As the file of examples holds them."""
    client = AsyncClient()
    found = [await ask(client, asked) for asked in OVER_HTTP]
    await client.post("/reset", {}, "application/json")
    settings.OPENENV_MAX_SESSIONS = 1
    sessions._live.forget()
    found.append(await ask(client, FULL))
    settings.OPENENV_PUBLIC = False
    found.append(await ask(client, REFUSED))
    settings.OPENENV_PUBLIC = True
    return [*found, *[_exchange(*said) async for said in _over_ws()]]


async def ask(client: AsyncClient, asked: Asked) -> dict[str, Any]:
    if asked.method == "GET":
        answer = await client.get(asked.path)
    else:
        answer = await client.post(asked.path, asked.request, "application/json")
    return {**vars(asked), "status": answer.status_code, "response": cut(answer.json())}


async def _over_ws() -> Any:
    socket = WebsocketCommunicator(sockets(None), "/ws")  # type: ignore[arg-type]  # the stubs name each message
    await socket.connect()
    for name, message in MESSAGES:
        await socket.send_json_to(message)
        yield name, message, cut(await socket.receive_json_from(timeout=10))
    await socket.disconnect()


def _exchange(name: str, request: Any, response: Any) -> dict[str, Any]:
    where = {"name": name, "summary": f"The answer to {request['type']}", "method": "WS", "path": "/ws"}
    return {**where, "request": request, "status": 101, "response": response}


def cut(answer: Any) -> Any:
    """A copy, in which schemas are cut, lists of tasks end after two, and numbers after four digits."""
    match answer:
        case Mapping():
            return {name: _cut_field(name, value) for name, value in answer.items()}
        case list():
            return [cut(each) for each in answer]
        case float():
            return round(answer, 4)
        case str():
            return answer.replace("testserver", HOST)
    return answer


def _cut_field(name: str, value: Any) -> Any:
    if name == "schema" and isinstance(value, str):
        return value[:LONGEST] + " …"
    return cut(value[:2] if name == "tasks" and isinstance(value, list) else value)
