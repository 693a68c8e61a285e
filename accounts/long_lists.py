"""Lists of the admin that may be long: no page of them looks at every row."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import Aggregate, Max, Min, QuerySet
from django.http import HttpRequest
from django.utils import timezone

MOST = 2_000
"""Rows of a list; who looks for others filters."""
MOST_FOUND = 500
"""Rows of a list that was searched: each has to be looked at."""


class BoundedPaginator(Paginator[Any]):
    """Counts no further than MOST; `is_cut` where there may be more."""

    @property
    def is_cut(self) -> bool:
        return self.count == MOST

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)  # noqa: S101 - a change list has no other
        return self.object_list.order_by().values("pk")[:MOST].count()


class FoundPaginator(BoundedPaginator):
    """What somebody searches for: looked for once, for the count and the page alike, and no further than MOST_FOUND."""

    @property
    def is_cut(self) -> bool:
        return self.count == MOST_FOUND

    @cached_property
    def count(self) -> int:
        return len(self._keys)

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        assert isinstance(self.object_list, QuerySet)  # noqa: S101 - a change list has no other
        return Page(self.object_list.filter(pk__in=self._keys[start : start + self.per_page]), number, self)

    @cached_property
    def _keys(self) -> list[Any]:
        assert isinstance(self.object_list, QuerySet)  # noqa: S101 - a change list has no other
        return list(self.object_list.values_list("pk", flat=True)[:MOST_FOUND])


class LongChangeList(ChangeList):
    """Whose dates lead to every year, month or day between the first and the last row, of which Django would ask each
    row of the list: some may be empty."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        # As long as no date is chosen, the index knows the first and the last of all.
        is_dated = any(name.startswith(f"{self.date_hierarchy}__") for name in self.params)
        dated = found if is_dated else self.model._default_manager.all()
        found.aggregate = partial(_each, dated)  # type: ignore[method-assign]
        found.datetimes = partial(_between, dated)  # type: ignore[method-assign,assignment]
        return found

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # Django takes the list itself where it finds room on one page: it would be looked for again.
        if isinstance(self.paginator, FoundPaginator) and not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


class LongList(admin.ModelAdmin[Any]):
    """A `date_hierarchy`, and what it is ordered by, wants an index."""

    show_full_result_count = False
    list_per_page = 50

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **options: Any
    ) -> Paginator[Any]:
        paginator = FoundPaginator if request.GET.get(SEARCH_VAR) else BoundedPaginator
        return paginator(queryset, *args, **options)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongChangeList


def _between(found: QuerySet[Any], field: str, kind: str) -> list[datetime]:
    span = _each(found, first=Min(field), last=Max(field))
    if span["first"] is None:
        return []
    first, last = (timezone.localtime(span[end]) for end in ("first", "last"))
    starts, start = [], _start(first, kind)
    while start <= last:
        starts.append(start)
        start = _start(start + timedelta(days={"year": 370, "month": 32, "day": 1}[kind], hours=2), kind)
    return starts


def _each(found: QuerySet[Any], **ends: Aggregate) -> dict[str, Any]:
    """The one end by itself, then the other: SQLite's index has each of them at once, but not both."""
    return {name: found.order_by().aggregate(end=end)["end"] for name, end in ends.items()}


def _start(moment: datetime, kind: str) -> datetime:
    naive = moment.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    day = {"year": naive.replace(month=1, day=1), "month": naive.replace(day=1), "day": naive}[kind]
    return timezone.make_aware(day)
