"""Confidence in four words, and answers in groups that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    LIKELY_RIGHT = "likely_right"
    PROBABLY_RIGHT = "probably_right"
    UNSURE = "unsure"
    LIKELY_WRONG = "likely_wrong"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ").capitalize()


BOUNDS = {Level.LIKELY_RIGHT: 0.8, Level.PROBABLY_RIGHT: 0.6, Level.UNSURE: 0.4, Level.LIKELY_WRONG: 0.0}
"""The least confidence of each."""

RECALLED = "recalled"
"""The group of answers by verified queries: that they are right says nothing of what the model writes."""


@dataclass(frozen=True, slots=True)
class Counts:
    right: int = 0
    of: int = 0


def level_of(confidence: float) -> Level:
    return next(level for level, least in BOUNDS.items() if confidence >= least)
