"""Two runs side by side: what differs in their setups, and the questions that both have answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from learning.benchmark.comparison import Comparison, compare
from learning.benchmark.pages.marks import Mark
from learning.benchmark.pages.run_page import Run, setup_of
from learning.models import EvaluatedQuestion


@dataclass(frozen=True)
class SetupLine:
    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Pair:
    """A question, as both runs answered it."""

    before: EvaluatedQuestion
    after: EvaluatedQuestion

    @property
    def marks(self) -> tuple[Mark, Mark]:
        return Mark.of(self.before), Mark.of(self.after)


@dataclass(frozen=True)
class Compared:
    before: Run
    after: Run

    @property
    def query(self) -> str:
        """What names the two in an address."""
        return f"before={self.before.evaluation.pk}&after={self.after.evaluation.pk}"

    @cached_property
    def pairs(self) -> list[Pair]:
        """In the order in which the later run asked."""
        earlier = {one.task: one for one in self.before.questions if one.is_done}
        return [Pair(earlier[one.task], one) for one in self.after.questions if one.is_done and one.task in earlier]

    @cached_property
    def comparison(self) -> Comparison:
        return compare(self.before.outcomes, self.after.outcomes)

    @property
    def won(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.before.task in self.comparison.won]

    @property
    def lost(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.before.task in self.comparison.lost]

    @property
    def unchanged(self) -> list[Pair]:
        changed = {*self.comparison.won, *self.comparison.lost}
        return [pair for pair in self.pairs if pair.before.task not in changed]

    @property
    def is_one_run(self) -> bool:
        return self.before.evaluation.pk == self.after.evaluation.pk

    @property
    def only_before(self) -> int:
        """How many questions the other run has no answer to."""
        return len(self.before.outcomes) - len(self.pairs)

    @property
    def only_after(self) -> int:
        return len(self.after.outcomes) - len(self.pairs)

    @property
    def setup(self) -> list[SetupLine]:
        before, after = setup_of(self.before.evaluation), setup_of(self.after.evaluation)
        return [SetupLine(name, before.get(name, "–"), after.get(name, "–")) for name in {**before, **after}]

    def pair(self, task: str) -> Pair | None:
        return next((pair for pair in self.pairs if pair.before.task == task), None)
