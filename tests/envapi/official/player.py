"""Does with the official package what a line of standard input says; run by the Python of .venv-openenv.

A request has a `url` and the `client`: `generic`, or `typed`, that of examples/, with what to `play` on one connection:
calls, each a method and its argument. The reply has what each call returned, or the message of what it raised. Or the
client is `validator`, and the reply is what `openenv validate` says and ends with; or `program`, and what it prints.
"""

import asyncio
import io
import json
import runpy
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from openenv.cli.__main__ import app
from openenv.core import GenericEnvClient
from pydantic import BaseModel
from typer.testing import CliRunner

sys.path.append(str(Path(__file__).parents[3]))

from examples.openenv_client import Repair, Sql, SqlAgentEnv
from tests.envapi.official import mcp_player

Call = tuple[str, Any]


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        clients = {
            "generic": _generic,
            "typed": _typed,
            "validator": _validator,
            "program": _program,
            "tools over ws": mcp_player.over_socket,
            "tools over http": mcp_player.over_http,
            "mcp": mcp_player.by_mcp,
        }
        print(json.dumps(clients[request["client"]](request["url"], request["play"])), flush=True)


def _generic(url: str, calls: list[Call]) -> list[Any]:
    async def play() -> list[Any]:
        client = GenericEnvClient(base_url=url)
        replies = [await _attempted(client, *call) for call in calls]
        await client.close()
        return replies

    return asyncio.run(play())


async def _attempted(client: GenericEnvClient, method: str, argument: Any) -> Any:
    """It connects with its first call."""
    methods = {"reset": lambda: client.reset(**argument), "step": lambda: client.step(argument), "state": client.state}
    try:
        return _told(await methods[method]())
    except (ConnectionError, RuntimeError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _typed(url: str, calls: list[Call]) -> list[Any]:
    with SqlAgentEnv(base_url=url).sync() as env:
        methods: dict[str, Callable[[Any], Any]] = {
            "reset": lambda argument: env.reset(**argument),
            "step": lambda argument: env.step(Sql(**argument) if "sql" in argument else Repair(**argument)),
            "state": lambda argument: env.state(),
        }
        return [_told(methods[method](argument)) for method, argument in calls]


def _validator(url: str, calls: list[Call]) -> dict[str, Any]:
    """Its command line, but not in a process of its own, which would import the package anew."""
    done = CliRunner().invoke(app, ["validate", "--url", url, "--timeout", "30"])
    return {"exit_code": done.exit_code, "report": json.loads(done.stdout)}


def _program(url: str, play: list[Any]) -> str:
    """`play` is its arguments, the first one its path, and what is typed. As if run by itself, but the package is not
    imported anew."""
    before, printed = (sys.argv, sys.stdin), io.StringIO()
    sys.argv, sys.stdin = play[0], io.StringIO(play[1])
    try:
        with redirect_stdout(printed):
            runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        sys.argv, sys.stdin = before
    return printed.getvalue()


def _told(result: Any) -> Any:
    """A state, or a result with its parts; of pydantic's models what is in them, by the names that Python has."""
    if hasattr(result, "observation"):
        return {"observation": _plain(result.observation), "reward": result.reward, "done": result.done}
    return _plain(result)


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


if __name__ == "__main__":
    main()
