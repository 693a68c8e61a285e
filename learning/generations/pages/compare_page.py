"""Two generations side by side: what they say, how people fare with them, and the questions that both were measured on.

A generation is found among the prompts that optimizations tried by what it says. Where one run has measured both, its
figures are compared; else those of two runs, which may differ in more than the prompt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from accounts.models import Membership
from learning.generations import watching
from learning.generations.changing import text_in
from learning.generations.pages.questions import Question, Questions, part_words
from learning.generations.text_changes import Changes, changes
from learning.generations.watching import Live
from learning.models import Generation, Optimization, Trial
from learning.optimizing.candidates import candidate_of, key_of
from learning.optimizing.data import LEAST_GOLD, Example, Part
from learning.optimizing.promotion import Result, Verdict, judge
from learning.prompts import text_of


class _Measured(NamedTuple):
    """The result of one example in one optimization; `run` counts those, the oldest first."""

    run: int
    example: Example
    result: Result


@dataclass(frozen=True, slots=True)
class Pair:
    """`is_together`: measured in one run."""

    example: Example
    question: Question
    before: Result
    after: Result
    is_together: bool

    @property
    def part(self) -> str:
        return part_words(self.example)

    @property
    def change(self) -> str:
        """Fixed, broken, better or worse; empty where nothing changed."""
        if self.before.is_right is not None and self.before.is_right != self.after.is_right:
            return "fixed" if self.after.is_right else "broken"
        if self.before.score == self.after.score:
            return ""
        return "better" if self.after.score > self.before.score else "worse"


class Compared:
    """Both bring their connection."""

    def __init__(self, before: Generation, after: Generation, role: Membership.Role) -> None:
        self.before, self.after = before, after
        self._role = role
        self._connection = before.connection

    @property
    def is_one(self) -> bool:
        return self.before.pk == self.after.pk

    @cached_property
    def changes(self) -> Changes:
        return changes(text_of(self.before), text_of(self.after))

    @cached_property
    def live(self) -> tuple[Live, Live]:
        by_number = watching.live_by_number(self._connection)
        none = Live(0, 0)
        return by_number.get(self.before.number, none), by_number.get(self.after.number, none)

    @cached_property
    def pairs(self) -> list[Pair]:
        """What changed first."""
        before, after = (self._measured[_key(one)] for one in (self.before, self.after))
        shared = [id_ for id_ in before if id_ in after]
        questions = Questions(self._connection, self._role, shared, self._texts)
        found = [self._pair(before[id_], after[id_], questions) for id_ in shared]
        order = ("fixed", "broken", "better", "worse", "")
        return sorted(found, key=lambda pair: order.index(pair.change))

    @cached_property
    def judged(self) -> list[Pair]:
        """By which the two are judged: not by what was learned from, unless too few answers are known otherwise."""
        kept = [pair for pair in self.pairs if pair.example.part != Part.TRAIN]
        known = sum(pair.before.is_right is not None and pair.after.is_right is not None for pair in kept)
        return kept if known >= LEAST_GOLD else self.pairs

    @cached_property
    def verdict(self) -> Verdict | None:
        """None where there is nothing to compare by."""
        if not self.judged or self.is_one or not self.changes.has_any:
            return None
        examples = [pair.example for pair in self.judged]
        before = {place: pair.before for place, pair in enumerate(self.judged)}
        after = {place: pair.after for place, pair in enumerate(self.judged)}
        return judge(examples, before, after)

    @property
    def apart(self) -> int:
        """How many questions were measured in two runs."""
        return sum(not pair.is_together for pair in self.pairs)

    @property
    def measured_before(self) -> int:
        """On how many questions it was measured."""
        return len(self._measured[_key(self.before)])

    @property
    def measured_after(self) -> int:
        return len(self._measured[_key(self.after)])

    def _pair(self, before: list[_Measured], after: list[_Measured], questions: Questions) -> Pair:
        """Of the newest run that has both; else of the newest of each."""
        of_after = {one.run: one for one in after}
        together = [one for one in before if one.run in of_after]
        old = max(together or before, key=_age)
        new = of_after[old.run] if together else max(after, key=_age)
        return Pair(new.example, questions.of(new.example.id), old.result, new.result, bool(together))

    @cached_property
    def _measured(self) -> dict[str, dict[str, list[_Measured]]]:
        """By what a prompt says, and by the example."""
        found: dict[str, dict[str, list[_Measured]]] = defaultdict(lambda: defaultdict(list))
        for key, one in self._all():
            found[key][one.example.id].append(one)
        return found

    def _all(self) -> Iterator[tuple[str, _Measured]]:
        keys = {_key(self.before), _key(self.after)}
        trials = Trial.objects.filter(optimization__connection=self._connection, key__in=keys)
        for run, key, place, score, is_right in trials.values_list(
            "optimization", "key", "example", "score", "is_right"
        ):
            at, examples = self._runs[run]
            if place < len(examples):
                yield key, _Measured(at, examples[place], Result(score, is_right))

    @cached_property
    def _runs(self) -> dict[UUID, tuple[int, list[Example]]]:
        """Those that have measured one of the two, the oldest first, with their examples."""
        keys = {_key(self.before), _key(self.after)}
        tried = Trial.objects.filter(key__in=keys).values("optimization")
        runs = Optimization.objects.filter(connection=self._connection, pk__in=tried).order_by("started_at")
        return {
            pk: (at, [Example.of_json(kept) for kept in examples])
            for at, (pk, examples) in enumerate(runs.values_list("pk", "examples"))
        }

    @property
    def _texts(self) -> dict[str, str]:
        return {example.id: example.question for _, examples in self._runs.values() for example in examples}


def _age(one: _Measured) -> int:
    return one.run


def _key(generation: Generation) -> str:
    text = text_in(generation)
    return key_of(candidate_of(text.instructions, [rule.text for rule in text.rules]))
