"""Rows of a result as the grid asks for them: sorted, filtered, some at a time."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasources.column_kinds import Kind
from datasources.tables import Cell, Rows
from workbench.results.filters import Wishes
from workbench.results.stored import StoredRows

MOST_AT_ONCE = 500
_ORDERS_KEPT = 24


@dataclass(frozen=True)
class View:
    """A result as somebody wants to see it. Raises BadFilter when it is looked into."""

    stored: StoredRows
    wishes: Wishes

    @classmethod
    def from_query(cls, stored: StoredRows, query: Mapping[str, str]) -> View:
        return cls(stored, Wishes.from_query(query, stored.columns))

    @property
    def is_whole(self) -> bool:
        return self.wishes == Wishes()

    def count(self) -> int:
        return self.stored.rows if self.is_whole else len(_order_of(self))

    def numbers(self, start: int, count: int) -> list[int]:
        """Of the rows that stand from `start` on."""
        if self.is_whole:
            return list(range(start + 1, min(start + count, self.stored.rows) + 1))
        return list(_order_of(self)[start : start + count])

    def condition(self) -> tuple[str, list[Any]]:
        return self.wishes.where(self.stored.columns)


def page(view: View, start: int, count: int) -> dict[str, Any]:
    """As JSON: of each row its number and its cells (see `_cell`)."""
    numbers = view.numbers(start, min(count, MOST_AT_ONCE))
    written: Rows = view.stored.table.written(view.stored.by_number(numbers))
    usual = [_usual(column.kind) for column in view.stored.columns]
    return {
        "read": view.stored.read_at.isoformat(),
        "total": view.count(),
        "start": start,
        "rows": [
            [number, [_cell(cell, kind) for cell, kind in zip(cells, usual, strict=True)]]
            for number, cells in zip(numbers, written, strict=True)
        ],
    }


def _usual(kind: Kind) -> str:
    return {Kind.NUMBER: "number", Kind.TIME: "time"}.get(kind, "text")


def _cell(cell: Cell, usual: str) -> Any:
    """Its text alone where it is as most of its column; else with its kind, and 1 where the text is not all of it."""
    if cell.full:
        return [cell.text, cell.kind, 1]
    return cell.text if cell.kind == usual else [cell.text, cell.kind]


# By file and wishes: scrolling through a sorted result sorts it once. A hundred thousand rows are 400 kB here.
_orders: OrderedDict[tuple[Any, ...], array[int]] = OrderedDict()
_lock = threading.Lock()


def _order_of(view: View) -> array[int]:
    key = (view.stored.path, view.stored.read_at, view.wishes)
    with _lock:
        if key in _orders:
            _orders.move_to_end(key)
            return _orders[key]
    order = _ordered(view)
    with _lock:
        _orders[key] = order
        while len(_orders) > _ORDERS_KEPT:
            _orders.popitem(last=False)
    return order


def _ordered(view: View) -> array[int]:
    condition, values = view.condition()
    order = view.wishes.order(view.stored.columns)
    with view.stored.opened() as connection:
        rows = connection.execute(f"SELECT n FROM r WHERE {condition} ORDER BY {order}", values)  # noqa: S608
        return array("I", (number for (number,) in rows))
