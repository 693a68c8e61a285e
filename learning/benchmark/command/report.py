"""What an evaluation came to: as text for a terminal of 100 columns, and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from learning.benchmark.command.records import Setup
from learning.benchmark.outcome import Outcome, judged
from learning.benchmark.reliability import Reliability, reliability
from learning.benchmark.summary import ErrorLine, Summary, by_first_error, summaries_by, summarize
from learning.benchmark.tasks import Task

_NAME = 24
_COLUMNS = (("questions", 9), ("right", 8), ("95 % interval", 15), ("at first", 10), ("valid", 9), ("score", 7))
_COSTS = (("attempts", 10), ("p50 s", 8))
_ERROR_COLUMNS = (("met", 9), ("ran in the end", 16), ("right in the end", 18))


@dataclass(frozen=True)
class Report:
    """Of `tasks`, those that have an outcome, in order; `not_graded` says why another has none, by its id, and `parts`
    which part a built-in task is of."""

    setup: Setup
    tasks: Sequence[Task]
    outcomes: Sequence[Outcome]
    not_graded: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Fit for JSON."""
        tables = {
            f"by_{name}": {key: asdict(summary) for key, summary in table.items()} for name, table in self._tables()
        }
        return {
            "setup": asdict(self.setup),
            "tasks": len(self.tasks),
            "summary": asdict(summarize(self.outcomes)),
            "confidence": asdict(self._reliability) if self._reliability else None,
            **tables,
            "by_first_error": [asdict(line) for line in by_first_error(self.outcomes)],
            "not_graded": dict(self.not_graded),
        }

    def to_text(self) -> str:
        sections = [self._heading(), _figures(summarize(self.outcomes))]
        if self._reliability:
            sections.append(reliability_text(self._reliability))
        sections += [_table(name, table) for name, table in self._tables()]
        sections += [_errors(by_first_error(self.outcomes)), self._left_out()]
        return "\n\n".join(section for section in sections if section)

    @cached_property
    def _reliability(self) -> Reliability | None:
        return reliability(judged(self.outcomes))

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
        of = "" if len(self.outcomes) == len(self.tasks) else f" of {len(self.tasks)}"
        return f"{self.setup.dataset}, {len(self.outcomes)}{of} questions\n{self.setup}"

    def _left_out(self) -> str:
        if not self.not_graded:
            return ""
        lines = [f"  {task}  {why}" for task, why in self.not_graded.items()]
        return "\n".join([f"Could not be graded, and count nowhere: {len(lines)}", *lines])


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def reliability_text(found: Reliability) -> str:
    """Whether the confidence of answers can be believed."""
    right, bins = percent(found.accuracy), len(found.bins)
    chance = f"0 is best, and about {found.by_chance:.3f} chance alone"
    lines = [
        ("Confidence", percent(found.confidence), f"mean of {found.answers} answers, of which {right} are right"),
        (
            "Calibration error",
            f"{found.ece:.3f}",
            f"expected (ECE), in {bins} bin{'s' * (bins != 1)} of equally many; {chance}",
        ),
        ("Brier score", f"{found.brier:.3f}", "from 0, which is best, to 1; 0.25 is a coin's"),
        ("AURC", f"{found.aurc:.3f}", "area under the risk-coverage curve; 0 is best"),
    ]
    for point in found.curve:
        name = "All answers" if point.coverage == 1 else f"The surest {100 * point.coverage:.0f} %"
        which = f"right, of {point.answers} answers with a confidence from {percent(point.least)} on"
        lines.append((name, percent(point.accuracy), which))
    return _facts(lines)


def _figures(summary: Summary) -> str:
    low, high = (f"{100 * share:.1f}" for share in summary.interval)
    of = f"of {summary.questions}"
    lines = (
        ("Execution accuracy", percent(summary.accuracy), f"{summary.right} {of}, 95 % interval {low} to {high} %"),
        ("At the first attempt", percent(summary.first_accuracy), f"{summary.first_right} {of}"),
        ("Partial credit", f"{summary.score:.3f}", "mean, from 0 to 1"),
        ("Valid SQL at first", percent(summary.first_valid_rate), f"{summary.first_ran} {of} ran"),
        ("Valid SQL in the end", percent(summary.valid_rate), f"{summary.ran} {of} ran"),
        ("Attempts", f"{summary.attempts:.2f}", "mean"),
        ("Seconds", f"{summary.p50_seconds:.1f}", f"p50; p95 {summary.p95_seconds:.1f}, {summary.seconds:,.0f} in all"),
        ("Prompt tokens", f"{summary.prompt_tokens:,}", f"{summary.cached_tokens:,} of them cached"),
        ("Completion tokens", f"{summary.completion_tokens:,}", ""),
    )
    return _facts(lines)


def _facts(lines: Iterable[tuple[str, str, str]]) -> str:
    return "\n".join(f"{name:<{_NAME}}{figure:>12}  {more}".rstrip() for name, figure, more in lines)


def _table(name: str, table: Mapping[str, Summary]) -> str:
    rows = [(key or "(none)", _cells(summary)) for key, summary in table.items()]
    return _lines(f"By {name}", (*_COLUMNS, *_COSTS), rows)


def _cells(summary: Summary) -> tuple[str, ...]:
    low, high = summary.interval
    return (
        str(summary.questions),
        percent(summary.accuracy),
        f"{100 * low:.0f} to {100 * high:.0f} %",
        percent(summary.first_accuracy),
        percent(summary.valid_rate),
        f"{summary.score:.2f}",
        f"{summary.attempts:.2f}",
        f"{summary.p50_seconds:.1f}",
    )


def _errors(lines: Sequence[ErrorLine]) -> str:
    if not lines:
        return ""
    rows = [(line.error_class, (str(line.met), str(line.ran), str(line.right))) for line in lines]
    return _lines("By first error", _ERROR_COLUMNS, rows)


def _lines(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    widths = [width for _, width in columns]
    head = (title, [name for name, _ in columns])
    return "\n".join(_row(name, cells, widths) for name, cells in (head, *rows))


def _row(name: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
    return shown.ljust(_NAME) + "".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
