"""How fast one person may talk over chat sockets: more than anybody types, and less than what keeps others waiting.

Counted in each process, of all the person's sockets together: it is the process that is kept from drowning.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

BURST = 60
"""Messages at once, as after a lost connection."""
A_SECOND = 20.0
"""Messages that may go on for ever."""
PATIENCE = 200
"""Messages too many, without a pause in which all are allowed again, until the socket is closed."""
_MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Talk:
    left: float
    at: float
    refused: int = 0


class Pace:
    """`allows` says of each message whether it may be answered; `is_lost` that it is no use to go on saying no."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._talks: OrderedDict[str, _Talk] = OrderedDict()

    def allows(self, person: str) -> bool:
        talk, now = self._talk(person), self._clock()
        talk.left, talk.at = min(BURST, talk.left + (now - talk.at) * A_SECOND), now
        if talk.left == BURST:
            talk.refused = 0
        if talk.left < 1:
            talk.refused += 1
            return False
        talk.left -= 1
        return True

    def has_just_begun_to_refuse(self, person: str) -> bool:
        return self._talk(person).refused == 1

    def is_lost(self, person: str) -> bool:
        return self._talk(person).refused > PATIENCE

    def _talk(self, person: str) -> _Talk:
        talk = self._talks.setdefault(person, _Talk(BURST, self._clock()))
        self._talks.move_to_end(person)
        if len(self._talks) > _MOST_KNOWN:
            self._talks.popitem(last=False)
        return talk


pace = Pace()
