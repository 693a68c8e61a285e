"""The memory of the agent, a module for each subject."""

from learning.models.bandit import BanditArm
from learning.models.episodes import HEARTBEAT, LOST_AFTER, Attempt, Episode, EpisodeQuerySet
from learning.models.evaluations import EvaluatedQuestion, Evaluation
from learning.models.examples import ExampleSet
from learning.models.warmth import Warmth

__all__ = [
    "HEARTBEAT",
    "LOST_AFTER",
    "Attempt",
    "BanditArm",
    "Episode",
    "EpisodeQuerySet",
    "EvaluatedQuestion",
    "Evaluation",
    "ExampleSet",
    "Warmth",
]
