"""As many pairs as can be made of two sides, when it is said who may go with whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

_MOST_STEPS = 2_000_000


def largest_matching(partners: Sequence[Sequence[int]]) -> int:
    """How many pairs: `partners` of each on the one side are those on the other that may be its.

    By augmenting paths (Berge 1957). Where that takes too many steps, the pairs made by then count.
    """
    return _Matching(partners).size()


class _Matching:
    def __init__(self, partners: Sequence[Sequence[int]]) -> None:
        self._partners = partners
        self._partner_of: dict[int, int] = {}
        self._holder_of: dict[int, int] = {}
        self._steps = 0

    def size(self) -> int:
        for one in range(len(self._partners)):
            self._find_for(one)
        return len(self._partner_of)

    def _find_for(self, one: int) -> None:
        """Breadth first: whoever holds what it wants may take something else."""
        wanted_by: dict[int, int] = {}
        waiting = deque([one])
        while waiting and self._steps < _MOST_STEPS:
            asking = waiting.popleft()
            for partner in self._partners[asking]:
                self._steps += 1
                if partner in wanted_by:
                    continue
                wanted_by[partner] = asking
                if partner not in self._holder_of:
                    return self._hand_over(partner, wanted_by)
                waiting.append(self._holder_of[partner])
        return None

    def _hand_over(self, free: int, wanted_by: dict[int, int]) -> None:
        """Along the path, everyone takes what they wanted and leaves what they had."""
        partner: int | None = free
        while partner is not None:
            holder = wanted_by[partner]
            left = self._partner_of.get(holder)
            self._partner_of[holder], self._holder_of[partner] = partner, holder
            partner = left
