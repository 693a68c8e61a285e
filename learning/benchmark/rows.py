"""How many rows of two results are the same, once it is said which columns correspond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from learning.benchmark.bipartite import largest_matching
from learning.benchmark.columns import Bools, Floats, Ints, Pair, near, reach

# Of rows that may be the same, where nearness is not clear from the start: beyond it, pairing them is given up.
_MOST_EDGES = 200_000


def shared_rows(pairs: Sequence[Pair], gold_height: int, other_height: int) -> int:
    """The size of the largest set of rows that can be put side by side, each once, the same in all pairs of columns."""
    gold_groups, other_groups = np.zeros(gold_height, dtype=np.int64), np.zeros(other_height, dtype=np.int64)
    for pair in pairs:
        gold_groups, other_groups = refined(gold_groups, other_groups, pair)
    groups = 1 + max(gold_groups.max(initial=0), other_groups.max(initial=0))
    sizes = np.minimum(np.bincount(gold_groups, minlength=groups), np.bincount(other_groups, minlength=groups))
    unclear = _unclear(pairs, gold_groups, groups) & (sizes > 0)
    clear = int(sizes[~unclear].sum())
    if not unclear.any():
        return clear
    return clear + sum(
        _shared_within(pairs, ours, theirs) for ours, theirs in _members(gold_groups, other_groups, unclear)
    )


def refined(gold_groups: Ints, other_groups: Ints, pair: Pair) -> tuple[Ints, Ints]:
    """Groups of rows that were the same so far, split by another pair of columns."""
    groups = np.concatenate((gold_groups, other_groups)) * len(pair.loose)
    groups += np.concatenate((pair.gold_codes, pair.other_codes))
    split = np.unique(groups, return_inverse=True)[1]
    return split[: len(gold_groups)], split[len(gold_groups) :]


def _unclear(pairs: Sequence[Pair], gold_groups: Ints, groups: int) -> Bools:
    """Groups in which some rows may not be near to each other."""
    unclear = np.zeros(groups, dtype=bool)
    for pair in pairs:
        unclear[gold_groups[pair.loose[pair.gold_codes]]] = True
    return unclear


def _members(gold_groups: Ints, other_groups: Ints, wanted: Bools) -> Iterator[tuple[Ints, Ints]]:
    for group in np.flatnonzero(wanted):
        yield np.flatnonzero(gold_groups == group), np.flatnonzero(other_groups == group)


def _shared_within(pairs: Sequence[Pair], ours: Ints, theirs: Ints) -> int:
    """Of one group: the columns whose chains are short are the same in all of it."""
    loose = [pair for pair in pairs if pair.loose[pair.gold_codes[ours[0]]]]
    ours = ours[np.lexsort([pair.gold.numbers[ours] for pair in reversed(loose)])]
    theirs = theirs[np.lexsort([pair.other.numbers[theirs] for pair in reversed(loose)])]
    if len(ours) == len(theirs) and _are_near(loose, ours, theirs).all():
        return len(ours)
    if len(loose) == 1:
        return _shared_ranked(loose[0], loose[0].gold.numbers[ours], loose[0].other.numbers[theirs])
    return largest_matching(_neighbours(loose, ours, theirs))


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
    """Row by row."""
    close = np.ones(np.broadcast_shapes(ours.shape, theirs.shape), dtype=bool)
    for pair in pairs:
        close &= near(pair.gold.numbers[ours], pair.other.numbers[theirs], pair.slack)
    return close


def _neighbours(pairs: Sequence[Pair], ours: Ints, theirs: Ints) -> list[list[int]]:
    """Of each gold row, the positions among `theirs` of those that are near to it."""
    edges = 0
    found: list[list[int]] = []
    for row in ours:
        close = np.flatnonzero(_are_near(pairs, np.full(len(theirs), row), theirs)) if edges < _MOST_EDGES else ()
        edges += len(close)
        found.append([int(at) for at in close])
    return found
