"""The bandit in a made-up world: its regret against a reference implementation's, and against chance."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from random import Random
from statistics import fmean, stdev

import numpy as np

from agent.policy import Context, Decision, RandomPolicy
from agent.repairs import REPAIRS, Strategy
from learning.linucb import Arm, LinUCB
from learning.models import BanditArm
from learning.offpolicy import Indices
from learning.policy import EXPLORATION, StoredPolicy
from tests.bench import reference
from tests.bench.figures import Figure
from tests.bench.options import Options
from tests.bench.world import Stream, play, stream

WORLDS = 10
LENGTH = 2000
ALPHA = 1.0
UNIT = "lost/1,000"


def figures(options: Options) -> Iterator[Figure]:
    """Rewards lost per 1,000 choices, mean ± standard error over the worlds. Nothing here is timed."""
    streams = [stream(seed, LENGTH) for seed in range(WORLDS)]
    ours = [play(Plain(streams[0].vectors.shape[1]), one) for one in streams]
    chance = [play(RandomPolicy(seed), one) for seed, one in enumerate(streams)]
    by_chance = fmean(_regrets(streams, chance))
    worlds = f"a simulation: {WORLDS} made-up worlds × {LENGTH:,} choices"
    yield _figure("simulated: chance", streams, chance, note=worlds)
    yield _figure("simulated: our LinUCB", streams, ours, by_chance / 2, f"α = {ALPHA}; at most half of chance's")
    yield from _against_the_reference(streams, ours)
    # As on a new installation: other benches may have taught this one's bandit.
    BanditArm.objects.all().delete()
    half, start = by_chance / 2, "natural start, waning α"
    yield _figure("simulated: as shipped, but for its lots", streams, _shipped(streams, 0.0), half, start)
    note = f"{start}, ε = {EXPLORATION}"
    yield _figure("simulated: as shipped", streams, _shipped(streams, EXPLORATION), half, note)


class Plain:
    """LinUCB and nothing else: no start, no exploring, one alpha."""

    def __init__(self, features: int) -> None:
        self._bandit = LinUCB(len(REPAIRS), features)

    def choose(self, context: Context) -> Decision:
        scores = self._bandit.scores(np.array(context.vector()), ALPHA)
        scored: dict[Strategy, float] = dict(zip(REPAIRS, map(float, scores), strict=True))
        return Decision(REPAIRS[int(np.argmax(scores))], scored, context.vector())

    def learn(self, decision: Decision, reward: float) -> None:
        self._bandit.learn(Arm(REPAIRS.index(decision.strategy)), np.array(decision.vector), reward)

    def correct(self, decision: Decision, difference: float) -> None:
        self._bandit.correct(Arm(REPAIRS.index(decision.strategy)), np.array(decision.vector), difference)


def _against_the_reference(streams: Sequence[Stream], ours: Sequence[Indices]) -> Iterator[Figure]:
    """The same streams in the same order, the same alpha: equal but for rounding, where two arms score alike."""
    try:
        theirs = [reference.choices(one.vectors, one.rewards, ALPHA) for one in streams]
    except reference.Unavailable as error:
        print(f"{error}\nOur LinUCB is not compared with it.", file=sys.stderr)
        return
    yield _figure("simulated: mabwiser's LinUCB", streams, theirs, note="the same worlds, luck and α")
    apart = [a - b for a, b in zip(_regrets(streams, ours), _regrets(streams, theirs), strict=True)]
    same = np.mean([np.mean(a == b) for a, b in zip(ours, theirs, strict=True)])
    noise = stdev(_regrets(streams, theirs)) / WORLDS**0.5
    note = f"± {stdev(apart) / WORLDS**0.5:.2f}; {100 * same:.1f} % of the choices are the same; at most the noise"
    yield Figure("simulated: ours and mabwiser's apart", abs(fmean(apart)), UNIT, noise, note)


def _shipped(streams: Sequence[Stream], exploration: float) -> list[Indices]:
    policies = [StoredPolicy.load(None, exploration=exploration, random=Random(seed)) for seed in range(len(streams))]
    return [play(policy, one) for policy, one in zip(policies, streams, strict=True)]


def _figure(
    name: str, streams: Sequence[Stream], chosen: Sequence[Indices], target: float | None = None, note: str = ""
) -> Figure:
    regrets = _regrets(streams, chosen)
    noise = f"± {stdev(regrets) / WORLDS**0.5:.1f}"
    return Figure(name, fmean(regrets), UNIT, target, f"{noise}; {note}")


def _regrets(streams: Sequence[Stream], chosen: Sequence[Indices]) -> list[float]:
    return [one.regret(arms) for one, arms in zip(streams, chosen, strict=True)]
