"""Signs of life, judged without a clock: what has not changed for so many looks is dead.

No two machines' clocks are compared, and none that may jump: a sign is compared with itself. Looks are counted, not
seconds, so that a process that was frozen for an hour has looked once.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)


class Unmoved(Generic[_K]):
    """Each look is to be at least as long after the one before as a sign of life takes."""

    def __init__(self, looks: int) -> None:
        self._looks = looks
        self._known: dict[_K, tuple[object, int]] = {}

    def look(self, signs: Mapping[_K, object]) -> list[_K]:
        """Those whose sign is the same as at so many looks before."""
        self._known = {key: (sign, self._times(key, sign)) for key, sign in signs.items()}
        return [key for key, (_, times) in self._known.items() if times >= self._looks]

    def forget(self) -> None:
        """Something kept us from looking, which may have kept them from giving a sign."""
        self._known = {}

    def _times(self, key: _K, sign: object) -> int:
        before, times = self._known.get(key, (None, -1))
        return times + 1 if times < 0 or before == sign else 0
