"""How the bandit's strategies stand on a connection, for people to read."""

from dataclasses import dataclass

from agent.repairs import REPAIRS
from datasources.models import Connection
from learning.models import BanditArm


@dataclass(frozen=True)
class Standing:
    """`mean_reward` lies in [-1, 1], None while untried; `share` is the strategy's part of all pulls, 0..1."""

    strategy: str
    pulls: int
    mean_reward: float | None
    share: float


def standing(connection: Connection) -> list[Standing]:
    """Every repair strategy, the most used first."""
    arms = {arm.strategy: arm for arm in BanditArm.objects.filter(connection=connection, user=None)}
    total = sum(arm.pulls for arm in arms.values())
    found = [_standing(strategy, arms.get(strategy), total) for strategy in REPAIRS]
    return sorted(found, key=lambda standing: -standing.pulls)


def _standing(strategy: str, arm: BanditArm | None, total: int) -> Standing:
    if arm is None or not arm.pulls:
        return Standing(strategy, 0, None, 0.0)
    return Standing(strategy, arm.pulls, arm.reward_sum / arm.pulls, arm.pulls / total)
