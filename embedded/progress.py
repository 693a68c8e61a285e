"""How long work says how far it is."""

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from embedded.status import State

BAR_WIDTH = 30
LINE_EVERY_SECONDS = 5.0


class Report(Protocol):
    """Called often while work goes on, at least once for each state; `done` of `total` are bytes."""

    def __call__(self, state: State, message: str, done: int, total: int) -> None: ...


class PrintedProgress:
    """A bar that redraws itself on a terminal, and a line every few seconds anywhere else."""

    def __init__(self, stream: TextIO = sys.stdout, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._message = ""
        self._last_line = 0.0

    def __call__(self, state: State, message: str, done: int, total: int) -> None:
        if self._stream.isatty():
            self._draw(message, done, total)
        else:
            self._say(message, done, total)
        self._message = message

    def _draw(self, message: str, done: int, total: int) -> None:
        if self._message not in ("", message):
            self._stream.write("\n")
        self._stream.write(f"\r{_line(message, done, total, bar=True)}\x1b[K")
        if done >= total:
            self._stream.write("\n")
        self._stream.flush()

    def _say(self, message: str, done: int, total: int) -> None:
        now = self._clock()
        if message == self._message and now - self._last_line < LINE_EVERY_SECONDS and done < total:
            return
        self._last_line = now
        self._stream.write(_line(message, done, total, bar=False) + "\n")
        self._stream.flush()


def _line(message: str, done: int, total: int, *, bar: bool) -> str:
    if not total or done >= total:
        return message
    filled = BAR_WIDTH * done // total
    drawing = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] " if bar else ""
    return f"{message} {drawing}{100 * done // total} % ({done / 1e6:,.0f} of {total / 1e6:,.0f} MB)"
