"""What a learning curve is made of: how the held-out questions were answered after so many others."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from io import StringIO
from typing import Any


@dataclass(frozen=True, slots=True)
class Point:
    """`asked`: questions that the team had asked and judged by then, of which `correct` were. `right` of `questions`
    held out were right (`right_ids`), `valid_first` ran at first, `valid` in the end; `attempts` is their mean.
    What had been learned: `verified` queries, `rules` of remarks, the `generation` of the prompt. `seconds` and
    `tokens` (read anew and written) are what the held-out questions took, `learning_seconds` what came before. There
    were so many `optimizations`, which asked `optimization_calls` questions."""

    variant: str
    database: str
    asked: int
    correct: int
    questions: int
    right: int
    valid_first: int
    valid: int
    attempts: float
    verified: int
    rules: int
    generation: int
    seconds: float
    tokens: int
    learning_seconds: float
    optimizations: int = 0
    optimization_calls: int = 0
    optimization_tokens: int = 0
    right_ids: tuple[str, ...] = ()

    @property
    def accuracy(self) -> float:
        return self.right / self.questions if self.questions else 0.0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "accuracy": self.accuracy}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Point:
        """Raises TypeError and KeyError for what is none."""
        given = {f.name: kept[f.name] for f in fields(cls)}
        return cls(**{**given, "right_ids": tuple(given["right_ids"])})


def as_csv(points: Iterable[Point]) -> str:
    names = [f.name for f in fields(Point) if f.name != "right_ids"]
    out = StringIO()
    writer = csv.DictWriter(out, [*names, "accuracy"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(point.as_json() for point in points)
    return out.getvalue()


def together(points: Sequence[Point]) -> list[Point]:
    """Those of all databases as one, where each has been asked as much."""
    databases = {point.database for point in points}
    found: dict[tuple[str, int], list[Point]] = {}
    for point in points:
        found.setdefault((point.variant, point.asked), []).append(point)
    return [_sum(same) for same in found.values() if {one.database for one in same} == databases]


def _sum(points: Sequence[Point]) -> Point:
    def total(name: str) -> Any:
        return sum(getattr(point, name) for point in points)

    first = points[0]
    counted = (
        *("correct", "questions", "right", "valid_first", "valid", "verified", "rules", "seconds", "tokens"),
        *("learning_seconds", "optimizations", "optimization_calls", "optimization_tokens"),
    )
    return Point(
        variant=first.variant,
        database=", ".join(point.database for point in points),
        asked=first.asked,
        attempts=sum(point.attempts * point.questions for point in points) / max(1, total("questions")),
        generation=max(point.generation for point in points),
        right_ids=tuple(f"{point.database}/{one}" for point in points for one in point.right_ids),
        **{name: total(name) for name in counted},
    )
