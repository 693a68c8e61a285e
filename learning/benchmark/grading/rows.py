"""How many rows of two results are the same, once it is said which columns correspond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from learning.benchmark.grading.bipartite import largest_matching
from learning.benchmark.grading.columns import Bools, Floats, Ints, Pair, near, reach


@dataclass
class Effort:
    """Cells that may still be compared one by one, where it is not clear from the start which rows are near to each
    other. When it is used up, only rows of the same rank are."""

    cells: int = 20_000_000

    def takes(self, cells: int) -> bool:
        self.cells -= cells
        return self.cells >= 0


@dataclass(frozen=True)
class Rows:
    """Rows of a gold and of another result, in groups that are the same in all `pairs` of columns so far: in one alone
    to begin with. In `unclear` groups, which have loose chains, some rows may not be near to each other."""

    effort: Effort
    gold_groups: Ints
    other_groups: Ints
    unclear: Bools
    pairs: tuple[Pair, ...] = ()

    @classmethod
    def all_of(cls, gold_height: int, other_height: int) -> Rows:
        ours, theirs = np.zeros(gold_height, dtype=np.int64), np.zeros(other_height, dtype=np.int64)
        return cls(Effort(), ours, theirs, np.zeros(gold_height, dtype=bool))

    def split(self, pair: Pair) -> Rows:
        """By another pair of columns."""
        groups = np.concatenate((self.gold_groups, self.other_groups)) * len(pair.loose)
        groups += np.concatenate((pair.gold_codes, pair.other_codes))
        groups = np.unique(groups, return_inverse=True)[1]
        return replace(
            self,
            gold_groups=groups[: len(self.gold_groups)],
            other_groups=groups[len(self.gold_groups) :],
            unclear=self.unclear | pair.loose[pair.gold_codes],
            pairs=(*self.pairs, pair),
        )

    @property
    def are_even(self) -> bool:
        """Whether each group has as many rows on either side."""
        return np.array_equal(np.sort(self.gold_groups), np.sort(self.other_groups))

    @cached_property
    def shared(self) -> int:
        """The size of the largest set of rows that can be put side by side, each once, the same in all pairs."""
        groups = 1 + max(self.gold_groups.max(initial=0), self.other_groups.max(initial=0))
        ours, theirs = (np.bincount(side, minlength=groups) for side in (self.gold_groups, self.other_groups))
        unclear = np.zeros(groups, dtype=bool)
        unclear[self.gold_groups[self.unclear]] = True
        clear = int(np.minimum(ours, theirs)[~unclear].sum())
        return clear + sum(self._shared_within(*members) for members in self._members(unclear & (theirs > 0)))

    def _members(self, wanted: Bools) -> Iterator[tuple[Ints, Ints]]:
        for group in np.flatnonzero(wanted):
            yield np.flatnonzero(self.gold_groups == group), np.flatnonzero(self.other_groups == group)

    def _shared_within(self, ours: Ints, theirs: Ints) -> int:
        """Of one group: the columns whose chains are short are the same in all of it."""
        loose = [pair for pair in self.pairs if pair.loose[pair.gold_codes[ours[0]]]]
        ours = ours[np.lexsort([pair.gold.numbers[ours] for pair in reversed(loose)])]
        theirs = theirs[np.lexsort([pair.other.numbers[theirs] for pair in reversed(loose)])]
        both = min(len(ours), len(theirs))
        same_rank = int(_are_near(loose, ours[:both], theirs[:both]).sum())
        if same_rank < both and len(loose) == 1:
            return _shared_ranked(loose[0], loose[0].gold.numbers[ours], loose[0].other.numbers[theirs])
        if same_rank == both or not self.effort.takes(len(ours) * len(theirs) * len(loose)):
            return same_rank
        return largest_matching([np.flatnonzero(_are_near(loose, row, theirs)).tolist() for row in ours[:, None]])


def _shared_ranked(pair: Pair, ours: Floats, theirs: Floats) -> int:
    """Each takes the smallest that is left within its reach."""
    within = reach(np.abs(ours), pair.slack)
    firsts, ends = np.searchsorted(theirs, ours - within, "left"), np.searchsorted(theirs, ours + within, "right")
    shared = taken = 0
    for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
        taken = max(taken, first)
        if taken < end:
            taken, shared = taken + 1, shared + 1
    return shared


def _are_near(pairs: Sequence[Pair], ours: Ints, theirs: Ints) -> Bools:
    """Row by row, or one row to all."""
    close = np.ones(len(theirs), dtype=bool)
    for pair in pairs:
        close &= near(pair.gold.numbers[ours], pair.other.numbers[theirs], pair.slack)
    return close
