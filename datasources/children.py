"""A child process with one open database, as the server sees it: it can be asked, and it can be killed."""

import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasources.wire import HEAD_SIZE, Failure, body_length, pack, unpack

_START = "import sys; sys.path.append(sys.argv[1]); from datasources.child import main; main()"
_ROOT = str(Path(__file__).parent.parent)
_SECONDS_TO_OPEN = 10.0
_SECONDS_TO_DIE = 1.0
# A remote statement is cancelled on its server in this time, or left behind.
_SECONDS_TO_HANG_UP = 2.0
_AT_ONCE = 1 << 16
_TIME = struct.Struct("@ll")
# Who is gone this soon after it was lent was dead before the statement could kill it.
_SECONDS_TO_BE_FOUND_DEAD = 0.1
# After these there is more.
_PARTS = frozenset({"head", "part"})


class ChildGone(Exception):
    """The child ended, or was ended, before it answered. `signal` is what ended it, 0 if nothing did.

    `was_dead`: it ended while it was idle, so that the request is as good as never made.
    """

    def __init__(self, signal: int = 0, *, was_dead: bool = False) -> None:
        super().__init__(f"ended by signal {signal}")
        self.signal = signal
        self.was_dead = was_dead


class DeadlinePassed(Exception):
    """There was no answer in time."""


class Refused(Exception):
    """The child could not open its database; the failure says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Source:
    """What a child has open. `version` changes when the database has to be opened anew.

    `is_remote`: statements run on a server, which has to be told when they are to end.
    """

    driver: str
    parameters: tuple[tuple[str, Any], ...] = field(repr=False)
    version: tuple[int, ...] = ()
    is_remote: bool = False

    @property
    def place(self) -> tuple[object, ...]:
        """The same for every version."""
        return self.driver, self.parameters


class Child:
    """One process with one open database. `end` and `kill` are for any thread, the rest for the one that has
    borrowed it."""

    def __init__(self, source: Source) -> None:
        """Raises OSError when the system has no room for another process."""
        self.source = source
        self.idle_since = 0.0
        self.is_spent = False
        self._socket, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = _start(theirs.fileno())
            except OSError:
                self._socket.close()
                raise

    def open(self) -> None:
        """Raises Refused."""
        request = ("open", self.source.driver, dict(self.source.parameters))
        try:
            answer = self.ask(request, _SECONDS_TO_OPEN)
        except DeadlinePassed:
            answer = Failure("connect", "The database took too long to open.", "TIMEOUT")
        except ChildGone:
            answer = Failure("connect", "The database process broke down while it was opened.")
        if isinstance(answer, Failure):
            raise Refused(answer)

    def ask(self, request: tuple[object, ...], seconds: float) -> tuple[Any, ...] | Failure:
        """The answer. Raises ChildGone or DeadlinePassed; like a fatal failure, either spends the child."""
        *_, (_, answer) = self.ask_for_parts(request, seconds)
        return answer

    def ask_for_parts(
        self, request: tuple[object, ...], seconds: float
    ) -> Iterator[tuple[str, tuple[Any, ...] | Failure]]:
        """Each part of the answer with its kind, as they come, the last one included. Whoever does not take all of
        them leaves the child spent."""
        self.is_spent = True
        started = time.monotonic()
        with self._counted_dead_since(started):
            self._limit(socket.SO_SNDTIMEO, seconds)
            self._socket.sendall(pack(request))
        kind, read = "", bytearray()
        while not kind or kind in _PARTS:
            with self._counted_dead_since(started):
                kind, answer = self._part(read, started + seconds)
                if kind not in _PARTS and read:
                    raise ValueError("it says more than was asked")
            if kind not in _PARTS:
                self.is_spent = isinstance(answer, Failure) and answer.fatal
            yield kind, answer

    @contextmanager
    def _counted_dead_since(self, started: float) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, BlockingIOError):
            raise DeadlinePassed from None
        except (OSError, ValueError) as error:
            at_once = time.monotonic() - started < _SECONDS_TO_BE_FOUND_DEAD
            raise ChildGone(self._signal(), was_dead=at_once and self.idle_since > 0) from error

    def _part(self, read: bytearray, deadline: float) -> tuple[str, tuple[Any, ...] | Failure]:
        """The next one; most answers come in one piece. `read` has what was read beyond the one before. Raises OSError,
        and ValueError for what no child of ours says."""
        size = HEAD_SIZE
        while len(read) < HEAD_SIZE or len(read) < (size := HEAD_SIZE + body_length(bytes(read[:HEAD_SIZE]))):
            self._limit(socket.SO_RCVTIMEO, deadline - time.monotonic())
            piece = self._socket.recv(max(_AT_ONCE, size - len(read)))
            if not piece:
                raise ConnectionResetError
            read += piece
        kind, *content = unpack(bytes(read[HEAD_SIZE:size]))
        del read[:size]
        return kind, Failure(*content) if kind == "failure" else tuple(content)

    def _limit(self, what: int, seconds: float) -> None:
        """By the system rather than by Python, which would look first and let other threads go before it each time."""
        # Zero would mean forever.
        whole, rest = divmod(max(1_000, int(seconds * 1e6)), 1_000_000)
        self._socket.setsockopt(socket.SOL_SOCKET, what, _TIME.pack(whole, rest))

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

    def end(self) -> None:
        """Without waiting: a child of a remote database is hung up on, so that it cancels its statement and ends."""
        if self.source.is_remote:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        else:
            self.kill()

    def kill(self) -> None:
        """At once, whatever it does."""
        self._process.kill()

    def bury(self) -> None:
        """See it end, and give back what it held here."""
        self.end()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_HANG_UP)
        self.kill()
        self._process.wait()
        self._socket.close()


def _start(pipe: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _START, _ROOT],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    )
