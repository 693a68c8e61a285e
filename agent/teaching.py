"""A policy is told what its own decisions earned."""

from agent.attempt import Attempt
from agent.events import RewardGiven
from agent.policy import Policy


def teach(policy: Policy, attempt: Attempt, given: RewardGiven) -> None:
    """Given again, only what hindsight adds. What the endpoint has spoiled teaches nothing."""
    if attempt.decision is None or attempt.spoiled:
        return
    if attempt.taught is None:
        policy.learn(attempt.decision, given.total)
    else:
        policy.correct(attempt.decision, given.total - attempt.taught)
    attempt.taught = given.total
