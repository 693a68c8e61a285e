"""Two readings of a question whose rows differ, where the answer is so unsure that the person is asked which is meant.

What is stored of an attempt's readings: see `learning.models.Attempt`. The one that a person picked is marked; what the
answer was before stays beside the agent's own choice, so that taking a pick back asks no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from datasources.engine import ResultSet
from learning.confidence.signals import PICKED
from learning.models import Attempt, Episode
from learning.results import from_json, to_json

_WHOLE = "whole"
"""In a stored reading: all rows of the answer that it was."""


@dataclass(frozen=True, slots=True)
class Side:
    """`result` holds the first rows."""

    sql: str
    result: ResultSet


@dataclass(frozen=True, slots=True)
class Choice:
    """`this` is the answer, `other` the best reading that gives other rows."""

    this: Side
    other: Side


def of(episode: Episode) -> Choice | None:
    """None where the answer is sure enough, where there is no other, and where one has been picked."""
    if not _is_unsure(episode) or is_picked(episode):
        return None
    attempt = _answering(episode)
    other = _other(attempt.readings) if attempt else None
    if other is None or not episode.result:
        return None
    return Choice(Side(episode.sql, from_json(episode.result)), Side(other["sql"], from_json(other["result"])))


def is_picked(episode: Episode) -> bool:
    """Whether a person has put another reading in the place of the agent's own."""
    return bool(episode.signals.get(PICKED))


@transaction.atomic
def put(episode: Episode, result: ResultSet) -> bool:
    """The other reading is the answer now, with these rows. False where there is none to choose from any more."""
    episode = Episode.objects.lock(episode)
    attempt = _answering(episode)
    if of(episode) is None or attempt is None:
        return False
    own, other = _own(attempt.readings), _other(attempt.readings)
    if own is None or other is None:
        return False
    own[_WHOLE] = episode.result
    episode.signals = episode.signals | {PICKED: True}
    _replace(episode, attempt, other, to_json(result))
    return True


@transaction.atomic
def put_back(episode: Episode) -> None:
    """The agent's own reading is the answer again, with its rows. Where none was picked, nothing happens."""
    episode = Episode.objects.lock(episode)
    attempt = _answering(episode)
    if not is_picked(episode) or attempt is None:
        return
    if (own := _own(attempt.readings)) and _WHOLE in own:
        episode.signals = {name: value for name, value in episode.signals.items() if name != PICKED}
        _replace(episode, attempt, own, own.pop(_WHOLE))


def _is_unsure(episode: Episode) -> bool:
    is_answer = episode.status == Episode.Status.SUCCEEDED and episode.confidence is not None
    return is_answer and (episode.confidence or 0.0) < settings.CONFIDENCE_ASKS_BELOW


def _answering(episode: Episode) -> Attempt | None:
    """The attempt whose SQL is the answer."""
    return next((one for one in reversed(list(episode.attempts.all())) if one.sql == episode.sql), None)


def _own(readings: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one that the agent chose."""
    return next((reading for reading in readings if reading.get("chosen")), None)


def _other(readings: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The best one that ran and gave other rows: they are kept of the best of each group, the strongest group first."""
    own = _own(readings)
    apart = (each for each in readings if own and each.get("group", -1) not in (-1, own.get("group")))
    return next((reading for reading in apart if reading.get("result")), None)


def _replace(episode: Episode, attempt: Attempt, reading: dict[str, Any], result: dict[str, Any]) -> None:
    attempt.sql, attempt.fixes, attempt.doubts = reading["sql"], reading.get("fixes", []), reading.get("doubts", [])
    attempt.save(update_fields=["sql", "fixes", "doubts", "readings"])
    episode.sql, episode.result = reading["sql"], result
    episode.save(update_fields=["sql", "result", "signals"])
