"""The tree of a plan, whatever database it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from datasources.tables import Table

DEEPEST = 60
"""Levels that are drawn; what is below is left out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `what` is done, on what (`about`), with what `facts`. `cost` is that of the step with all below it, in
    the database's own unit; `rows` how many it expects to give. `steps` come before it."""

    what: str
    about: str = ""
    facts: tuple[str, ...] = ()
    cost: float | None = None
    rows: float | None = None
    steps: tuple[Step, ...] = ()
    is_dearest: bool = field(default=False, compare=False)

    @property
    def own_cost(self) -> float:
        """Without what the steps below it cost."""
        return max(0.0, (self.cost or 0.0) - sum(step.cost or 0.0 for step in self.steps))

    def all(self) -> Iterator[Step]:
        yield self
        for step in self.steps:
            yield from step.all()


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` where it could be read; else it is shown as the database prints it: as a `text`, or as a `table`."""

    steps: tuple[Step, ...] = ()
    text: str = ""
    table: Table | None = None

    @property
    def total(self) -> float | None:
        """What all of it costs, where the database says so."""
        costs = [step.cost for step in self.steps if step.cost is not None]
        return sum(costs) if costs else None
