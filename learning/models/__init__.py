"""The memory of the agent, a module for each subject."""

from learning.models.bandit import BanditArm, BanditDecision, BanditLesson, BanditReset, ImportedPolicy
from learning.models.corrections import Correction
from learning.models.episodes import HEARTBEAT, INTERRUPTED, LOST_AFTER, Attempt, Episode, EpisodeQuerySet
from learning.models.evaluations import EvaluatedQuestion, Evaluation
from learning.models.examples import ExampleSet
from learning.models.feedback import Remark, TeamLearning, Verdict
from learning.models.generations import (
    LONGEST_PAUSE,
    SILENT,
    Activation,
    Candidate,
    Generation,
    Optimization,
    Reflection,
    Trial,
)
from learning.models.quotas import PersonQuota, TeamQuota, Usage
from learning.models.verified import VerifiedImport, VerifiedQuery
from learning.models.warmth import Warmth

__all__ = [
    "HEARTBEAT",
    "INTERRUPTED",
    "LONGEST_PAUSE",
    "LOST_AFTER",
    "SILENT",
    "Activation",
    "Attempt",
    "BanditArm",
    "BanditDecision",
    "BanditLesson",
    "BanditReset",
    "Candidate",
    "Correction",
    "Episode",
    "EpisodeQuerySet",
    "EvaluatedQuestion",
    "Evaluation",
    "ExampleSet",
    "Generation",
    "ImportedPolicy",
    "Optimization",
    "PersonQuota",
    "Reflection",
    "Remark",
    "TeamLearning",
    "TeamQuota",
    "Trial",
    "Usage",
    "Verdict",
    "VerifiedImport",
    "VerifiedQuery",
    "Warmth",
]
