"""`/ws`: one session for each connection, as openenv-core's clients speak. A plain ASGI application: nothing is sent
that was not asked for, and one request is answered after the other."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings

from envapi import actions
from envapi.callers import Caller, caller_of
from envapi.capacity import a_place
from envapi.environment import Environment
from envapi.errors import BROKE, EnvError, Invalid, NotAllowed, OverQuota, TooMany
from envapi.mcp import protocol, rpc, stepping
from envapi.mcp.desks import SocketDesks
from envapi.requests import read_json, wanted_of
from envapi.wire import Message, Receive, Send, address_of, headers_of

logger = logging.getLogger(__name__)

NOTHING: Message = {}
"""The answer to what no reply is waited for."""
_FIELDS = {"reset": {"type", "data"}, "step": {"type", "data"}, "mcp": {"type", "data"}}


class Left(Exception):
    """The client is gone, or has been silent for too long."""


async def environment_socket(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application of `/ws`."""
    await _serve(scope, receive, send, _answer_message, _full_message)


async def mcp_socket(scope: Message, receive: Receive, send: Send) -> None:
    """That of `/mcp`: JSON-RPC, one environment for each connection."""
    await _serve(scope, receive, send, _answer_rpc, _full_rpc)


Answering = Callable[[Environment, str], Awaitable[Message | None]]


async def _serve(
    scope: Message, receive: Receive, send: Send, answering: Answering, when_full: Callable[[TooMany], Message]
) -> None:
    await receive()  # its connect
    try:
        headers = headers_of(scope)
        who = partial(caller_of, headers, address_of(scope, headers))
        caller = await who()
    except NotAllowed:
        await send({"type": "websocket.close", "code": 4401})
        return
    await send({"type": "websocket.accept"})
    try:
        with a_place():
            await _session(caller, who, receive, send, answering)
    except TooMany as full:
        await _send(send, when_full(full))
        await send({"type": "websocket.close", "code": 1000})


async def _session(
    caller: Caller, who: Callable[[], Awaitable[Caller]], receive: Receive, send: Send, answering: Answering
) -> None:
    """`who` raises NotAllowed once the token is revoked or expired, or its user deactivated."""
    environment, reader = Environment(caller), _Reader(receive)
    try:
        while True:
            text = await reader.next()
            await who()
            answer = await reader.unless_left(answering(environment, text))
            if answer is None:
                await send({"type": "websocket.close", "code": 1000})
                return
            if answer is not NOTHING:
                await _send(send, answer)
    except NotAllowed as refused:
        await _send(send, error(refused.message, refused.code))
        await send({"type": "websocket.close", "code": 4401})
    except TimeoutError:
        with suppress(OSError):
            await send({"type": "websocket.close", "code": 1001, "reason": "idle"})
    except Left:
        pass
    finally:
        environment.close()
        reader.close()


class _Reader:
    """What the client sends, and whether it is still there while it is answered."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._next: asyncio.Task[Message] | None = None

    async def next(self) -> str:
        """The text of a message; of bytes an empty one. Raises Left, and TimeoutError of a silent one."""
        waiting = self._next or asyncio.ensure_future(self._receive())
        self._next = waiting
        async with asyncio.timeout(60 * settings.OPENENV_IDLE_MINUTES):
            message = await waiting
        self._next = None
        if message["type"] != "websocket.receive":
            raise Left
        text: str | None = message.get("text")
        return text or ""

    async def unless_left(self, answering: Awaitable[Message | None]) -> Message | None:
        """What is answered. Raises Left when the client goes away meanwhile, and stops working on it."""
        task = asyncio.ensure_future(answering)
        if self._next is None:
            self._next = asyncio.ensure_future(self._receive())
        assert self._next is not None  # noqa: S101
        try:
            await asyncio.wait((task, self._next), return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and self._next.result()["type"] == "websocket.disconnect":
                raise Left
            return await task
        finally:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def close(self) -> None:
        if self._next:
            self._next.cancel()


async def _answer_message(environment: Environment, text: str) -> Message | None:
    """The reply; None where the client closes."""
    try:
        message = read_json(text)
        return await _reply(environment, message)
    except ValueError as invalid:
        return error(f"Invalid JSON: {invalid}", "INVALID_JSON")
    except Invalid as invalid:
        return error(invalid.message, invalid.code, errors=invalid.details)
    except OverQuota as over:
        return error(over.message, over.code, retry_after=over.retry_after)
    except EnvError as refused:
        return error(refused.message, refused.code)
    except Exception:
        logger.exception("a request of an agent broke")
        return error(BROKE, "EXECUTION_ERROR")


async def _reply(environment: Environment, message: object) -> Message | None:
    if not isinstance(message, dict):
        raise Invalid("A message is an object with a type.", [], "dict_type")
    kind = message.get("type")
    if kind not in ("reset", "step", "state", "mcp", "close"):
        return error(f"Unknown message type: {kind if isinstance(kind, str) else ''}"[:200], "UNKNOWN_TYPE")
    if extra := sorted(set(message) - _FIELDS.get(kind, {"type"})):
        raise Invalid(f"A message of type {kind} has no {extra[0]}.", [extra[0]], "extra_forbidden")
    data = message.get("data", {})
    match kind:
        case "close":
            return None
        case "state":
            return {"type": "state", "data": environment.state()}
        case "mcp":
            said = await protocol.answer(SocketDesks(environment), data)
            # Each message has its reply, also what MCP has none for.
            return {"type": "mcp", "data": said or {"jsonrpc": "2.0", "id": None, "result": {}}}
    if not isinstance(data, dict) and (kind == "reset" or data is None):
        raise Invalid("data is an object.", ["data"], "dict_type")
    if kind == "reset":
        answered = await environment.reset(wanted_of(data))
    elif (tool := stepping.tool_action(data)) is not None:
        return {"type": "observation", "data": await stepping.as_observation(environment, tool)}
    else:
        answered = await environment.step(actions.parse(data))
    return {"type": "observation", "data": answered.as_json()}


async def _answer_rpc(environment: Environment, text: str) -> Message | None:
    return await protocol.answer_text(SocketDesks(environment), text) or NOTHING


def _full_message(full: TooMany) -> Message:
    return error(full.message, full.code, active_sessions=full.active, max_sessions=full.most)


def _full_rpc(full: TooMany) -> Message:
    return rpc.failed(None, protocol.full(full))


def error(message: str, code: str, **more: Any) -> Message:
    return {"type": "error", "data": {"message": message, "code": code, **more}}


async def _send(send: Send, message: Message) -> None:
    await send({"type": "websocket.send", "text": json.dumps(message, ensure_ascii=False)})
