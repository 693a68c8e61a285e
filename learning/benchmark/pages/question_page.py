"""One question of a run: what was written and asked for, and what both came to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasources.tables import Table
from learning import results
from learning.benchmark.outcome import AttemptMade
from learning.benchmark.pages.marks import Mark
from learning.models import EvaluatedQuestion


@dataclass(frozen=True)
class Answered:
    question: EvaluatedQuestion

    @property
    def mark(self) -> Mark:
        return Mark.of(self.question)

    @cached_property
    def rows(self) -> Table | None:
        return _table(self.question.rows)

    @cached_property
    def gold_rows(self) -> Table | None:
        return _table(self.question.gold_rows)

    @property
    def failed_attempts(self) -> list[AttemptMade]:
        return [made for made in self.question.outcome.attempts if made.error_class]

    @property
    def allowances(self) -> list[str]:
        """What the grader minds and what it does not, where it is not the usual."""
        said = {
            "The order of rows counts.": self.question.ordered,
            "More columns are no mistake.": self.question.extra_columns,
        }
        return [sentence for sentence, holds in said.items() if holds]


def _table(kept: dict[str, Any] | None) -> Table | None:
    return Table(results.from_json(kept)) if kept else None
