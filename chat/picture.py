"""What one browser has been sent of each answer: what it may be sent next, and what it misses."""

from __future__ import annotations

from enum import Enum, auto

from chat.fragments import Fragment


class Fits(Enum):
    NEXT = auto()
    SEEN = auto()
    TOO_LATE = auto()
    """Something before it is missing."""


class Picture:
    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._unfinished: set[str] = set()
        self._behind: set[str] = set()

    def take(self, fragment: Fragment) -> Fits:
        """Whether the fragment is to be sent. One that is `NEXT` counts as sent from now on."""
        if not fragment.answer:
            return Fits.NEXT
        last = self._last.get(fragment.answer)
        if last is None and fragment.first != 1:
            return Fits.TOO_LATE
        if fragment.last <= (last or 0) and not (fragment.whole and fragment.answer in self._behind):
            return Fits.SEEN
        if not fragment.whole and (fragment.first != (last or 0) + 1 or fragment.answer in self._behind):
            return Fits.TOO_LATE
        self.has(fragment.answer, fragment.last, end=fragment.end)
        return Fits.NEXT

    def has(self, answer: str, last: int, *, end: bool) -> None:
        """The whole answer has been sent, as it is after so many messages."""
        self._last[answer] = last
        self._behind.discard(answer)
        if end:
            self._unfinished.discard(answer)
        else:
            self._unfinished.add(answer)

    def waits_for(self, answer: str) -> None:
        """Nothing but a whole one helps it on."""
        self._last.setdefault(answer, 0)
        self._unfinished.add(answer)
        self._behind.add(answer)

    def knows(self, answer: str) -> bool:
        return answer in self._last

    def is_behind(self, answer: str) -> bool:
        return answer in self._behind

    @property
    def unfinished(self) -> frozenset[str]:
        return frozenset(self._unfinished)
