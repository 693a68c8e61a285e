"""What an evaluation came to: as text for a terminal, and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from learning.benchmark.outcome import Outcome
from learning.benchmark.records import Setup
from learning.benchmark.summary import ErrorLine, Summary, by_first_error, summaries_by, summarize
from learning.benchmark.tasks import Task

WIDTH = 100
_NAME = 24


@dataclass(frozen=True)
class Report:
    """`parts` says of built-in tasks which part they are of; `not_graded` why a task has no outcome, by its id."""

    setup: Setup
    tasks: Sequence[Task]
    outcomes: Sequence[Outcome]
    not_graded: Mapping[str, str]
    parts: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Fit for JSON."""
        tables = {f"by_{name}": _dicts(table) for name, table in self._tables()}
        return {
            "setup": asdict(self.setup),
            "tasks": len(self.tasks),
            "summary": asdict(summarize(self.outcomes)),
            **tables,
            "by_first_error": [asdict(line) for line in by_first_error(self.outcomes)],
            "not_graded": dict(self.not_graded),
        }

    def to_text(self) -> str:
        sections = [self._heading(), _figures(summarize(self.outcomes))]
        sections += [_table(name, table) for name, table in self._tables()]
        sections += [_errors(by_first_error(self.outcomes)), self._left_out()]
        return "\n\n".join(section for section in sections if section)

    def _tables(self) -> Iterator[tuple[str, dict[str, Summary]]]:
        """Those that tell something apart."""
        databases = {task.id: task.database for task in self.tasks}
        keys: dict[str, Callable[[Outcome], str]] = {
            "part": lambda outcome: self.parts.get(outcome.task, ""),
            "difficulty": lambda outcome: outcome.difficulty,
            "category": lambda outcome: outcome.category,
            "database": lambda outcome: databases.get(outcome.task, ""),
        }
        for name, key in keys.items():
            table = summaries_by(self.outcomes, key)
            if len(table) > 1:
                yield name, table

    def _heading(self) -> str:
        setup = self.setup
        repair = "no repair" if setup.policy == "none" else f"policy {setup.policy}, up to {setup.attempts} attempts"
        learning = ", learning on the way" if setup.learning else ""
        seed = "" if setup.seed is None else f", seed {setup.seed}"
        return (
            f"{setup.dataset}: {len(self.outcomes)} of {len(self.tasks)} questions answered for\n"
            f"{setup.model}, generation {setup.generation}, {repair}{learning}{seed}"
        )

    def _left_out(self) -> str:
        if not self.not_graded:
            return ""
        lines = [f"  {task}  {why}" for task, why in self.not_graded.items()]
        return "\n".join([f"Could not be graded, and count nowhere: {len(lines)}", *lines])


def _figures(summary: Summary) -> str:
    low, high = summary.interval
    count = summary.questions
    lines = (
        (
            "Execution accuracy",
            _percent(summary.accuracy),
            f"{summary.right} of {count}, 95 % sure to be {_range(low, high)}",
        ),
        ("First attempt", _percent(summary.first_accuracy), f"{summary.first_right} of {count} right at once"),
        ("Partial credit", f"{summary.score:.3f}", "mean score of a question, 0 to 1"),
        ("Valid SQL at first", _percent(summary.first_valid_rate), f"{summary.first_ran} of {count} ran"),
        ("Valid SQL in the end", _percent(summary.valid_rate), f"{summary.ran} of {count} ran"),
        ("Attempts", f"{summary.attempts:.2f}", "mean"),
        (
            "Seconds",
            f"{summary.p50_seconds:.1f}",
            f"half take longer; one in twenty more than {summary.p95_seconds:.1f}",
        ),
        ("", f"{summary.seconds:,.0f}", "in all"),
        ("Tokens", f"{summary.prompt_tokens:,}", f"of prompts, {summary.cached_tokens:,} of them cached"),
        ("", f"{summary.completion_tokens:,}", "of answers"),
    )
    return "\n".join(f"{name:<{_NAME}}{figure:>12}  {words}".rstrip() for name, figure, words in lines)


def _table(name: str, table: Mapping[str, Summary]) -> str:
    head = ("questions", "right", "95 % interval", "first", "valid", "score", "attempts", "p50 s")
    lines = [_row(f"By {name}", head)]
    lines += [_row(key or "(none)", _cells(summary)) for key, summary in table.items()]
    return "\n".join(lines)


def _cells(summary: Summary) -> tuple[str, ...]:
    return (
        str(summary.questions),
        _percent(summary.accuracy),
        _range(*summary.interval),
        _percent(summary.first_accuracy),
        _percent(summary.valid_rate),
        f"{summary.score:.2f}",
        f"{summary.attempts:.2f}",
        f"{summary.p50_seconds:.1f}",
    )


def _row(name: str, cells: Sequence[str]) -> str:
    widths = (9, 8, 14, 8, 8, 6, 9, 7)
    return _shortened(name, _NAME).ljust(_NAME) + "".join(
        cell.rjust(width) for cell, width in zip(cells, widths, strict=True)
    )


def _errors(lines: Sequence[ErrorLine]) -> str:
    if not lines:
        return ""
    head = ("questions", "ran", "right")
    rows = [(line.error_class, (str(line.met), str(line.ran), str(line.right))) for line in lines]
    return "\n".join(
        _shortened(name, _NAME).ljust(_NAME) + "".join(cell.rjust(9) for cell in cells)
        for name, cells in [("By first error, in the end", head), *rows]
    )


def _dicts(table: Mapping[str, Summary]) -> dict[str, Any]:
    return {key: asdict(summary) for key, summary in table.items()}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _range(low: float, high: float) -> str:
    return f"{100 * low:.0f}–{100 * high:.0f} %"


def _shortened(text: str, width: int) -> str:
    return text if len(text) < width else text[: width - 2] + "…"
