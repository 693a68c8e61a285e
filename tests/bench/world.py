"""A made-up world in which each error has a best repair, and luck. It says how a bandit learns, not how the agent does.

Every second error is best repaired by what is named for it, the others by some other repair. To try the same again
helps less.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agent.errors import ErrorClass
from agent.policy import Context, Policy
from agent.repairs import REPAIRS, Strategy
from agent.rewards import Outcome, grade
from learning.linucb import Floats
from learning.offpolicy import Indices
from learning.policy import NATURAL

MAX_ATTEMPTS = 5
BEST, OTHERS, AGAIN = 0.7, (0.1, 0.4), 0.15
"""The chance that the best repair helps, the range of the others', and what is taken off where it was tried before."""


@dataclass(frozen=True)
class Stream:
    """T failures. `expected` and `rewards` are T×K: what each repair earns on average, and what it would have earned
    then. Luck is drawn beforehand, so that all who are asked meet the same."""

    contexts: tuple[Context, ...]
    expected: Floats
    rewards: Floats

    @property
    def vectors(self) -> Floats:
        return np.array([context.vector() for context in self.contexts])

    def regret(self, arms: Indices) -> float:
        """What these choices, T arms, cost against the best ones, per 1,000 choices."""
        lost = self.expected.max(axis=1) - self.expected[np.arange(len(arms)), arms]
        return float(1000 * lost.mean())


def stream(seed: int, length: int) -> Stream:
    source = random.Random(seed)
    helps = {error: _chances(source, error) for error in ErrorClass}
    contexts, expected, rewards = [], [], []
    for context in _contexts(source, length):
        chances = [helps[context.error_class][repair] - AGAIN * (repair is context.previous) for repair in REPAIRS]
        won, lost = _worth(context)
        contexts.append(context)
        expected.append([chance * won + (1 - chance) * lost for chance in chances])
        rewards.append([won if source.random() < chance else lost for chance in chances])
    return Stream(tuple(contexts), np.array(expected), np.array(rewards))


def play(policy: Policy, stream: Stream) -> Indices:
    """The arms that a policy chooses and learns from."""
    chosen = []
    for context, earned in zip(stream.contexts, stream.rewards, strict=True):
        decision = policy.choose(context)
        arm = REPAIRS.index(decision.strategy)
        policy.learn(decision, float(earned[arm]))
        chosen.append(arm)
    return np.array(chosen)


def _chances(source: random.Random, error: ErrorClass) -> dict[Strategy, float]:
    natural = next(strategy for strategy, errors in NATURAL.items() if error in errors)
    best = natural if source.random() < 0.5 else source.choice([repair for repair in REPAIRS if repair is not natural])
    return {repair: BEST if repair is best else source.uniform(*OTHERS) for repair in REPAIRS}


def _contexts(source: random.Random, length: int) -> Iterator[Context]:
    for _ in range(length):
        attempt = source.randint(1, MAX_ATTEMPTS - 1)
        streak = source.randint(1, attempt)
        previous = Strategy.GENERATE if attempt == 1 else source.choice(REPAIRS)
        changed = attempt > 1 and streak == 1
        yield Context(source.choice(list(ErrorClass)), attempt, MAX_ATTEMPTS, previous, changed, streak)


def _worth(context: Context) -> tuple[float, float]:
    """The rewards of an attempt that answers, and of one that fails as before."""
    number, error = context.attempt + 1, context.error_class
    return grade(Outcome(number)).total, grade(Outcome(number, error, error)).total
