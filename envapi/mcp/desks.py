"""Where an agent sits: the session that its calls belong to, whatever carries them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from envapi import sessions
from envapi.callers import Caller
from envapi.capacity import a_place
from envapi.environment import Environment
from envapi.errors import EnvError, NotFound
from envapi.mcp import stored
from envapi.models import Session


class Desk(Protocol):
    """`lasts`: the next call finds the same episode."""

    caller: Caller
    lasts: bool

    @property
    def task(self) -> str:
        """Of its episode, also when that is over; empty where none was begun yet."""

    def environment(self) -> AbstractAsyncContextManager[Environment]:
        """The session's, for one step. Raises EnvError, BUSY where another one is being made."""


class Desks(Protocol):
    """All methods raise EnvError; NotFound for a session that the caller has not."""

    async def greet(self) -> None:
        """A client has introduced itself."""

    async def create(self) -> str:
        """The id of a session. Raises TooMany."""

    async def close(self, session_id: str) -> None:
        """Its episode ends. Raises MayNotClose, too."""

    async def desk(self, session_id: str) -> Desk:
        """That of a session; of an empty id, of the one that the carrier stands for."""


class MayNotClose(EnvError):
    """The session is not one that an agent has made."""


class SocketDesks:
    """A WebSocket has one session, which is its own desk and ends with it."""

    lasts = True

    def __init__(self, environment: Environment) -> None:
        self.caller = environment.caller
        self._environment = environment

    @property
    def task(self) -> str:
        running = self._environment.running
        return running.exercise.id if running else ""

    @asynccontextmanager
    async def environment(self) -> AsyncIterator[Environment]:
        yield self._environment

    async def greet(self) -> None:
        pass

    async def create(self) -> str:
        return self._environment.id

    async def close(self, session_id: str) -> None:
        await self.desk(session_id)
        raise MayNotClose("Cannot close active WebSocket-managed session via MCP method")

    async def desk(self, session_id: str) -> Desk:
        if session_id not in ("", self._environment.id):
            raise NotFound(f"Unknown session_id: {session_id[:100]}")
        return self


class HttpDesks:
    """Sessions are stored. `named` is the one that the request's header names, `begun` what a client that introduces
    itself is given: it names that one from then on."""

    def __init__(self, caller: Caller, named: str = "") -> None:
        self.begun = ""
        self._caller = caller
        self._named = named
        self._found: dict[str, Desk] = {}

    async def greet(self) -> None:
        self.begun = await self.create()

    async def create(self) -> str:
        return await stored.create(self._caller)

    async def close(self, session_id: str) -> None:
        found = await stored.find(self._caller, session_id)
        if not found.is_agents:
            raise MayNotClose("This session was begun by a reset: an agent cannot close it.")
        await stored.close(found)

    async def desk(self, session_id: str) -> Desk:
        wanted = session_id or self._named
        if wanted not in self._found:
            self._found[wanted] = await self._desk(wanted)
        return self._found[wanted]

    async def _desk(self, session_id: str) -> Desk:
        if not session_id:
            return SingleDesk(self._caller)
        return StoredDesk(self._caller, await stored.find(self._caller, session_id))


class StoredDesk:
    lasts = True

    def __init__(self, caller: Caller, found: Session) -> None:
        self.caller = caller
        self.task = found.exercise
        self._episode_id = found.episode_id

    def environment(self) -> AbstractAsyncContextManager[Environment]:
        return sessions.session(self.caller, self._episode_id, to_step=True, by_agent=True)


class SingleDesk:
    """Of one call that names no session."""

    lasts = False
    task = ""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    @asynccontextmanager
    async def environment(self) -> AsyncIterator[Environment]:
        with a_place():
            environment = Environment(self.caller)
            try:
                yield environment
            finally:
                environment.close()
