"""How far a long copying is, in lines now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS_BETWEEN = 5.0


class Progress:
    """`advance(bytes)` says a line when it has been quiet for some seconds."""

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self._total = total
        self._say = say
        self._done = 0
        self._said_at = time.monotonic()

    def advance(self, size: int) -> None:
        self._done += size
        if time.monotonic() - self._said_at >= SECONDS_BETWEEN:
            self._said_at = time.monotonic()
            self._say(f"{megabytes(self._done)} of {megabytes(self._total)}")


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
