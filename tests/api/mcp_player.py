"""The official client of the `mcp` package, run by the Python of .venv-openenv: a line of JSON says what to call.

A request has a `url`, a `token` and what to `play`: calls, each the name of a tool with its arguments, or one of
`list_tools`, `list_resources` and `read_resource`. Where the site refuses the client, the reply is `refused`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

Call = tuple[str, Any]


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply: Any = asyncio.run(_played(request["url"], request["token"], request["play"]))
        except* Exception as group:  # noqa: BLE001 - whatever it is, it is the reply
            reply = {"refused": [str(error) for error in _leaves(group)]}
        print(json.dumps(reply), flush=True)


async def _played(url: str, token: str, calls: list[Call]) -> list[Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http)) as client:
            return [await _called(client, *call) for call in calls]


async def _called(client: Client, name: str, arguments: Any) -> Any:
    match name:
        case "about":
            return {"name": client.server_info.name, "instructions": client.instructions}
        case "list_tools":
            return [tool.model_dump() for tool in (await client.list_tools()).tools]
        case "list_resources":
            return [str(one.uri) for one in (await client.list_resources()).resources]
        case "read_resource":
            return [one.text for one in (await client.read_resource(arguments)).contents]
    result = await client.call_tool(name, arguments)
    return {"data": result.structured_content, "is_error": result.is_error, "text": result.content[0].text}


def _leaves(group: BaseException) -> list[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        return [leaf for one in group.exceptions for leaf in _leaves(one)]
    return [group]


if __name__ == "__main__":
    main()
