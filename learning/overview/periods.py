"""Which time the figures are of, and into which days, weeks or months it is divided."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone

from datasources.days import midnight

_MOST_DAYS = 36_500
_DAYS_APART = 31
"""More than so many days are drawn as weeks, more than so many weeks as months."""
_WEEKS_APART = 60


@dataclass(frozen=True, slots=True)
class Period:
    """The last `days` days, today among them; None is all there is."""

    days: int | None

    @classmethod
    def parse(cls, text: str) -> Period | None:
        """A number of days, or `all`; None where it is neither."""
        if text == "all":
            return cls(None)
        if text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) <= _MOST_DAYS:
            return cls(int(text))
        return None

    @property
    def value(self) -> str:
        """As it stands in an address."""
        return str(self.days or "all")

    @property
    def label(self) -> str:
        return {None: "All", 365: "A year"}.get(self.days, f"{self.days} days")

    @property
    def words(self) -> str:
        known = {None: "since the first question", 1: "today", 365: "in the last year"}
        return known.get(self.days, f"in the last {self.days} days")

    def since(self, now: datetime) -> datetime | None:
        """When it begins: a midnight in the site's time zone."""
        if self.days is None:
            return None
        return midnight(timezone.localdate(now) - timedelta(days=self.days - 1))


PERIODS = (Period(30), Period(90), Period(365), Period(None))
"""What the page offers."""
DEFAULT = Period(90)


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Midnights at which days, weeks (from Monday on) or months begin, in the site's time zone, oldest first."""

    unit: Unit
    starts: tuple[datetime, ...]

    @classmethod
    def of(cls, first: datetime, now: datetime) -> Timeline:
        """From `first` to `now`, in as few pieces as can be looked at."""
        begin, end = timezone.localdate(first), timezone.localdate(now)
        unit = _unit((end - begin).days)
        return cls(unit, tuple(map(midnight, _days(unit, begin, end))))

    def end(self, start: datetime) -> datetime:
        """Where the piece ends that begins at `start`."""
        return midnight(_after(self.unit, timezone.localdate(start)))

    def place(self, moment: datetime) -> int:
        """In which piece a moment lies, from 0."""
        return max(0, bisect_right(self.starts, moment) - 1)

    def place_of(self, field: str) -> Case:
        """The same in the database: comparisons, as each database's own truncation is slow or knows no time zone."""
        whens = [When(**{f"{field}__gte": start}, then=Value(place)) for place, start in enumerate(self.starts)]
        return Case(*reversed(whens), default=Value(0), output_field=IntegerField())


def _unit(days: int) -> Unit:
    if days <= _DAYS_APART:
        return Unit.DAY
    return Unit.WEEK if days <= 7 * _WEEKS_APART else Unit.MONTH


def _days(unit: Unit, begin: date, end: date) -> Iterator[date]:
    day = {Unit.DAY: begin, Unit.WEEK: begin - timedelta(days=begin.weekday()), Unit.MONTH: begin.replace(day=1)}[unit]
    while day <= end:
        yield day
        day = _after(unit, day)


def _after(unit: Unit, day: date) -> date:
    if unit is Unit.MONTH:
        return (day + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if unit is Unit.WEEK else 1)
