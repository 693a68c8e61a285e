"""The part of the player that speaks MCP: openenv-core's MCPToolClient, and the client of the `mcp` package."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp.client.client import Client
from openenv.core.mcp_client import MCPToolClient

Call = tuple[str, Any]
"""The name of a tool with its arguments; `list_tools` has none."""


def over_socket(url: str, calls: list[Call]) -> list[Any]:
    return asyncio.run(_by_openenv(url, calls, over_http=False))


def over_http(url: str, calls: list[Call]) -> list[Any]:
    return asyncio.run(_by_openenv(url, calls, over_http=True))


def by_mcp(url: str, calls: list[Call]) -> list[Any]:
    return asyncio.run(_by_mcp(url, calls))


async def _by_openenv(url: str, calls: list[Call], *, over_http: bool) -> list[Any]:
    client = MCPToolClient(base_url=url)
    client.use_production_mode = over_http
    replies = [await _tool(client, *call) for call in calls]
    await client.close()
    return replies


async def _tool(client: MCPToolClient, name: str, arguments: Any) -> Any:
    try:
        if name == "list_tools":
            return [tool.model_dump() for tool in await client.list_tools()]
        return await client.call_tool(name, **arguments)
    except RuntimeError as error:
        return {"error": str(error)}


async def _by_mcp(url: str, calls: list[Call]) -> list[Any]:
    async with Client(f"{url}/mcp") as client:
        return [await _called(client, *call) for call in calls]


async def _called(client: Client, name: str, arguments: Any) -> Any:
    if name == "list_tools":
        return [tool.model_dump() for tool in (await client.list_tools()).tools]
    result = await client.call_tool(name, arguments)
    return {"data": result.structured_content, "is_error": result.is_error, "text": result.content[0].text}
