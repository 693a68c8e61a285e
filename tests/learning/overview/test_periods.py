"""Which time figures are of, and how it is divided."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from learning.overview.periods import Period, Timeline, Unit

NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(("text", "days"), [("30", 30), ("1", 1), ("36500", 36_500), ("all", None)])
def test_a_period_is_a_number_of_days_or_all(text: str, days: int | None) -> None:
    period = Period.parse(text)
    assert period == Period(days)
    assert period
    assert period.value == text


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1.5", "36501", "999999999999999999999", "٣"])
def test_anything_else_is_none(text: str) -> None:
    assert Period.parse(text) is None


def test_it_begins_at_midnight_with_today_among_its_days() -> None:
    assert Period(1).since(NOW) == datetime(2026, 11, 25, tzinfo=UTC)
    assert Period(30).since(NOW) == datetime(2026, 10, 27, tzinfo=UTC)
    assert Period(None).since(NOW) is None


def test_midnight_is_the_site_s() -> None:
    with timezone.override("Asia/Tokyo"):
        since = Period(1).since(NOW)
        timeline = Timeline.of(NOW, NOW)
    assert since == datetime(2026, 11, 25, 15, tzinfo=UTC)
    assert timeline.starts == (since,)


def test_a_month_is_drawn_in_days() -> None:
    timeline = Timeline.of(datetime(2026, 10, 25, 9, tzinfo=UTC), NOW)
    assert timeline.unit is Unit.DAY
    assert len(timeline.starts) == 32
    assert timeline.starts[0] == datetime(2026, 10, 25, tzinfo=UTC)


def test_a_year_is_drawn_in_weeks_from_monday_on() -> None:
    timeline = Timeline.of(datetime(2026, 9, 3, 9, tzinfo=UTC), NOW)
    assert timeline.unit is Unit.WEEK
    assert timeline.starts[0] == datetime(2026, 8, 31, tzinfo=UTC)
    assert timeline.starts[-1] == datetime(2026, 11, 23, tzinfo=UTC)
    assert timeline.end(timeline.starts[-1]) == datetime(2026, 11, 30, tzinfo=UTC)


def test_more_is_drawn_in_months() -> None:
    timeline = Timeline.of(datetime(2024, 1, 31, tzinfo=UTC), NOW)
    assert timeline.unit is Unit.MONTH
    assert timeline.starts[:2] == (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC))
    assert len(timeline.starts) == 35


def test_a_day_of_23_hours_is_one_day() -> None:
    with timezone.override("Europe/Berlin"):
        begin = datetime(2026, 3, 28, 12, tzinfo=UTC)
        timeline = Timeline.of(begin, datetime(2026, 3, 30, 12, tzinfo=UTC))
    assert [start.astimezone(UTC).hour for start in timeline.starts] == [23, 23, 22]


def test_a_moment_lies_in_the_piece_that_began_before_it() -> None:
    timeline = Timeline.of(datetime(2026, 11, 23, tzinfo=UTC), NOW)
    assert timeline.place(datetime(2026, 11, 24, tzinfo=UTC)) == 1
    assert timeline.place(datetime(2026, 11, 23, 23, 59, tzinfo=UTC)) == 0
    assert timeline.place(datetime(2026, 1, 1, tzinfo=UTC)) == 0
