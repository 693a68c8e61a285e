"""An episode as plain data, so that another process can go on with it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from agent.attempt import Attempt
from agent.episode import Episode
from agent.errors import ErrorClass
from agent.llm import Usage
from agent.policy import Decision
from agent.repairs import Strategy
from agent.rewards import Reward
from agent.standing import Standing
from datasources.engine import ResultSet


def kept(episode: Episode) -> dict[str, Any]:
    """What has happened in an episode between two steps, as JSON can hold it."""
    stands = episode.standing
    columns = {"columns": stands.result.columns, "types": stands.result.types} if stands else {}
    return {
        "attempts": [_attempt(attempt) for attempt in episode.attempts],
        "usage": asdict(episode.usage),
        "done": episode.done,
        "empty": {"attempt": stands.attempt.number, **columns} if stands else None,
    }


def restore(episode: Episode, found: dict[str, Any]) -> None:
    """Bring a new episode of the same question to where the other one was."""
    episode.attempts[:] = [_attempt_of(one) for one in found["attempts"]]
    episode.usage = Usage(**found["usage"])
    episode.done = found["done"]
    if empty := found["empty"]:
        rows = ResultSet(tuple(empty["columns"]), (), truncated=False, elapsed=0.0, types=tuple(empty["types"]))
        episode.standing = Standing(episode.attempts[empty["attempt"] - 1], rows)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    decision, reward = attempt.decision, attempt.reward
    return {
        "number": attempt.number,
        "strategy": attempt.strategy,
        "decision": _decision(decision) if decision else None,
        "sql": attempt.sql,
        "error_class": attempt.error_class,
        "message": attempt.message,
        "hint": attempt.hint,
        "diagnosis": attempt.diagnosis,
        "spoiled": attempt.spoiled,
        "is_given": attempt.is_given,
        "is_diagnosed": attempt.is_diagnosed,
        "talk": attempt.talk,
        "reward": {"total": reward.total, "parts": dict(reward.parts)},
        "taught": attempt.taught,
        "started_at": attempt.started_at.isoformat(),
    }


def _attempt_of(found: dict[str, Any]) -> Attempt:
    return Attempt(
        **{
            **found,
            "strategy": Strategy(found["strategy"]),
            "decision": _decision_of(found["decision"]) if found["decision"] else None,
            "error_class": ErrorClass(found["error_class"]) if found["error_class"] else None,
            "reward": Reward(**found["reward"]),
            "started_at": datetime.fromisoformat(found["started_at"]),
        }
    )


def _decision(made: Decision) -> dict[str, Any]:
    return {
        "strategy": made.strategy,
        "scores": dict(made.scores),
        "vector": made.vector,
        "propensity": made.propensity,
        "exploration": made.exploration,
        "alpha": made.alpha,
    }


def _decision_of(found: dict[str, Any]) -> Decision:
    scores = {Strategy(name): score for name, score in found["scores"].items()}
    return Decision(
        **{**found, "strategy": Strategy(found["strategy"]), "scores": scores, "vector": tuple(found["vector"])}
    )
