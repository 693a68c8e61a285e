"""The made-up world that bandits are compared in."""

import numpy as np

from agent.errors import ErrorClass
from agent.policy import RandomPolicy
from agent.repairs import Strategy
from learning.linucb import Floats
from tests.bench.simulation import Plain
from tests.bench.world import play, stream


def test_all_who_are_asked_meet_the_same_world() -> None:
    one, again, other = stream(1, 50), stream(1, 50), stream(2, 50)
    assert one.contexts == again.contexts
    assert np.array_equal(one.rewards, again.rewards)
    assert one.contexts != other.contexts


def test_the_best_choices_have_no_regret_and_all_others_some() -> None:
    world = stream(1, 200)
    assert world.regret(world.expected.argmax(axis=1)) == 0
    assert world.regret(world.expected.argmin(axis=1)) > 0


def test_each_error_has_one_best_repair() -> None:
    world = stream(1, 2000)
    fresh = [at for at, context in enumerate(world.contexts) if context.previous is Strategy.GENERATE]
    for error in ErrorClass:
        best = {int(world.expected[at].argmax()) for at in fresh if world.contexts[at].error_class is error}
        assert len(best) == 1


def test_what_is_earned_is_on_average_what_is_expected() -> None:
    world = stream(1, 5000)
    errors: Floats = world.rewards - world.expected
    assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(errors.size)


def test_a_bandit_learns_there_and_chance_does_not() -> None:
    world = stream(1, 1500)
    learned = world.regret(play(Plain(world.vectors.shape[1]), world))
    assert learned < 0.6 * world.regret(play(RandomPolicy(1), world))
