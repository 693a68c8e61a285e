"""A run as its page shows it: its setup, what it came to so far, and its questions, of which some are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from learning.benchmark.outcome import Outcome, judged
from learning.benchmark.pages.marks import Mark
from learning.benchmark.reliability import Reliability, reliability
from learning.benchmark.suite import VERIFIED
from learning.benchmark.summary import ErrorLine, Summary, by_first_error, summaries_by, summarize
from learning.models import EvaluatedQuestion, Evaluation

_RESULTS = ("rows", "gold_rows")


@dataclass(frozen=True)
class Shown:
    """Which questions are shown: `outcome` is right or wrong, `difficulty` one of the run's; empty: all of them."""

    outcome: str = ""
    difficulty: str = ""

    @classmethod
    def from_query(cls, query: QueryDict, evaluation: Evaluation) -> Shown:
        outcome, difficulty = query.get("show", ""), query.get("difficulty", "")
        return cls(
            outcome if outcome in ("right", "wrong") else "",
            difficulty if difficulty in evaluation.difficulties else "",
        )

    def has(self, question: EvaluatedQuestion, mark: Mark) -> bool:
        fits = {"": True, "right": mark is Mark.RIGHT, "wrong": mark.is_failed}[self.outcome]
        return fits and self.difficulty in ("", question.difficulty)

    def to_query(self, **more: str) -> str:
        """For an address; `?` alone where all are shown, since an empty reference would keep the query."""
        chosen = {"show": self.outcome, "difficulty": self.difficulty, **more}
        return "?" + urlencode({name: value for name, value in chosen.items() if value})


@dataclass(frozen=True)
class Line:
    question: EvaluatedQuestion
    mark: Mark
    is_shown: bool

    @property
    def attempts(self) -> int:
        return len(self.question.attempts)


@dataclass(frozen=True)
class Group:
    """Questions that have something in common. `summary` is of those that are done."""

    name: str
    questions: int
    summary: Summary

    @property
    def left(self) -> int:
        return self.questions - self.summary.questions


@dataclass(frozen=True)
class FilterLink:
    id: str
    label: str
    questions: int
    query: str
    is_current: bool


@dataclass(frozen=True)
class Run:
    evaluation: Evaluation
    questions: list[EvaluatedQuestion]
    shown: Shown = Shown()

    @classmethod
    def of(cls, evaluation: Evaluation, shown: Shown = Shown()) -> Run:
        """Without results, which may be large: they are looked at one by one."""
        return cls(evaluation, list(evaluation.questions.defer(*_RESULTS)), shown)

    @cached_property
    def marks(self) -> list[Mark]:
        return [Mark.of(question) for question in self.questions]

    @property
    def known(self) -> str:
        """How its questions stand, a letter for each."""
        return "".join(self.marks)

    @cached_property
    def lines(self) -> list[Line]:
        return [
            Line(question, mark, self.shown.has(question, mark))
            for question, mark in zip(self.questions, self.marks, strict=True)
        ]

    @property
    def whats_new(self) -> str:
        """The query by which a browser asks what changed since it was shown this."""
        return self.shown.to_query(known=self.known)

    def changed_since(self, known: str) -> list[Line]:
        """The lines of questions that stand otherwise than a browser knows."""
        before = known.ljust(len(self.lines))
        return [line for line, mark in zip(self.lines, before, strict=False) if line.mark != mark]

    @cached_property
    def outcomes(self) -> list[Outcome]:
        return [question.outcome for question in self.questions if question.is_done]

    @cached_property
    def summary(self) -> Summary:
        return summarize(self.outcomes)

    @cached_property
    def reliability(self) -> Reliability | None:
        """Whether its confidence can be believed."""
        return reliability(judged(self.outcomes))

    @property
    def asked(self) -> int:
        """How many questions it is about; what cannot be graded counts nowhere."""
        return len(self.marks) - self.skipped

    @property
    def skipped(self) -> int:
        return self.marks.count(Mark.SKIPPED)

    @property
    def is_filtered(self) -> bool:
        return self.shown != Shown()

    @property
    def shows_any(self) -> bool:
        return any(line.is_shown for line in self.lines)

    @property
    def took(self) -> timedelta | None:
        """From start to end, with all waiting."""
        finished = self.evaluation.finished_at
        return finished - self.evaluation.started_at if finished else None

    @property
    def by_difficulty(self) -> list[Group]:
        return self._grouped(lambda one: one.difficulty)

    @property
    def tells_difficulties(self) -> bool:
        """Verified queries have none."""
        return any(question.difficulty != VERIFIED for question in self.questions)

    @property
    def by_category(self) -> list[Group]:
        return self._grouped(lambda one: one.category)

    def _grouped(self, key: Callable[[Any], str]) -> list[Group]:
        """All groups from the start, so that nothing moves while they fill."""
        sizes: dict[str, int] = {}
        for question, mark in zip(self.questions, self.marks, strict=True):
            sizes[key(question)] = sizes.get(key(question), 0) + (mark is not Mark.SKIPPED)
        summaries = summaries_by(self.outcomes, key)
        return [Group(name, size, summaries.get(name) or summarize([])) for name, size in sizes.items() if name]

    @property
    def by_error(self) -> list[ErrorLine]:
        return by_first_error(self.outcomes)

    @property
    def outcome_filters(self) -> list[FilterLink]:
        counts = {
            "": len(self.marks),
            "right": self.marks.count(Mark.RIGHT),
            "wrong": sum(mark.is_failed for mark in self.marks),
        }
        return [
            self._link(f"show-{outcome or 'all'}", outcome or "all", count, replace(self.shown, outcome=outcome))
            for outcome, count in counts.items()
        ]

    @property
    def difficulty_filters(self) -> list[FilterLink]:
        every = self._link("difficulty-all", "all", len(self.marks), replace(self.shown, difficulty=""))
        groups = [self._link_to(group) for group in self.by_difficulty]
        return [every, *groups] if len(groups) > 1 else []

    def _link_to(self, group: Group) -> FilterLink:
        shown = replace(self.shown, difficulty=group.name)
        return self._link(f"difficulty-{group.name}", group_words(group.name), group.questions, shown)

    def _link(self, id_: str, label: str, questions: int, shown: Shown) -> FilterLink:
        return FilterLink(id_, label, questions, shown.to_query(), shown == self.shown)


def setup_of(evaluation: Evaluation) -> dict[str, str]:
    """Under what it was measured, for people: two runs with the same are the same experiment."""
    setup = {
        "Model": evaluation.model,
        "Generation": str(evaluation.generation),
        "Repairs": evaluation.get_policy_display(),
        "Attempts": f"at most {evaluation.attempts}" if evaluation.attempts > 1 else "1",
        "Questions": ", ".join(map(group_words, evaluation.difficulties)) or "all",
        "Examples": _examples_words(evaluation.examples),
    }
    return setup | ({} if evaluation.seed is None else {"Seed": str(evaluation.seed)})


def _examples_words(known: int) -> str:
    return f"similar ones of {known} verified quer{'y' if known == 1 else 'ies'}" if known else "none"


def group_words(difficulty: str) -> str:
    return "verified queries" if difficulty == VERIFIED else difficulty


def as_json(run: Run) -> dict[str, Any]:
    """The whole run for programs: setup, summary, and an outcome for each question that is done."""
    evaluation = run.evaluation
    setup = {
        "id": str(evaluation.pk),
        "database": evaluation.connection.name,
        "model": evaluation.model,
        "generation": evaluation.generation,
        "policy": evaluation.policy,
        "attempts": evaluation.attempts,
        "seed": evaluation.seed,
        "difficulties": evaluation.difficulties,
        "examples": evaluation.examples,
        "state": evaluation.state,
        "message": evaluation.message,
        "started_at": evaluation.started_at,
        "finished_at": evaluation.finished_at,
        "questions": run.asked,
    }
    done = [question for question in run.questions if question.is_done]
    return {
        "setup": setup,
        "summary": asdict(run.summary),
        "confidence": asdict(run.reliability) if run.reliability else None,
        "outcomes": [
            {"question": one.question, "instructions": one.instructions, "gold": one.gold, **asdict(one.outcome)}
            for one in done
        ],
    }
