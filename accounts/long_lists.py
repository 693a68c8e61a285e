"""Lists of the admin that may be long: no page of them looks at every row."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest
from django.utils import timezone

MOST = 2_000
"""Rows of a list; who looks for others filters."""


class BoundedPaginator(Paginator[Any]):
    """Counts no further than MOST; `is_cut` where there may be more."""

    @property
    def is_cut(self) -> bool:
        return self.count == MOST

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)  # noqa: S101 - a change list has no other
        return self.object_list.order_by().values("pk")[:MOST].count()


class LongChangeList(ChangeList):
    """Whose dates lead to every year, month or day between the first and the last row, of which Django would ask each
    row of the list: some may be empty."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        # As long as no date is chosen, the index knows the first and the last of all.
        is_dated = any(name.startswith(f"{self.date_hierarchy}__") for name in self.params)
        dated = found if is_dated else self.model._default_manager.all()
        found.aggregate = dated.order_by().aggregate  # type: ignore[method-assign]
        found.datetimes = partial(_between, dated)  # type: ignore[method-assign,assignment]
        return found


class LongList(admin.ModelAdmin[Any]):
    """A `date_hierarchy`, and what it is ordered by, wants an index."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongChangeList


def _between(found: QuerySet[Any], field: str, kind: str) -> list[datetime]:
    span = found.order_by().aggregate(first=Min(field), last=Max(field))
    if span["first"] is None:
        return []
    first, last = (timezone.localtime(span[end]) for end in ("first", "last"))
    starts, start = [], _start(first, kind)
    while start <= last:
        starts.append(start)
        start = _start(start + timedelta(days={"year": 370, "month": 32, "day": 1}[kind], hours=2), kind)
    return starts


def _start(moment: datetime, kind: str) -> datetime:
    naive = moment.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    day = {"year": naive.replace(month=1, day=1), "month": naive.replace(day=1), "day": naive}[kind]
    return timezone.make_aware(day)
