"""How questions went: answered or not, at which attempt, at what cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, Q, Sum

from learning.models import Attempt, Episode
from learning.overview.periods import Timeline
from learning.overview.scope import Scope

TIMED = 5_000
"""Answers whose time is looked at, the newest: a database has no quick percentiles."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Counts of questions that were answered or given up; those that a person or a restart stopped are none.

    `questions` are those with an attempt. `unreached` had none, because the model or the database could not be reached:
    they count nowhere else. An outage after the first attempt is not told apart from an agent that failed.
    """

    questions: int = 0
    answered: int = 0
    at_first: int = 0
    attempts: int = 0
    recalled: int = 0
    with_examples: int = 0
    unreached: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Asked) -> Asked:
        return Asked(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def success_rate(self) -> float | None:
        return self._each(self.answered)

    @property
    def first_rate(self) -> float | None:
        return self._each(self.at_first)

    @property
    def attempts_each(self) -> float | None:
        return self._each(self.attempts)

    @property
    def tokens_each(self) -> float | None:
        return self._each(self.prompt_tokens + self.completion_tokens)

    @property
    def cached_share(self) -> float | None:
        """Of the tokens of all prompts."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else None

    @property
    def fresh_each(self) -> float | None:
        """Tokens of the prompt that the model had to read."""
        return self._each(self.prompt_tokens - self.cached_tokens)

    @property
    def cached_each(self) -> float | None:
        return self._each(self.cached_tokens)

    @property
    def completion_each(self) -> float | None:
        return self._each(self.completion_tokens)

    def _each(self, total: int) -> float | None:
        return total / self.questions if self.questions else None


@dataclass(frozen=True, slots=True)
class Slot:
    """The questions of one piece of time that were asked with one generation of the prompt."""

    start: datetime
    generation: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class Seconds:
    """From question to answer: half of the `answers` took at most `p50` seconds, 95 of 100 at most `p95`."""

    start: datetime | None
    answers: int
    p50: float
    p95: float


def slots(scope: Scope, timeline: Timeline) -> list[Slot]:
    """In order of time and generation; without those in which nothing was asked."""
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for row in _episodes(scope, timeline):
        found[row.pop("place"), row.pop("generation")].update(row)
    for row in _attempts(scope, timeline):
        found[row.pop("place"), row.pop("episode__generation")].update(row)
    return [
        Slot(timeline.starts[place], generation, _asked(**found[place, generation]))
        for place, generation in sorted(found)
    ]


def total(slots: Iterable[Slot]) -> Asked:
    return sum((slot.asked for slot in slots), Asked())


def seconds(scope: Scope, timeline: Timeline) -> list[Seconds]:
    """Of the newest answers: all together (`start` is None) first, then by time. Empty where nothing was answered."""
    answered = Episode.objects.filter(scope.ended(), status=Episode.Status.SUCCEEDED, finished_at__isnull=False)
    times = answered.order_by("-started_at").values_list("started_at", "finished_at")[:TIMED]
    by_place: dict[int, list[float]] = defaultdict(list)
    for started, finished in times:
        assert finished is not None  # noqa: S101 - filtered above
        by_place[timeline.place(started)].append((finished - started).total_seconds())
    if not by_place:
        return []
    whole = _percentiles(None, [one for some in by_place.values() for one in some])
    return [whole, *(_percentiles(timeline.starts[place], by_place[place]) for place in sorted(by_place))]


def _episodes(scope: Scope, timeline: Timeline) -> Iterable[Any]:
    grouped = Episode.objects.filter(scope.ended()).annotate(place=timeline.place_of("started_at"))
    return grouped.values("place", "generation").annotate(
        ended=Count("pk"),
        recalled=Count("recalled"),
        with_examples=Count("pk", filter=~Q(examples=[])),
        prompt=Sum("prompt_tokens"),
        cached=Sum("cached_tokens"),
        completion=Sum("completion_tokens"),
    )


def _attempts(scope: Scope, timeline: Timeline) -> Iterable[Any]:
    answered = Q(episode__status=Episode.Status.SUCCEEDED)
    attempts = Attempt.objects.filter(scope.ended("episode__"))
    grouped = attempts.annotate(place=timeline.place_of("episode__started_at"))
    return grouped.order_by().values("place", "episode__generation").annotate(
        attempts=Count("pk"),
        tried=Count("pk", filter=Q(number=1)),
        answered=Count("pk", filter=Q(number=1) & answered),
        at_first=Count("pk", filter=Q(number=1, error_class="") & answered),
    )  # fmt: skip


def _asked(
    *,
    ended: int,
    recalled: int,
    with_examples: int,
    prompt: int,
    cached: int,
    completion: int,
    attempts: int = 0,
    tried: int = 0,
    answered: int = 0,
    at_first: int = 0,
) -> Asked:
    unreached = ended - tried
    return Asked(
        tried, answered, at_first, attempts, recalled, with_examples, unreached, prompt, cached, completion
    )  # fmt: skip


def _percentiles(start: datetime | None, times: Sequence[float]) -> Seconds:
    p50, p95 = np.percentile(times, [50, 95])
    return Seconds(start, len(times), float(p50), float(p95))
