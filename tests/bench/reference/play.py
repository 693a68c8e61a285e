"""Plays a stream with mabwiser's LinUCB; run by the Python that has it: `play.py stream.npz choices.npy`."""

import sys

import numpy as np
from mabwiser.mab import MAB, LearningPolicy


def main(stream: str, choices: str) -> None:
    given = np.load(stream)
    contexts, rewards = given["contexts"], given["rewards"]
    bandit = MAB(list(range(rewards.shape[1])), LearningPolicy.LinUCB(alpha=float(given["alpha"]), l2_lambda=1.0))
    # It wants a lesson before the first question. All arms score alike then, and the first is taken.
    chosen = [0]
    bandit.fit([0], [rewards[0, 0]], contexts[:1])
    for x, earned in zip(contexts[1:, None], rewards[1:], strict=True):
        arm = bandit.predict(x)
        bandit.partial_fit([arm], [earned[arm]], x)
        chosen.append(arm)
    np.save(choices, chosen)


if __name__ == "__main__":
    main(*sys.argv[1:])
