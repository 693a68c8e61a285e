"""A quota's day is that of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from datasources.wording import counted

_DAY, _HOUR, _MINUTE = 24 * 3600, 3600, 60


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def seconds_left() -> int:
    """Until the next day begins; at least 1."""
    return _left(timezone.now().astimezone(UTC), _DAY)


def seconds_left_of_minute() -> int:
    return _left(timezone.now().astimezone(UTC), _MINUTE)


def this_minute() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)


def when_free() -> str:
    """When the next day begins, as in: You can ask again …"""
    return f"at 00:00 UTC, in {lasting(seconds_left())}"


def lasting(seconds: int) -> str:
    """5 hours, 12 minutes, 1 second."""
    if seconds >= _HOUR - _MINUTE / 2:
        return counted(round(seconds / _HOUR), "hour")
    return counted(round(seconds / _MINUTE), "minute") if seconds >= 2 * _MINUTE else counted(seconds, "second")


def _left(now: datetime, period: int) -> int:
    passed = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second).seconds % period
    return period - passed
