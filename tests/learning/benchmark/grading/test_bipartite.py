"""As many pairs as can be made of two sides: against trying everything."""

import random
from itertools import permutations

import pytest

from learning.benchmark.grading.bipartite import largest_matching


@pytest.mark.parametrize(
    ("partners", "pairs"),
    [
        ([], 0),
        ([[], []], 0),
        ([[0], [0], [0]], 1),
        ([[0, 1], [0]], 2),
        ([[0, 1], [0, 2], [0]], 3),
        ([[0], [0, 1], [1, 2], [2, 3]], 4),
        ([[0, 1, 2], [0, 1, 2]], 2),
    ],
)
def test_everyone_finds_a_partner_who_can(partners: list[list[int]], pairs: int) -> None:
    assert largest_matching(partners) == pairs


@pytest.mark.parametrize("seed", range(50))
def test_it_makes_as_many_pairs_as_trying_everything(seed: int) -> None:
    source = random.Random(seed)
    partners = [[other for other in range(6) if source.random() < 0.3] for _ in range(6)]
    tried = (
        sum(other in wanted for other, wanted in zip(order, partners, strict=True)) for order in permutations(range(6))
    )
    assert largest_matching(partners) == max(tried)


def test_long_paths_are_followed() -> None:
    """Whoever comes last takes what the one before had, and so on to the first."""
    chain = [[at, at + 1] for at in range(5_000)]
    assert largest_matching([*chain, [0]]) == 5_001
