"""An optimization as its page shows it: how it stands, what it learns from, what it tried, and what came of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from accounts.models import Membership
from learning.generations.pages.questions import Question, Questions, part_words, texts_of
from learning.models import Candidate, Generation, Optimization, Reflection
from learning.optimizing import pareto
from learning.optimizing.candidates import INSTRUCTIONS
from learning.optimizing.data import LEAST_GOLD, Example, Part, gold_of
from learning.optimizing.search import searched

WAITING, UNUSABLE, NOT_BETTER, ACCEPTED = "w", "u", "n", "a"


@dataclass(frozen=True, slots=True)
class Spent:
    """Of a part of the budget."""

    name: str
    spent: float
    most: float

    @property
    def bounded(self) -> float:
        """For a bar: the last questions may go a little beyond."""
        return min(self.spent, self.most)


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate. `is_on_front`: best on some question and outdone by none; `best_on` counts those questions.
    `added` and `removed` are rules, since its first parent."""

    candidate: Candidate
    is_on_front: bool
    best_on: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    has_other_instructions: bool
    generation: int | None

    @property
    def is_merge(self) -> bool:
        return len(self.candidate.parents) > 1


@dataclass(frozen=True, slots=True)
class Cell:
    score: float | None
    is_best: bool


@dataclass(frozen=True, slots=True)
class FrontRow:
    """A question with the scores of all candidates; weak evidence where nobody knows its answer."""

    question: Question
    part: str
    is_weak: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Reflected:
    """`code` is one of the letters above."""

    reflection: Reflection
    code: str

    @property
    def is_about_instructions(self) -> bool:
        return self.reflection.component == INSTRUCTIONS


class Run:
    """`optimization` brings its connection and its base."""

    def __init__(self, optimization: Optimization, role: Membership.Role) -> None:
        self.optimization = optimization
        self._role = role

    @property
    def known(self) -> str:
        """How it stands, for a browser that asks what changed: what it has spent, how many candidates there are, and a
        letter for each reflection."""
        run = self.optimization
        reflected = "".join(one.code for one in self.reflections)
        return f"{run.phase}.{run.calls}.{len(self.candidates)}.{reflected}"

    @property
    def budget(self) -> list[Spent]:
        run = self.optimization
        return [
            Spent("Questions asked", run.calls, run.max_calls),
            Spent("Tokens", run.tokens, run.max_tokens),
            Spent("Minutes", run.seconds / 60, run.max_seconds / 60),
        ]

    @property
    def took(self) -> timedelta | None:
        finished = self.optimization.finished_at
        return finished - self.optimization.started_at if finished else None

    @cached_property
    def examples(self) -> list[Example]:
        return [Example.of_json(kept) for kept in self.optimization.examples]

    @property
    def learned_from(self) -> int:
        return sum(one.part == Part.TRAIN for one in self.examples)

    @property
    def with_remarks(self) -> int:
        return sum(one.part == Part.TRAIN and bool(one.remarks) for one in self.examples)

    @property
    def found_wrong(self) -> int:
        return sum(one.part == Part.TRAIN and bool(one.rejected) for one in self.examples)

    @property
    def failed(self) -> int:
        return sum(one.part == Part.TRAIN and bool(one.failures) for one in self.examples)

    @property
    def searched_by(self) -> int:
        """By how many questions; where few answers are known, those that are learned from are among them."""
        return len(searched(self.examples))

    @property
    def held(self) -> int:
        return sum(one.part == Part.HELD for one in self.examples)

    @cached_property
    def with_known_answer(self) -> int:
        return gold_of(self.examples)

    @property
    def is_weak(self) -> bool:
        return self.with_known_answer < LEAST_GOLD

    @property
    def least(self) -> int:
        return LEAST_GOLD

    @cached_property
    def candidates(self) -> list[Candidate]:
        return list(self.optimization.candidates.all())

    @property
    def base_score(self) -> float | None:
        return next((one.score for one in self.candidates if one.number == 0), None)

    @property
    def best(self) -> Candidate | None:
        """The same one as is compared in the end."""
        return max(self.candidates, key=lambda one: (one.score, -one.number), default=None)

    @cached_property
    def generations(self) -> list[Generation]:
        """That came of it."""
        return list(self.optimization.generations.order_by("number"))

    @property
    def tried(self) -> list[Tried]:
        front, best = pareto.front(self._scores), pareto.best(self._scores)
        by_number = {one.number: one for one in self.candidates}
        became = {one.candidate: one.number for one in self.generations}
        return [
            Tried(
                candidate=one,
                is_on_front=one.number in front,
                best_on=sum(one.number in numbers for numbers in best.values()),
                added=_without(one, by_number),
                removed=_lost(one, by_number),
                has_other_instructions=_differs(one, by_number),
                generation=became.get(one.number),
            )
            for one in self.candidates
        ]

    @cached_property
    def front(self) -> list[FrontRow]:
        """Questions by candidates."""
        best = pareto.best(self._scores)
        shown = [place for place in best if place < len(self.examples)]
        ids = [self.examples[place].id for place in shown]
        questions = Questions(self.optimization.connection, self._role, ids, texts_of(self.optimization.examples))
        return [self._front_row(place, best[place], questions) for place in shown]

    @cached_property
    def reflections(self) -> list[Reflected]:
        found = self.optimization.reflections.select_related("remark__user", "remark__reviewer")
        return [Reflected(one, _code(one)) for one in found]

    def changed_since(self, known: str) -> list[Reflected]:
        """Reflections that a browser has not, or knows otherwise."""
        codes = known.rpartition(".")[2]
        return [one for place, one in enumerate(self.reflections) if codes[place : place + 1] != one.code]

    def reflections_in(self, known: str) -> int:
        """How many a browser has."""
        return len(known.rpartition(".")[2])

    def has_more_candidates(self, known: str) -> bool:
        """Than a browser has; or it is over, and a generation came of one."""
        return not self.optimization.is_under_way or known.split(".")[2:3] != [str(len(self.candidates))]

    @cached_property
    def _scores(self) -> dict[int, dict[int, float]]:
        return {one.number: {int(place): score for place, score in one.scores.items()} for one in self.candidates}

    def _front_row(self, place: int, best: frozenset[int], questions: Questions) -> FrontRow:
        example = self.examples[place]
        cells = (Cell(self._scores[one.number].get(place), one.number in best) for one in self.candidates)
        return FrontRow(questions.of(example.id), part_words(example), not example.gold, tuple(cells))


def _code(one: Reflection) -> str:
    if one.candidate is not None:
        return ACCEPTED
    if one.after is not None:
        return NOT_BETTER
    return UNUSABLE if one.outcome else WAITING


def _parent(one: Candidate, by_number: dict[int, Candidate]) -> Candidate | None:
    return by_number.get(one.parents[0]) if one.parents and one.parents[0] is not None else None


def _without(one: Candidate, by_number: dict[int, Candidate]) -> tuple[str, ...]:
    parent = _parent(one, by_number)
    return tuple(rule for rule in one.rules if rule and rule not in parent.rules) if parent else ()


def _lost(one: Candidate, by_number: dict[int, Candidate]) -> tuple[str, ...]:
    parent = _parent(one, by_number)
    return tuple(rule for rule in parent.rules if rule and rule not in one.rules) if parent else ()


def _differs(one: Candidate, by_number: dict[int, Candidate]) -> bool:
    parent = _parent(one, by_number)
    return parent is not None and parent.instructions.strip() != one.instructions.strip()
