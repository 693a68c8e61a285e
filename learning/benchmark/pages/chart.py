"""Accuracy over generations as a drawing: where each mark and whisker stands. Nothing in it knows a web page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEIGHT = 240
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 12, 40
WIDTH = 640
SLOT = 18
"""Between two marks of one generation."""
GAP = 28
"""Between two generations, at least."""
KINDS = 6
"""So many shapes and so many colours: more series than that repeat a shape in another colour."""


@dataclass(frozen=True, slots=True)
class Point:
    """A run: its accuracy with an interval, each 0..1. `series` is what it is compared within."""

    generation: int
    accuracy: float
    low: float
    high: float
    series: str
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    top: float
    bottom: float
    shape: int
    colour: int
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    shape: int
    colour: int


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    left: int
    right: int
    marks: list[Mark]
    series: list[Series]
    shares: list[Label]
    generations: list[Label]

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def draw(points: Sequence[Point]) -> Chart | None:
    """None where there is nothing to draw. The runs of a generation stand beside each other, oldest first."""
    if not points:
        return None
    series = _series(points)
    groups = _by_generation(points)
    wanted = LEFT + RIGHT + sum(map(_wanted, groups.values()))
    width = max(WIDTH, wanted)
    marks: list[Mark] = []
    generations: list[Label] = []
    for generation, middle in _middles(groups, (width - wanted) / len(groups)):
        group = groups[generation]
        generations.append(Label(round(middle, 1), HEIGHT - BOTTOM + 16, str(generation)))
        first = middle - SLOT * (len(group) - 1) / 2
        marks += [_mark(point, first + SLOT * place, series[point.series]) for place, point in enumerate(group)]
    shares = [Label(LEFT - 8, _height(share / 100), f"{share} %") for share in (0, 25, 50, 75, 100)]
    return Chart(width, HEIGHT, LEFT, width - RIGHT, marks, list(series.values()), shares, generations)


def _by_generation(points: Sequence[Point]) -> dict[int, list[Point]]:
    """From the first to the last."""
    groups: dict[int, list[Point]] = defaultdict(list)
    for point in sorted(points, key=lambda one: one.generation):
        groups[point.generation].append(point)
    return groups


def _middles(groups: dict[int, list[Point]], spare: float) -> Iterator[tuple[int, float]]:
    """Where the middle of each generation stands, each with `spare` more than it needs."""
    start = float(LEFT)
    for generation, group in groups.items():
        taken = _wanted(group) + spare
        yield generation, start + taken / 2
        start += taken


def _series(points: Sequence[Point]) -> dict[str, Series]:
    names = dict.fromkeys(point.series for point in points)
    return {
        name: Series(name, place % KINDS, (place + place // KINDS) % KINDS) for place, name in enumerate(names)
    }  # fmt: skip


def _wanted(group: Sequence[Point]) -> int:
    return SLOT * len(group) + GAP


def _mark(point: Point, x: float, series: Series) -> Mark:
    return Mark(
        round(x, 1),
        _height(point.accuracy),
        _height(point.high),
        _height(point.low),
        series.shape,
        series.colour,
        point.title,
    )


def _height(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
