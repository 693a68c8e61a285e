"""The policies that learn nothing: what a learned one is measured against."""

from agent.errors import ErrorClass
from agent.policy import Context, FixedPolicy, RandomPolicy
from agent.repairs import REPAIRS, Strategy


def context(attempt: int) -> Context:
    return Context(ErrorClass.NO_SUCH_TABLE, attempt, 5, Strategy.GENERATE, error_changed=False, streak=1)


def test_a_fixed_policy_takes_the_repairs_in_their_order_whatever_the_error() -> None:
    policy = FixedPolicy()
    assert [policy.choose(context(attempt)).strategy for attempt in (1, 2, 3, 4)] == list(REPAIRS[:4])


def test_a_fixed_policy_is_sure_of_its_choice() -> None:
    scores = FixedPolicy().choose(context(1)).scores
    assert (scores[REPAIRS[0]], sum(scores.values()), len(scores)) == (1.0, 1.0, len(REPAIRS))


def test_a_random_policy_chooses_the_same_with_the_same_seed() -> None:
    chosen = [
        [policy.choose(context(1)).strategy for _ in range(20)] for policy in (RandomPolicy("7"), RandomPolicy("7"))
    ]
    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) > 1


def test_each_says_with_what_probability_it_chose() -> None:
    fixed, drawn = FixedPolicy().choose(context(1)), RandomPolicy().choose(context(1))
    assert (fixed.propensity, fixed.exploration) == (1.0, 0.0)
    assert (drawn.propensity, drawn.exploration) == (1 / len(REPAIRS), 1.0)
