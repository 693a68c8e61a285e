"""A picture of a result: which one, of which columns, put together and ordered how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Type(StrEnum):
    NUMBER = "number"
    LINE = "line"
    AREA = "area"
    BAR = "bar"
    GROUPED = "grouped"
    STACKED = "stacked"
    SCATTER = "scatter"
    HISTOGRAM = "histogram"
    NONE = "none"

    @property
    def words(self) -> str:
        return _TYPES[self]

    @property
    def is_bars(self) -> bool:
        return self in {Type.BAR, Type.GROUPED, Type.STACKED}

    @property
    def is_along_an_axis(self) -> bool:
        """One value for each place along x, in each series."""
        return self.is_bars or self in {Type.LINE, Type.AREA}


_TYPES = {
    Type.NUMBER: "Number",
    Type.LINE: "Line",
    Type.AREA: "Stacked areas",
    Type.BAR: "Bars",
    Type.GROUPED: "Grouped bars",
    Type.STACKED: "Stacked bars",
    Type.SCATTER: "Scatter",
    Type.HISTOGRAM: "Histogram",
    Type.NONE: "No chart",
}


class Aggregate(StrEnum):
    """How the values of rows that fall together become one."""

    NONE = "none"
    SUM = "sum"
    AVERAGE = "average"
    COUNT = "count"
    MIN = "min"
    MAX = "max"

    @property
    def words(self) -> str:
        """As a choice."""
        return _AGGREGATES[self][0]

    def of(self, name: str) -> str:
        """As in a heading: average price."""
        return f"{_AGGREGATES[self][1]}{name}"


_AGGREGATES = {
    Aggregate.NONE: ("As it is", ""),
    Aggregate.SUM: ("Sum", ""),
    Aggregate.AVERAGE: ("Average", "average "),
    Aggregate.COUNT: ("Count of rows", "number of "),
    Aggregate.MIN: ("Lowest", "lowest "),
    Aggregate.MAX: ("Highest", "highest "),
}


class Sort(StrEnum):
    GIVEN = "given"
    X = "x"
    DOWN = "down"
    UP = "up"

    @property
    def words(self) -> str:
        return _SORTS[self]


_SORTS = {
    Sort.GIVEN: "As in the table",
    Sort.X: "By x",
    Sort.DOWN: "Largest first",
    Sort.UP: "Smallest first",
}


@dataclass(frozen=True)
class Chart:
    """Columns are named by their place: names may repeat."""

    type: Type
    x: int | None = None
    y: tuple[int, ...] = ()
    colour: int | None = None
    aggregate: Aggregate = Aggregate.NONE
    sort: Sort = Sort.GIVEN

    def to_json(self) -> dict[str, Any]:
        return {
            "type": str(self.type),
            "x": self.x,
            "y": list(self.y),
            "colour": self.colour,
            "aggregate": str(self.aggregate),
            "sort": str(self.sort),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Chart:
        """Raises KeyError or ValueError for what is none."""
        return cls(
            Type(kept["type"]),
            kept["x"],
            tuple(kept["y"]),
            kept["colour"],
            Aggregate(kept["aggregate"]),
            Sort(kept["sort"]),
        )
