"""Figures of a connection with a long history, which take longer than a page may: kept as they were counted last, and
counted anew in the background.

Where there is little to count, it is counted each time. What is kept says of when it is. Who looks at something that is
older than FRESH has it counted anew; where no worker has done so within PATIENCE, whoever looks next does it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from pydantic import TypeAdapter

from datasources.models import Connection
from learning.bandit.comparison import Comparison, compare
from learning.models import BanditDecision
from learning.overview.figures import Figures, figures
from learning.overview.periods import PERIODS, Period

T = TypeVar("T")

FRESH = timedelta(minutes=1)
PATIENCE = timedelta(seconds=30)
FEW = 2_000
"""Questions, or decisions: fewer are counted while somebody waits."""
_SHAPE = 2
"""Another number whenever what is kept has other fields."""
_KEPT_FOR = timedelta(days=30)


class Kind(StrEnum):
    FIGURES = "figures"
    COMPARISON = "comparison"


_AS_TEXT: dict[Kind, TypeAdapter[Any]] = {
    Kind.FIGURES: TypeAdapter(Figures),
    Kind.COMPARISON: TypeAdapter(Comparison),
}
"""A cache in Redis takes nothing but JSON: what others may have written there is never unpickled."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """As it was at `at`. `is_old`: it is being counted anew."""

    value: T
    at: datetime
    is_old: bool = False


def figures_of(connection: Connection, period: Period, now: datetime | None = None) -> Kept[Figures]:
    if period not in PERIODS or _are_few(connection.episodes.all()):
        return Kept(figures(connection, period), timezone.now())
    return cast("Kept[Figures]", _kept(Kind.FIGURES, connection, period.value, now))


def comparison_of(connection: Connection, now: datetime | None = None) -> Kept[Comparison]:
    if _are_few(BanditDecision.objects.filter(connection=connection)):
        return Kept(compare(connection), timezone.now())
    return cast("Kept[Comparison]", _kept(Kind.COMPARISON, connection, "", now))


def count(
    kind: Kind, connection: Connection, period: str, now: datetime | None = None
) -> Kept[Figures] | Kept[Comparison]:
    """Counts it, and keeps that."""
    at = now or timezone.now()
    made: dict[Kind, Callable[[], Figures | Comparison]] = {
        Kind.FIGURES: lambda: figures(connection, Period.parse(period) or PERIODS[0]),
        Kind.COMPARISON: lambda: compare(connection),
    }
    value = made[kind]()
    key = _key(kind, connection.pk, period)
    cache.set(key, [_AS_TEXT[kind].dump_json(value).decode(), at.isoformat()], _KEPT_FOR.total_seconds())
    cache.delete(_claim(key))
    return Kept(value, at)  # type: ignore[return-value]


def forget(connection: Connection) -> None:
    """What was kept is not to be seen any more: a person has changed what counts."""
    keys = [_key(Kind.FIGURES, connection.pk, period.value) for period in PERIODS]
    cache.delete_many([*keys, _key(Kind.COMPARISON, connection.pk, "")])


def _kept(kind: Kind, connection: Connection, period: str, now: datetime | None) -> Kept[Figures] | Kept[Comparison]:
    key, now = _key(kind, connection.pk, period), now or timezone.now()
    found = cache.get(key)
    if found is None:
        return count(kind, connection, period, now)
    value, at = _AS_TEXT[kind].validate_json(found[0]), datetime.fromisoformat(found[1])
    # Also of the future, after a clock was put back.
    if abs(now - at) < FRESH:
        return Kept(value, at)
    if cache.add(_claim(key), now.isoformat(), _KEPT_FOR.total_seconds()):
        _enqueue(kind, connection, period)
    elif (asked := cache.get(_claim(key))) and abs(now - datetime.fromisoformat(asked)) > PATIENCE:
        return count(kind, connection, period, now)
    return Kept(value, at, is_old=True)


def _enqueue(kind: Kind, connection: Connection, period: str) -> None:
    from learning.tasks import count_learning  # tasks.py imports this

    count_learning.enqueue(connection.pk, kind, period)


def _are_few(found: QuerySet[Any]) -> bool:
    """Without counting all of them."""
    return not found.order_by().values_list("pk")[FEW : FEW + 1]


def _key(kind: Kind, connection_id: int, period: str) -> str:
    return f"learning-{_SHAPE}-{kind}-{connection_id}-{period}"


def _claim(key: str) -> str:
    return f"{key}-asked"
