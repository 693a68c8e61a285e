"""Late verdicts: a person's word counts more than that a statement ran."""

from __future__ import annotations

from agent.rewards import WRONG
from learning.bandit import log
from learning.models import Attempt, BanditLesson, Episode


def revise(episode: Episode, is_right: bool | None) -> None:
    """Give the episode's attempts the rewards that they have with this verdict, and have the bandit know.

    Wrong turns the answer's success into WRONG, and takes back what earlier attempts gained from it in hindsight.
    Correct confirms both, as does no verdict. The part named `verdict` is the difference.

    Called with the episode locked, after it has ended: its decisions are in the log by then. An attempt that no bandit
    decided on, as the first never is, only has its own reward changed. The same verdict again changes nothing.
    """
    attempts = list(episode.attempts.all())
    changed = [attempt for attempt in attempts if _revise(attempt, is_wrong=is_right is False)]
    if not changed:
        return
    episode.reward = round(sum(attempt.reward for attempt in attempts), 6)
    episode.save(update_fields=["reward"])
    log.correct(episode, {attempt.number: attempt.reward for attempt in changed}, BanditLesson.Kind.VERDICT)


def _revise(attempt: Attempt, *, is_wrong: bool) -> bool:
    """Whether that changed anything."""
    parts = {name: part for name, part in attempt.reward_parts.items() if name != "verdict"}
    if is_wrong and "success" in parts:
        parts["verdict"] = WRONG - parts["success"]
    elif is_wrong and "hindsight" in parts:
        parts["verdict"] = -parts["hindsight"]
    if parts == attempt.reward_parts:
        return False
    attempt.reward_parts, attempt.reward = parts, round(max(-1.0, min(1.0, sum(parts.values()))), 6)
    attempt.save(update_fields=["reward_parts", "reward"])
    return True
