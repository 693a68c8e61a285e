"""Writes linucb_golden.json: what mabwiser, an implementation that is not ours, scores after the same lessons.

It needs mabwiser, which pulls in half of scientific Python and so is no dependency of the tests:
`pip install mabwiser`, then `python -m tests.learning.make_golden`.
"""

import json

import numpy as np
from mabwiser.mab import MAB, LearningPolicy

from tests.learning.test_linucb import ALPHAS, ARMS, GOLDEN, QUERIES, observations


def scores(alpha: float) -> list[list[float]]:
    arms, contexts, rewards = zip(*observations(300), strict=True)
    bandit = MAB(list(range(ARMS)), LearningPolicy.LinUCB(alpha=alpha, l2_lambda=1.0))
    bandit.fit(list(arms), list(rewards), np.array(contexts))
    expected = bandit.predict_expectations(QUERIES)
    return [[float(scored[arm]) for arm in range(ARMS)] for scored in expected]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({str(alpha): scores(alpha) for alpha in ALPHAS}, indent=1))
