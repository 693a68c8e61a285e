"""What came of many questions, in figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learning.benchmark.outcome import Outcome
from learning.benchmark.significance import percentile, wilson


@dataclass(frozen=True, slots=True)
class Summary:
    """`interval` is the accuracy's, low and high, at 95 %; `score` the mean of the partial credit; `ran` counts answers
    from SQL that ran, `first_ran` first attempts that did; `attempts` is a mean, `seconds` and tokens are sums."""

    questions: int
    right: int
    accuracy: float
    interval: tuple[float, float]
    score: float
    first_right: int
    first_accuracy: float
    ran: int
    valid_rate: float
    first_ran: int
    first_valid_rate: float
    attempts: float
    p50_seconds: float
    p95_seconds: float
    seconds: float
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """`met`: questions whose first attempt failed so; `ran` and `right`: how many of them did, or were, in the end."""

    error_class: str
    met: int
    ran: int
    right: int


def summarize(outcomes: Sequence[Outcome]) -> Summary:
    """Of none: zeros, and an interval that says that nothing is known."""
    questions, share = len(outcomes), 1 / max(1, len(outcomes))
    right = sum(outcome.is_right for outcome in outcomes)
    first_right = sum(outcome.is_first_right for outcome in outcomes)
    ran, first_ran = sum(outcome.ran for outcome in outcomes), sum(outcome.first_ran for outcome in outcomes)
    seconds = [outcome.seconds for outcome in outcomes]
    return Summary(
        questions=questions,
        right=right,
        accuracy=right * share,
        interval=wilson(right, questions),
        score=sum(outcome.score for outcome in outcomes) * share,
        first_right=first_right,
        first_accuracy=first_right * share,
        ran=ran,
        valid_rate=ran * share,
        first_ran=first_ran,
        first_valid_rate=first_ran * share,
        attempts=sum(len(outcome.attempts) for outcome in outcomes) * share,
        p50_seconds=percentile(seconds, 0.5),
        p95_seconds=percentile(seconds, 0.95),
        seconds=sum(seconds),
        prompt_tokens=sum(outcome.prompt_tokens for outcome in outcomes),
        cached_tokens=sum(outcome.cached_tokens for outcome in outcomes),
        completion_tokens=sum(outcome.completion_tokens for outcome in outcomes),
    )


def summaries_by(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, Summary]:
    """In the order in which the keys first appear."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[key(outcome)].append(outcome)
    return {name: summarize(group) for name, group in groups.items()}


def by_first_error(outcomes: Sequence[Outcome]) -> list[ErrorLine]:
    """The classes of error that first attempts met with, the most frequent first."""
    failed = [outcome for outcome in outcomes if outcome.first_error]
    lines = [
        ErrorLine(error_class, summary.questions, summary.ran, summary.right)
        for error_class, summary in summaries_by(failed, lambda outcome: str(outcome.first_error)).items()
    ]
    return sorted(lines, key=lambda line: -line.met)
