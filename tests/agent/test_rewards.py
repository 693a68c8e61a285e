import pytest

from agent.errors import ErrorClass
from agent.rewards import Outcome, Reward, grade, hindsight


@pytest.mark.parametrize(("number", "reward"), [(1, 1.0), (2, 0.9), (5, 0.6)])
def test_an_early_success_is_worth_more(number: int, reward: float) -> None:
    assert grade(Outcome(number)).total == pytest.approx(reward)


def test_a_first_failure_costs() -> None:
    assert grade(Outcome(1, ErrorClass.NO_SUCH_COLUMN)).total == pytest.approx(-0.15)


def test_a_less_severe_error_is_progress() -> None:
    reward = grade(Outcome(2, ErrorClass.EMPTY_RESULT, ErrorClass.SYNTAX_ERROR))
    assert reward.parts == {"failure": pytest.approx(-0.2), "changed": 0.1, "severity": 0.2}


def test_a_more_severe_error_is_a_step_back() -> None:
    reward = grade(Outcome(2, ErrorClass.SYNTAX_ERROR, ErrorClass.EMPTY_RESULT))
    assert reward.parts == {"failure": pytest.approx(-0.2), "changed": 0.1, "severity": -0.1}


def test_another_error_of_the_same_severity_is_a_change() -> None:
    reward = grade(Outcome(2, ErrorClass.TIMEOUT, ErrorClass.AMBIGUOUS_COLUMN))
    assert set(reward.parts) == {"failure", "changed"}


def test_the_same_error_again_is_only_a_failure() -> None:
    assert set(grade(Outcome(2, ErrorClass.TIMEOUT, ErrorClass.TIMEOUT)).parts) == {"failure"}


def test_gold_scales_success() -> None:
    assert grade(Outcome(2, score=0.5)).total == pytest.approx(0.45)


def test_hindsight_is_larger_near_the_success() -> None:
    assert hindsight(3, 4) == pytest.approx(0.3 * 3 / 4)
    assert hindsight(1, 4) == pytest.approx(0.3 * 1 / 4)


def test_parts_are_as_they_are_read() -> None:
    assert str(dict(grade(Outcome(1, ErrorClass.NO_SUCH_COLUMN)).parts)) == "{'failure': -0.15}"


def test_a_reward_stays_within_its_range() -> None:
    assert Reward(1.0, {"success": 1.0}).plus("hindsight", 0.3).total == 1.0
