"""The numbers of LinUCB, checked against an implementation that is not ours (see make_golden.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

from learning.linucb import ALPHA, ALPHA_FLOOR, Arm, LinUCB, alpha

ARMS, FEATURES = 8, 24
ALPHAS = (0.3, 1.5)
GOLDEN = Path(__file__).parent / "linucb_golden.json"
QUERIES = np.random.default_rng(1).random((5, FEATURES))


def observations(count: int, seed: int = 7) -> list[tuple[Arm, np.ndarray, float]]:
    random = np.random.default_rng(seed)
    return [
        (Arm(int(random.integers(ARMS))), random.random(FEATURES), float(random.uniform(-1, 1))) for _ in range(count)
    ]


def learned(lessons: list[tuple[Arm, np.ndarray, float]]) -> LinUCB:
    bandit = LinUCB(ARMS, FEATURES)
    for arm, x, reward in lessons:
        bandit.learn(arm, x, reward)
    return bandit


@pytest.mark.parametrize("alpha_", ALPHAS)
def test_scores_agree_with_mabwiser(alpha_: float) -> None:
    golden = json.loads(GOLDEN.read_text())[str(alpha_)]
    bandit = learned(observations(300))

    ours = [bandit.scores(x, alpha_).tolist() for x in QUERIES]
    assert np.array(ours) == pytest.approx(np.array(golden), abs=1e-9)


def test_starting_from_stored_sums_is_the_same_as_having_learned() -> None:
    lessons = observations(100)
    gram, response = np.zeros((ARMS, FEATURES, FEATURES)), np.zeros((ARMS, FEATURES))
    for arm, x, reward in lessons:
        gram[arm] += np.outer(x, x)
        response[arm] += reward * x
    x = np.ones(FEATURES)

    assert LinUCB(ARMS, FEATURES, gram, response).scores(x, 1.0) == pytest.approx(learned(lessons).scores(x, 1.0))


def test_a_late_verdict_corrects_the_reward_as_if_it_had_been_right_at_first() -> None:
    x = np.linspace(0, 1, FEATURES)
    corrected, right = LinUCB(ARMS, FEATURES), LinUCB(ARMS, FEATURES)
    corrected.learn(Arm(3), x, 1.0)
    corrected.correct(Arm(3), x, -1.5)
    right.learn(Arm(3), x, -0.5)

    assert corrected.scores(x, 1.0) == pytest.approx(right.scores(x, 1.0))


def test_exploration_wanes_to_its_floor() -> None:
    assert alpha(0) == ALPHA
    assert alpha(100) == pytest.approx(ALPHA / 2)
    assert alpha(10_000) == ALPHA_FLOOR
