"""What may hang is asked in a thread of its own, and never twice at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """`milliseconds` that it took."""

    answer: T
    milliseconds: float


class Question(Generic[T]):
    """Who asks while it is being answered waits for the same answer. One is good for `fresh` seconds."""

    def __init__(self, ask: Callable[[], T], fresh: float = 0.0) -> None:
        self._ask = ask
        self._fresh = fresh
        self._asked = 0.0
        self._future: Future[Told[T]] | None = None

    async def answer(self, seconds: float) -> Told[T]:
        """Raises TimeoutError when it takes longer, and whatever `ask` does."""
        waiting = asyncio.wrap_future(self._current())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()  # which does nothing to one that is done
        if waiting.cancelled():
            raise TimeoutError
        return waiting.result()

    def _current(self) -> Future[Told[T]]:
        now = time.monotonic()
        if self._future is None or (self._future.done() and now >= self._asked + self._fresh):
            self._asked, self._future = now, Future()
            # Who waits no longer cancels nobody else's answer.
            self._future.set_running_or_notify_cancel()
            threading.Thread(target=self._run, args=(self._future,), daemon=True, name="question").start()
        return self._future

    def _run(self, future: Future[Told[T]]) -> None:
        began = time.perf_counter()
        try:
            answer = self._ask()
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            future.set_exception(error)
        else:
            future.set_result(Told(answer, 1000 * (time.perf_counter() - began)))
