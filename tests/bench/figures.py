"""What a benchmark says: figures with their targets, and the table that shows them."""

import os
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

PACKAGES = ("django", "channels", "daphne", "numpy", "openai", "sqlglot", "xllamacpp")


@dataclass(frozen=True)
class Figure:
    """`target` is the most that `value` may be; None where nothing is asked of it."""

    name: str
    value: float
    unit: str = ""
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        return self.target is None or self.value <= self.target


def table(figures: Iterable[Figure]) -> str:
    rows = [("figure", "value", "target", "met", "")]
    rows += [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(_line(row, widths) for row in rows)


def machine() -> str:
    """The facts that figures depend on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB; {platform.platform()}; load {load}\n"
        f"Python {platform.python_version()}; {packages}"
    )


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Puts the seconds that the block took into the list that it gives."""
    taken: list[float] = []
    started = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - started)


def percentile(values: Iterable[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    target = "" if figure.target is None else f"≤ {_number(figure.target)} {figure.unit}"
    met = "" if figure.target is None else "yes" if figure.met else "NO"
    return figure.name, f"{_number(figure.value)} {figure.unit}", target.strip(), met, figure.note


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, value, target, met, note = row
    cells = (name.ljust(widths[0]), value.rjust(widths[1]), target.rjust(widths[2]), met.rjust(widths[3]), note)
    return "  ".join(cells).rstrip()


def _processor() -> str:
    with open("/proc/cpuinfo") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
