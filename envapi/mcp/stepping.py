"""The tools as actions of a step: how openenv-core's MCPToolClient calls them over `/ws`. Whoever steps an environment
sees what a step earns; what the tool itself tells is the same as over MCP."""

from __future__ import annotations

from typing import Any

from envapi.environment import Environment
from envapi.errors import Invalid
from envapi.mcp import tools
from envapi.mcp.desks import SocketDesks


def tool_action(data: object) -> dict[str, Any] | None:
    """{"type": "list_tools"} or {"type": "call_tool", "tool_name": …, "arguments": {…}}; else None."""
    if isinstance(data, dict) and data.get("type") in ("list_tools", "call_tool"):
        return data
    return None


async def as_observation(environment: Environment, action: dict[str, Any]) -> dict[str, Any]:
    """What came of such an action. Raises Invalid, TooMany."""
    if action["type"] == "list_tools":
        _no_more_than(action, {"type", "metadata"})
        listed = [
            {"name": one.name, "description": one.description, "input_schema": one.schema}
            for one in tools.TOOLS.values()
        ]
        return _said(environment, {"tools": listed})
    _no_more_than(action, {"type", "tool_name", "arguments", "metadata"})
    name = action.get("tool_name")
    if not isinstance(name, str):
        raise Invalid("call_tool has the name of a tool.", ["tool_name"], "missing" if name is None else "string_type")
    return await _called(environment, name, action.get("arguments", {}))


async def _called(environment: Environment, name: str, arguments: object) -> dict[str, Any]:
    called: dict[str, Any] = {"tool_name": name, "result": None, "error": None}
    try:
        result = await tools.call(SocketDesks(environment), name, arguments)
    except tools.UnknownTool as unknown:
        return _said(environment, called | {"error": _error("tool_not_found", unknown.message)})
    except Invalid as invalid:
        return _said(environment, called | {"error": _error("invalid_args", invalid.message)})
    called["result"] = result.as_json()
    if result.answer is None:
        return _said(environment, called)
    called["metadata"] = result.answer.observation["metadata"]
    return {"observation": called, "reward": result.answer.reward, "done": result.answer.done}


def _said(environment: Environment, observation: dict[str, Any]) -> dict[str, Any]:
    """Where no step of the episode was made."""
    running = environment.running
    done = running is not None and running.episode.done
    return {"observation": {**observation, "metadata": {}}, "reward": None, "done": done}


def _error(kind: str, message: str) -> dict[str, str]:
    return {"error_type": kind, "message": message}


def _no_more_than(action: dict[str, Any], known: set[str]) -> None:
    if extra := sorted(set(action) - known):
        raise Invalid(f"{action['type']} has no {extra[0][:100]}.", [extra[0][:100]], "extra_forbidden")
