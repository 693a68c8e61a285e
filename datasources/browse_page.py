"""The rows of a view as the Data tab prints them: headers that sort, references that lead to their row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from django.urls import reverse

from datasources.browse import View
from datasources.browse_filters import Filter, Operator
from datasources.diagram import Diagram
from datasources.engine import Cell as Value
from datasources.engine import ResultSet
from datasources.introspect import Table
from datasources.tables import Cell, Rows
from datasources.tables import Table as Printed

Sorted = Literal["", "ascending", "descending"]


@dataclass(frozen=True)
class Header:
    """A column's. `sort` is the address that sorts by it; empty where the schema does not know the column."""

    name: str
    type: str
    numeric: bool
    sort: str
    sorted: Sorted


@dataclass(frozen=True)
class Page:
    """The rows of a view. `skipped` of them came before."""

    view: View
    headers: list[Header]
    rows: Rows
    elapsed_ms: float
    has_next: bool
    is_cut: bool

    @property
    def first(self) -> int:
        return (self.view.page - 1) * self.view.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def previous(self) -> str:
        return self.view.turned_to(self.view.page - 1).to_query()

    @property
    def next(self) -> str:
        return self.view.turned_to(self.view.page + 1).to_query()


def page_of(connection_id: int, diagram: Diagram, view: View, result: ResultSet) -> Page:
    """`result` is what the view's statement gave."""
    shown = replace(result, rows=result.rows[: view.size])
    printed = Printed(shown)
    links = _links(connection_id, diagram, view.table, result.columns)
    rows = tuple(_linked(cells, values, links) for cells, values in zip(printed.rows, shown.rows, strict=True))
    has_next = len(result.rows) > view.size
    return Page(view, _headers(view, printed), rows, printed.elapsed_ms, has_next, result.truncated and not has_next)


def _headers(view: View, printed: Printed) -> list[Header]:
    types = {column.name: column.type for column in view.table.columns}
    direction: Sorted = "descending" if view.descending else "ascending"
    return [
        Header(
            column.name,
            types.get(column.name) or column.type,
            column.numeric,
            view.sorted_by(column.name).to_query() if column.name in types else "",
            direction if column.name == view.sort else "",
        )
        for column in printed.columns
    ]


@dataclass(frozen=True)
class _Link:
    """Where a column's cells lead: to the row that they reference. `places` are where its values stand in a row."""

    address: str
    places: tuple[int, ...]
    target: Table
    referenced: tuple[str, ...]

    def to(self, values: tuple[Value, ...]) -> str:
        """Empty where there is nothing to look for."""
        wanted = [values[place] for place in self.places]
        if any(value is None or isinstance(value, bytes) for value in wanted):
            return ""
        pairs = zip(self.referenced, wanted, strict=True)
        filters = tuple(Filter(name, Operator.IS, str(value)) for name, value in pairs)
        return self.address + View(self.target, filters).to_query()


def _links(connection_id: int, diagram: Diagram, table: Table, columns: tuple[str, ...]) -> dict[int, _Link]:
    """By the place of the column. Guesses are no links."""
    found: dict[int, _Link] = {}
    for relation in diagram.declared(table):
        target = diagram.table(relation.other)
        fits = len(relation.columns) == len(relation.referenced) and set(relation.columns) <= set(columns)
        if target is None or not fits:
            continue
        places = tuple(map(columns.index, relation.columns))
        address = reverse("data_table", args=[connection_id, target.full_name])
        for place in places:
            found.setdefault(place, _Link(address, places, target, relation.referenced))
    return found


def _linked(cells: tuple[Cell, ...], values: tuple[Value, ...], links: dict[int, _Link]) -> tuple[Cell, ...]:
    if not links:
        return cells
    return tuple(
        replace(cell, href=links[place].to(values)) if place in links else cell for place, cell in enumerate(cells)
    )
