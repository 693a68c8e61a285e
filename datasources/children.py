"""A child process with one open database, as the server sees it: it can be asked, and it can be killed."""

import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasources.wire import HEAD_SIZE, Failure, body_length, pack, unpack

_START = "import sys; sys.path.append(sys.argv[1]); from datasources.child import main; main()"
_ROOT = str(Path(__file__).parent.parent)
_SECONDS_TO_OPEN = 10.0
_SECONDS_TO_DIE = 1.0


class ChildGone(Exception):
    """The child ended, or was ended, before it answered. `signal` is what ended it, 0 if nothing did."""

    def __init__(self, signal: int = 0) -> None:
        super().__init__(f"ended by signal {signal}")
        self.signal = signal


class DeadlinePassed(Exception):
    """There was no answer in time."""


class Refused(Exception):
    """The child could not open its database; the failure says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Source:
    """What a child has open. `version` changes when the database has to be opened anew."""

    driver: str
    parameters: tuple[tuple[str, str], ...]
    version: tuple[int, ...] = ()

    @property
    def place(self) -> tuple[object, ...]:
        """The same for every version."""
        return self.driver, self.parameters


class Child:
    """One process with one open database. `kill` is for any thread, the rest for the one that has borrowed it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.idle_since = 0.0
        self.is_spent = False
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", _START, _ROOT],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,
            )

    def open(self) -> None:
        """Raises Refused or ChildGone."""
        request = ("open", self.source.driver, dict(self.source.parameters))
        try:
            answer = self.ask(request, _SECONDS_TO_OPEN)
        except DeadlinePassed:
            answer = Failure("connect", "The database took too long to open.")
        if isinstance(answer, Failure):
            raise Refused(answer)

    def ask(self, request: tuple[object, ...], seconds: float) -> tuple[Any, ...] | Failure:
        """The answer. Raises ChildGone or DeadlinePassed; like a fatal failure, either spends the child."""
        self.is_spent = True
        deadline = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(pack(request))
            answer = self._answer(deadline)
        except TimeoutError:
            raise DeadlinePassed from None
        except (OSError, ValueError) as error:
            raise ChildGone(self._signal()) from error
        self.is_spent = isinstance(answer, Failure) and answer.fatal
        return answer

    def _answer(self, deadline: float) -> tuple[Any, ...] | Failure:
        length = body_length(self._read(HEAD_SIZE, deadline))
        kind, *content = unpack(self._read(length, deadline))
        return Failure(*content) if kind == "failure" else tuple(content)

    def _read(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            # Zero would mean "do not wait at all", which is another error.
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            part = self._socket.recv(size - len(data))
            if not part:
                raise ConnectionResetError
            data += part
        return bytes(data)

    def _signal(self) -> int:
        """What ended the process whose end of the socket is closed; 0 if nothing did, or it is not over yet."""
        try:
            return -min(0, self._process.wait(_SECONDS_TO_DIE))
        except subprocess.TimeoutExpired:
            return 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """At once, whatever it does."""
        self._process.kill()

    def bury(self) -> None:
        """Kill it and give back what it held here."""
        self.kill()
        self._process.wait()
        self._socket.close()
