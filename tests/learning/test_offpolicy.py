"""Estimates from a log, in a world whose truth is known: unbiased, as sure as they say, silent on little."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from learning.linucb import Floats
from learning.offpolicy import FEWEST_EPISODES, Estimate, Estimates, Judge, Log

ARMS, FEATURES = 4, 5
SEEDS = 300


@dataclass(frozen=True)
class World:
    """Rewards are linear in the context, with noise, and with luck that the decisions of an episode share.

    The log was made by a policy that takes what it thinks best, wrongly, or any with the probability `explores`.
    """

    theta: Floats
    episodes: int = 200
    explores: float = 0.4

    def log(self, seed: int) -> Log:
        random = np.random.default_rng(seed)
        episodes = np.repeat(np.arange(self.episodes), random.integers(1, 4, self.episodes))
        contexts = self._contexts(random, len(episodes))
        probabilities = np.full((len(episodes), ARMS), self.explores / ARMS)
        probabilities[np.arange(len(episodes)), (contexts @ self.theta.T).argmin(axis=1)] += 1 - self.explores
        arms = (probabilities.cumsum(axis=1) < random.random((len(episodes), 1))).sum(axis=1)
        chosen = np.arange(len(episodes)), arms
        luck = random.normal(0, 0.2, self.episodes)[episodes]
        rewards = (contexts @ self.theta.T)[chosen] + luck + random.normal(0, 0.2, len(episodes))
        return Log(contexts, arms, probabilities[chosen], rewards, episodes)

    def best(self, contexts: Floats) -> Floats:
        best: Floats = np.eye(ARMS)[(contexts @ self.theta.T).argmax(axis=1)]
        return best

    def value_of_best(self) -> float:
        contexts = self._contexts(np.random.default_rng(99), 200_000)
        return float((contexts @ self.theta.T).max(axis=1).mean())

    def _contexts(self, random: np.random.Generator, count: int) -> Floats:
        return np.column_stack([random.random((count, FEATURES - 1)), np.ones(count)])


WORLD = World(np.random.default_rng(5).normal(0, 1, (ARMS, FEATURES)))
KINDS = ("ips", "self_normalised", "doubly_robust")


@pytest.fixture(scope="module")
def judged() -> list[Estimates]:
    """The best policy, judged by the logs of many installations."""
    logs = [WORLD.log(seed) for seed in range(SEEDS)]
    return [Judge(log, ARMS).evaluate(WORLD.best(log.contexts)) for log in logs]


def estimates(judged: list[Estimates], kind: str) -> list[Estimate]:
    found = [getattr(one, kind) for one in judged]
    assert None not in found
    return found


def values(judged: list[Estimates], kind: str) -> Floats:
    return np.array([one.value for one in estimates(judged, kind)])


@pytest.mark.parametrize("kind", KINDS)
def test_the_value_of_a_policy_that_was_never_run_is_found(judged: list[Estimates], kind: str) -> None:
    found = values(judged, kind)
    error = found.mean() - WORLD.value_of_best()
    assert abs(error) < 3.5 * found.std() / np.sqrt(SEEDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_interval_holds_the_truth_about_as_often_as_it_says(judged: list[Estimates], kind: str) -> None:
    truth = WORLD.value_of_best()
    covered = np.mean([one.low <= truth <= one.high for one in estimates(judged, kind)])
    assert 0.90 <= covered <= 0.985


def test_the_interval_also_holds_where_the_log_seldom_agrees() -> None:
    """One choice in forty: what is said rests on a dozen decisions."""
    rare = replace(WORLD, explores=0.1, episodes=300)
    logs = [rare.log(seed) for seed in range(SEEDS)]
    judged = [Judge(log, ARMS).evaluate(rare.best(log.contexts)) for log in logs]
    found = [one.doubly_robust for one in judged if one.doubly_robust]
    assert len(found) > SEEDS / 2
    truth = rare.value_of_best()
    assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.9


def test_doubly_robust_is_the_surest(judged: list[Estimates]) -> None:
    spread = {kind: values(judged, kind).std() for kind in KINDS}
    assert spread["doubly_robust"] < spread["self_normalised"]
    assert spread["doubly_robust"] < spread["ips"]


def test_a_useless_model_does_no_harm() -> None:
    """Contexts that say nothing of the reward: doubly robust is as right as before."""
    found = []
    for seed in range(SEEDS):
        log = WORLD.log(seed)
        noise = np.random.default_rng(seed).normal(size=log.contexts.shape)
        estimate = Judge(replace(log, contexts=noise), ARMS).evaluate(WORLD.best(log.contexts)).doubly_robust
        assert estimate is not None
        found.append(estimate.value)
    assert abs(np.mean(found) - WORLD.value_of_best()) < 3.5 * np.std(found) / np.sqrt(SEEDS)


def test_episodes_count_and_not_their_decisions() -> None:
    """The same episodes, each decision written down four times: no surer than before."""
    log = WORLD.log(1)
    again = Log(*(np.repeat(part, 4, axis=0) for part in vars(log).values()))
    once, four_times = (Judge(one, ARMS).evaluate(WORLD.best(one.contexts)).ips for one in (log, again))
    assert once is not None
    assert four_times is not None
    # But for Student's quantile, which goes by decisions.
    assert four_times.high - four_times.low == pytest.approx(once.high - once.low, rel=0.05)


def test_the_policy_that_logged_is_judged_by_what_it_earned() -> None:
    log = WORLD.log(2)
    certain = replace(log, propensities=np.ones(len(log)))
    found = Judge(certain, ARMS).evaluate(np.eye(ARMS)[log.arms])
    assert found.effective == len(log)
    for kind in KINDS:
        assert getattr(found, kind).value == pytest.approx(log.rewards.mean())


def test_the_difference_of_two_policies_is_surer_than_each_alone() -> None:
    log = WORLD.log(3)
    target = WORLD.best(log.contexts)
    nearly = 0.9 * target + 0.1 / ARMS
    found, alone = Judge(log, ARMS).difference(target, nearly), Judge(log, ARMS).evaluate(target).doubly_robust
    assert found is not None
    assert alone is not None
    assert found.high - found.low < (alone.high - alone.low) / 2
    assert found.value > 0


def test_a_policy_differs_from_itself_in_nothing() -> None:
    log = WORLD.log(3)
    target = WORLD.best(log.contexts)
    assert Judge(log, ARMS).difference(target, target) == Estimate(0.0, 0.0, 0.0)


def test_of_few_episodes_nothing_is_said() -> None:
    log = replace(WORLD, episodes=FEWEST_EPISODES - 1).log(1)
    found = Judge(log, ARMS).evaluate(np.full((len(log), ARMS), 1 / ARMS))
    assert (found.episodes, found.decisions) == (FEWEST_EPISODES - 1, len(log))
    assert [getattr(found, kind) for kind in KINDS] == [None, None, None]


def test_of_one_long_episode_nothing_is_said() -> None:
    log = WORLD.log(1)
    one = replace(log, episodes=np.zeros(len(log), dtype=np.intp))
    found = Judge(one, ARMS).evaluate(WORLD.best(log.contexts))
    assert found.doubly_robust is None


def test_of_a_policy_that_the_log_never_agrees_with_nothing_is_said() -> None:
    log = WORLD.log(1)
    always_the_first = replace(log, arms=np.zeros(len(log), dtype=np.intp), propensities=np.ones(len(log)))
    found = Judge(always_the_first, ARMS).evaluate(np.tile(np.eye(ARMS)[3], (len(log), 1)))
    assert found.effective == 0
    assert found.ips is None
    assert Judge(always_the_first, ARMS).difference(np.eye(ARMS)[log.arms], WORLD.best(log.contexts)) is None


def test_where_every_reward_is_the_same_nobody_can_say_how_sure_that_is() -> None:
    log = replace(WORLD.log(1), rewards=np.full(len(WORLD.log(1)), 0.5))
    found = Judge(log, ARMS).evaluate(WORLD.best(log.contexts))
    assert found.self_normalised is None
    assert found.ips is not None


def test_of_an_empty_log_nothing_is_said() -> None:
    empty = np.zeros(0, dtype=np.intp)
    log = Log(np.zeros((0, FEATURES)), empty, np.zeros(0), np.zeros(0), empty)
    found = Judge(log, ARMS).evaluate(np.zeros((0, ARMS)))
    assert (found.decisions, found.episodes, found.doubly_robust) == (0, 0, None)
