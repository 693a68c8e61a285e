"""One openai client per event loop and endpoint: connections cannot leave their loop, and within it are used again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from weakref import WeakKeyDictionary

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from agent.endpoint import Endpoint

KEEP_ALIVE = 30.0
WRITE_TIMEOUT = 30.0

_Keeper = AsyncGenerator[AsyncOpenAI, None]
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Endpoint, tuple[AsyncOpenAI, _Keeper]]] = (
    WeakKeyDictionary()
)


async def client_for(endpoint: Endpoint, *, connect_timeout: float) -> AsyncOpenAI:
    mine = _clients.setdefault(asyncio.get_running_loop(), {})
    if endpoint not in mine:
        keeper = _open_until_the_loop_ends(endpoint, connect_timeout)
        mine[endpoint] = (await anext(keeper), keeper)
    return mine[endpoint][0]


async def _open_until_the_loop_ends(endpoint: Endpoint, connect_timeout: float) -> _Keeper:
    """asyncio.run closes the async generators begun in its loop: the one hook that the end of a loop offers."""
    client = _new_client(endpoint, connect_timeout)
    try:
        yield client
    finally:
        with suppress(KeyError):
            del _clients[asyncio.get_running_loop()][endpoint]
        await client.close()


def _new_client(endpoint: Endpoint, connect_timeout: float) -> AsyncOpenAI:
    """Without the SDK's retries, which wait up to two minutes, and its read time-out: the first token has its own."""
    http_client = DefaultAsyncHttpxClient(
        limits=httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=KEEP_ALIVE),
        # A company's HTTP_PROXY must not get what is meant for this machine's own model.
        trust_env=not endpoint.local,
    )
    return AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key or "none",
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=connect_timeout, write=WRITE_TIMEOUT),
        http_client=http_client,
    )
