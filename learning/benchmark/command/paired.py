"""Two kept evaluations side by side: whether the second is better, by the questions that both were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from datasources.wording import signed
from learning.benchmark.command.progress import WIDTH
from learning.benchmark.command.records import Setup, read
from learning.benchmark.command.report import percent
from learning.benchmark.comparison import Comparison, compare


@dataclass(frozen=True)
class Pair:
    before: Setup
    after: Setup
    comparison: Comparison

    @classmethod
    def of(cls, before: Path, after: Path) -> Pair:
        """Raises BadRecord."""
        (first, outcomes), (second, later) = read(before), read(after)
        return cls(first, second, compare(outcomes, later))

    def to_dict(self) -> dict[str, Any]:
        """Fit for JSON."""
        return {
            "before": asdict(self.before),
            "after": asdict(self.after),
            "comparison": asdict(self.comparison),
            "verdict": self.comparison.verdict,
        }

    def to_text(self) -> str:
        found = self.comparison
        if not found.questions:
            return found.verdict
        low, high = (signed(100 * share, 1) for share in found.interval)
        lines = [
            f"Before  {percent(found.before.accuracy):>7}  {self.before.dataset}: {self.before}",
            f"After   {percent(found.after.accuracy):>7}  {self.after.dataset}: {self.after}",
            f"Difference {signed(100 * found.difference, 1)} points, 95 % interval {low} to {high}",
            "",
            found.verdict,
            *_named("Won", found.won),
            *_named("Lost", found.lost),
        ]
        if self.before.sha256 != self.after.sha256:
            lines.append("The questions are not from the same file: those with the same id were taken for the same.")
        return "\n".join(lines)


def _named(name: str, tasks: Sequence[str]) -> list[str]:
    return [fill(f"{name}: {', '.join(tasks)}", WIDTH, subsequent_indent="  ")] if tasks else []
