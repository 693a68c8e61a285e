"""Times as databases write them: which texts are times, how fine they are, and what an axis says of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_YEAR = re.compile(r"(?:19|20|21)\d\d")
_MONTH = re.compile(r"((?:19|20|21)\d\d)[-/](\d\d?)")
_QUARTER = re.compile(r"((?:19|20|21)\d\d)[- ]?Q([1-4])", re.IGNORECASE)
_WEEK = re.compile(r"((?:19|20|21)\d\d)-W(\d\d?)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# PostgreSQL writes +00 for an offset of whole hours, MySQL nothing at all.
_SHORT_OFFSET = re.compile(r"([+-]\d\d)$")
_WORDS = tuple(
    tuple(words.split())
    for words in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "monday tuesday wednesday thursday friday saturday sunday",
        "mon tue wed thu fri sat sun",
    )
)
_MIDNIGHT = timedelta(0)


class Unit(StrEnum):
    """How fine a time is told."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    MOMENT = "moment"


def unit_of(texts: Sequence[str]) -> Unit | None:
    """What all of them are; None where one is no time."""
    for pattern, unit in ((_YEAR, Unit.YEAR), (_QUARTER, Unit.QUARTER), (_WEEK, Unit.WEEK), (_MONTH, Unit.MONTH)):
        if all(pattern.fullmatch(text) for text in texts):
            return unit if all(moment(text) for text in texts) else None
    if not all(_DAY.match(text) for text in texts):
        return None
    moments = [moment(text) for text in texts]
    if None in moments:
        return None
    return _fineness([each for each in moments if each])


def moment(value: object) -> datetime | None:
    """The time that a cell names, in UTC where it has a zone and as it is told where it has none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return _parsed(value if isinstance(value, str) else str(int(value)))  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None


def _parsed(text: str) -> datetime:
    if _YEAR.fullmatch(text):
        return datetime(int(text), 1, 1, tzinfo=UTC)
    if found := _QUARTER.fullmatch(text):
        return datetime(int(found[1]), int(found[2]) * 3 - 2, 1, tzinfo=UTC)
    if found := _WEEK.fullmatch(text):
        return datetime.fromisocalendar(int(found[1]), int(found[2]), 1).replace(tzinfo=UTC)
    if found := _MONTH.fullmatch(text):
        return datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)
    read = datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:00", text) if ":" in text else text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _fineness(moments: Sequence[datetime]) -> Unit:
    """A truncated date is told no finer than it is: months that come as their first days are months."""
    if any(timedelta(hours=each.hour, minutes=each.minute, seconds=each.second) > _MIDNIGHT for each in moments):
        return Unit.MOMENT
    if len(set(moments)) < 2 or any(each.day != 1 for each in moments):
        return Unit.DAY
    months = {each.month for each in moments}
    return Unit.YEAR if months == {1} else Unit.MONTH


def milliseconds(at: datetime) -> float:
    """As JavaScript counts time."""
    return at.timestamp() * 1000


def label(at: datetime, unit: Unit) -> str:
    match unit:
        case Unit.YEAR:
            return f"{at:%Y}"
        case Unit.QUARTER:
            return f"Q{(at.month + 2) // 3} {at:%Y}"
        case Unit.MONTH:
            return f"{at:%b %Y}"
        case Unit.WEEK | Unit.DAY:
            return f"{at:%-d %b %Y}"
        case Unit.MOMENT:
            return f"{at:%-d %b %Y, %H:%M}"


def place_in_order(text: str) -> int | None:
    """Of a month's or a weekday's name, where it stands among its like."""
    word = text.strip().lower()
    return next((words.index(word) for words in _WORDS if word in words), None)
