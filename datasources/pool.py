"""Warm child processes, shared by everything in this server process that runs statements.

Keeping them warm makes a statement cost a fraction of a millisecond and not the start of a process.
"""

import atexit
import os
import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from datasources.children import Child, ChildGone, Source

_WEEDED_EVERY = 1.0
"""Seconds."""


class AllBusy(Exception):
    """No child became free in time. `running` is how many are at work on this database."""

    def __init__(self, running: int) -> None:
        super().__init__(f"{running} are running")
        self.running = running


class Turn:
    """One statement's use of a child, which another thread may end. It waits for others of the same `whose` only;
    `most` is how many of those may run, where that is not what the pool says."""

    def __init__(self, whose: Hashable = None, most: int | None = None) -> None:
        self.whose = whose
        self.most = most
        self.has_ended = False
        self._child: Child | None = None
        self._lock = threading.Lock()

    def take(self, child: Child) -> None:
        with self._lock:
            self._child = child
            if self.has_ended:
                child.end()

    def release(self) -> None:
        with self._lock:
            self._child = None

    def end(self) -> None:
        with self._lock:
            self.has_ended = True
            if self._child:
                self._child.end()


_Whose = tuple[object, Hashable]


@dataclass
class _Queue:
    """`length` is how many wait in it."""

    moved: threading.Condition
    length: int = 0


class Pool:
    """Lends children, keeps those that come back in order, and bounds how many there are."""

    def __init__(self, running_per_place: int = 8, idle: int = 16, idle_seconds: float = 240) -> None:
        self._running_per_place = running_per_place
        self._most_idle = idle
        self._idle_seconds = idle_seconds
        self.forget()

    def forget(self) -> None:
        """Start anew without touching the children, which are another process's after a fork."""
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._next_weeding = 0.0
        self._running: Counter[_Whose] = Counter()
        self._waiting: dict[_Whose, _Queue] = {}
        """By what they wait for: who comes back wakes one who may go on, not all who wait for anything."""

    @contextmanager
    def lend(self, source: Source, turn: Turn, seconds_to_wait: float, *, fresh: bool = False) -> Iterator[Child]:
        """Raises AllBusy when too many run for too long, ChildGone when the turn ended, and what `open` does.

        `fresh`: not one that was idle.
        """
        self._enter(source, turn, seconds_to_wait)
        try:
            child = (None if fresh else self._warm(source)) or Child(source)
            try:
                yield from self._lent(child, turn)
            finally:
                turn.release()
                self._take_back(child, is_sound=not (child.is_spent or turn.has_ended))
        finally:
            self._leave(source, turn)

    def _lent(self, child: Child, turn: Turn) -> Iterator[Child]:
        turn.take(child)
        if not child.idle_since:
            child.open()
        yield child

    def wake(self) -> None:
        """Let those who wait see that their turn has ended."""
        with self._lock:
            for queue in self._waiting.values():
                queue.moved.notify_all()

    def counts(self) -> tuple[int, int]:
        """How many children are lent, and how many idle."""
        with self._lock:
            return self._running.total(), len(self._idle)

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()
        for child in idle:
            child.bury()

    def _enter(self, source: Source, turn: Turn, seconds: float) -> None:
        whose = (source.place, turn.whose)
        with self._lock:
            if self._running[whose] >= self._most(turn) and not self._wait(whose, turn, seconds):
                raise AllBusy(self._most(turn))
            if turn.has_ended:
                self._let_one_go(whose)
                raise ChildGone
            self._running[whose] += 1

    def _wait(self, whose: _Whose, turn: Turn, seconds: float) -> bool:
        """Whether there is room, or nothing to wait for any more."""
        queue = self._waiting.setdefault(whose, _Queue(threading.Condition(self._lock)))
        queue.length += 1
        try:
            return queue.moved.wait_for(lambda: turn.has_ended or self._running[whose] < self._most(turn), seconds)
        finally:
            queue.length -= 1
            if not queue.length:
                del self._waiting[whose]

    def _most(self, turn: Turn) -> int:
        return turn.most or self._running_per_place

    def _leave(self, source: Source, turn: Turn) -> None:
        whose = (source.place, turn.whose)
        with self._lock:
            self._running[whose] -= 1
            self._let_one_go(whose)
            if not self._running[whose]:
                del self._running[whose]

    def _let_one_go(self, whose: _Whose) -> None:
        if whose in self._waiting:
            self._waiting[whose].moved.notify()

    def _warm(self, source: Source) -> Child | None:
        """To look at all that are idle takes longer than many a statement: that is done now and then."""
        if time.monotonic() < self._next_weeding and (child := self._taken(source)):
            if self._is_fit(child):
                return child
            child.bury()
        self._next_weeding = time.monotonic() + _WEEDED_EVERY
        self._weed(source)
        return self._taken(source)

    def _taken(self, source: Source) -> Child | None:
        """The child that was used last, so that those which are not needed grow old."""
        with self._lock:
            for child in reversed(self._idle):
                if child.source == source:
                    self._idle.remove(child)
                    return child
        return None

    def _weed(self, source: Source) -> None:
        """Bury who is dead, old, or has an older version of the same database open."""
        with self._lock:
            weeds = [
                child
                for child in self._idle
                if not self._is_fit(child) or (child.source.place == source.place and child.source != source)
            ]
            self._idle = [child for child in self._idle if child not in weeds]
        for child in weeds:
            child.bury()

    def _is_fit(self, child: Child) -> bool:
        return child.idle_since >= time.monotonic() - self._idle_seconds and child.is_alive()

    def _take_back(self, child: Child, *, is_sound: bool) -> None:
        if not is_sound:
            child.bury()
            return
        child.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(child)
            surplus = self._idle[: -self._most_idle]
            self._idle = self._idle[-self._most_idle :]
        for other in surplus:
            other.bury()


pool = Pool()
atexit.register(pool.close)
os.register_at_fork(after_in_child=pool.forget)
