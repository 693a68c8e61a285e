"""Whether a second run was better than a first one, on the questions that both were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from learning.benchmark.outcome import Outcome
from learning.benchmark.significance import mcnemar, paired_difference
from learning.benchmark.summary import Summary, summarize
from learning.words import p_value

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """`questions` were asked in both; `before` and `after` are of these alone. `won` are the tasks that became right,
    `lost` those that no longer are. `difference` is of the accuracies, after less before, with its `interval` at
    95 %, low and high."""

    questions: int
    before: Summary
    after: Summary
    won: tuple[str, ...]
    lost: tuple[str, ...]
    p_value: float
    difference: float
    interval: tuple[float, float]

    @property
    def is_significant(self) -> bool:
        return self.p_value < SIGNIFICANT

    @property
    def verdict(self) -> str:
        """One sentence that claims no more than the figures do."""
        if not self.questions:
            return "The two runs have no question in common, so nothing can be said."
        if not self.won and not self.lost:
            return f"No difference: the same {self.after.right} of {self.questions} questions are right in both."
        figures = f"{self.before.right} → {self.after.right} of {self.questions} right, {self._changes}"
        if self.is_significant:
            return f"{'Better' if self.difference > 0 else 'Worse'}: {figures}."
        leaning = "Better" if self.difference > 0 else "Worse" if self.difference < 0 else "No better and no worse"
        chance = "but it could be chance" if self.difference else "and what changed could be chance"
        return f"{leaning}, {chance}: {figures}."

    @property
    def _changes(self) -> str:
        return f"{len(self.won)} won, {len(self.lost)} lost, {p_value(self.p_value)}"


def compare(before: Sequence[Outcome], after: Sequence[Outcome]) -> Comparison:
    """Paired by the task. Where a run has a task twice, its last outcome counts."""
    first, second = ({outcome.task: outcome for outcome in run} for run in (before, after))
    tasks = [task for task in first if task in second]
    won = tuple(task for task in tasks if second[task].is_right and not first[task].is_right)
    lost = tuple(task for task in tasks if first[task].is_right and not second[task].is_right)
    return Comparison(
        questions=len(tasks),
        before=summarize([first[task] for task in tasks]),
        after=summarize([second[task] for task in tasks]),
        won=won,
        lost=lost,
        p_value=mcnemar(len(won), len(lost)),
        difference=(len(won) - len(lost)) / max(1, len(tasks)),
        interval=paired_difference(len(won), len(lost), len(tasks)),
    )
