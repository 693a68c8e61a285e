"""Which repair the bandit thinks well of for which error, and how often it tried it: a map to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q, Sum

from agent.errors import ErrorClass
from agent.policy import Context
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from datasources.wording import signed
from learning.linucb import Floats
from learning.models import BanditDecision
from learning.policy import StoredPolicy
from learning.words import error_words, strategy_words

_ATTEMPTS = 5
"""Of an episode, for the features that are shares of it."""
_SHADES = 4


@dataclass(frozen=True)
class Cell:
    """One repair for one error: `tried` decisions since the last reset, the `mean` reward of those that ended (None
    where none did), and the `value` that the bandit expects now, also of what was never tried: by other errors, by
    other connections, and by what it started from."""

    error_class: ErrorClass
    strategy: Strategy
    tried: int
    mean: float | None
    value: float

    @property
    def shade(self) -> int:
        """From -4, badly, over 0 to 4, well: how strongly a map colours it."""
        return max(-_SHADES, min(_SHADES, round(self.value * _SHADES)))

    @property
    def words(self) -> str:
        expects = f"expects {signed(self.value)}"
        if not self.tried:
            return f"Never tried here; {expects}"
        times = "once" if self.tried == 1 else f"{self.tried:,} times"
        earned = "" if self.mean is None else f", earned {signed(self.mean)} on average"
        return f"Tried {times}{earned}; {expects}"


@dataclass(frozen=True)
class Row:
    """An error and its cells, in the order of the map's strategies. `best`: the repair that is expected most of."""

    error_class: ErrorClass
    words: str
    cells: tuple[Cell, ...]

    @property
    def best(self) -> Strategy:
        return max(self.cells, key=lambda cell: cell.value).strategy

    @property
    def tried(self) -> int:
        return sum(cell.tried for cell in self.cells)


@dataclass(frozen=True)
class HeatMap:
    strategies: tuple[Strategy, ...]
    rows: tuple[Row, ...]

    @property
    def tried(self) -> int:
        return sum(row.tried for row in self.rows)

    @property
    def headings(self) -> list[str]:
        return [strategy_words(strategy) for strategy in self.strategies]


def heat_map(connection: Connection) -> HeatMap:
    """Of what the connection's decisions share, whoever asked."""
    values, counts = _values(connection), _counts(connection)
    rows = []
    for at, error in enumerate(ErrorClass):
        cells = []
        for arm, strategy in enumerate(REPAIRS):
            tried, mean = counts.get((error, strategy), (0, None))
            cells.append(Cell(error, strategy, tried, mean, float(values[at, arm])))
        rows.append(Row(error, error_words(error), tuple(cells)))
    return HeatMap(REPAIRS, tuple(rows))


def _values(connection: Connection) -> Floats:
    """θᵀx of every repair, after the first attempt has failed with each error: errors × repairs."""
    policy = StoredPolicy.load(connection)
    contexts = [Context(error, 1, _ATTEMPTS, Strategy.GENERATE, False, 1) for error in ErrorClass]
    return np.array([policy.expected(context) for context in contexts])


def _counts(connection: Connection) -> dict[tuple[str, str], tuple[int, float | None]]:
    """Of error and repair: decisions, and the mean reward of those that have one."""
    found = BanditDecision.objects.counting().filter(connection=connection).order_by().values("error_class", "strategy")
    counted = found.annotate(
        tried=Count("pk", distinct=True),
        ended=Count("pk", distinct=True, filter=Q(lessons__isnull=False)),
        earned=Sum("lessons__amount"),
    )
    return {
        (one["error_class"], one["strategy"]): (one["tried"], one["earned"] / one["ended"] if one["ended"] else None)
        for one in counted
    }
