"""The ER diagram tab."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from accounts.pacing import DIAGRAMS, paced
from accounts.requests import UserRequest
from datasources import exploring
from datasources.browse import View
from datasources.diagram import Relation
from datasources.errors import SQLError
from datasources.exploring import Explored, explore
from datasources.introspect import Column, Table
from datasources.tables import Table as Printed

SAMPLE_ROWS = 8


@dataclass(frozen=True)
class ListedTable:
    """A table as the list has it."""

    name: str
    is_view: bool
    relations: list[Relation]


@dataclass(frozen=True)
class PanelColumn:
    column: Column
    is_key: bool
    relations: list[Relation]
    description: str


@require_GET
@vary_on_headers("HX-Request")
def diagram(request: UserRequest, connection_id: int) -> HttpResponse:
    return _page(request, explore(request, connection_id))


@require_GET
@vary_on_headers("HX-Request")
def diagram_table(request: UserRequest, connection_id: int, table: str) -> HttpResponse:
    """A table beside the diagram; for htmx, only what is beside it."""
    explored = explore(request, connection_id)
    if not explored.is_known:
        return _page(request, explored)
    found = explored.table(table)
    if request.htmx:
        return render(request, "datasources/_diagram_panel.html", _panel(explored, found))
    return _page(request, explored, found)


@require_GET
@paced("diagram", DIAGRAMS)
def graph(request: UserRequest, connection_id: int) -> JsonResponse:
    """What the page draws."""
    return JsonResponse(explore(request, connection_id).diagram.to_graph())


@require_GET
def sample_rows(request: UserRequest, connection_id: int, table: str) -> HttpResponse:
    explored = explore(request, connection_id)
    if not explored.is_known:
        return render(request, "datasources/_diagram_rows.html", {"error": explored.obstacle})
    view = View(explored.table(table), size=SAMPLE_ROWS)
    context: dict[str, object] = {}
    try:
        result = exploring.read(explored.connection, request.user, view.statement(explored.connection.dialect))
        context["sample"] = Printed(replace(result, rows=result.rows[:SAMPLE_ROWS]))
    except SQLError as error:
        context["error"] = error.message
    return render(request, "datasources/_diagram_rows.html", context)


def _page(request: UserRequest, explored: Explored, table: Table | None = None) -> HttpResponse:
    """For htmx only what is asked again while the schema is read."""
    if request.htmx:
        if not explored.is_reading:
            return HttpResponseClientRefresh()
        return render(request, "datasources/_no_tables.html", {"explored": explored})
    context = {
        "explored": explored,
        "connection": explored.connection,
        "file_name": f"{slugify(explored.connection.name) or 'database'}-diagram.svg",
        "listed": [_listed(explored, table) for table in explored.diagram.tables],
    }
    return render(request, "datasources/diagram.html", context | (_panel(explored, table) if table else {}))


def _listed(explored: Explored, table: Table) -> ListedTable:
    return ListedTable(table.full_name, table.is_view, explored.diagram.outgoing(table))


def _panel(explored: Explored, table: Table) -> dict[str, object]:
    written = explored.descriptions(table.full_name)
    return {
        "explored": explored,
        "connection": explored.connection,
        "table": table,
        "description": written.get((table.full_name, ""), ""),
        "columns": [
            PanelColumn(
                column,
                column.name in table.primary_key,
                explored.diagram.joined(table, column),
                written.get((table.full_name, column.name), ""),
            )
            for column in table.columns
        ],
        "incoming": explored.diagram.incoming(table),
    }
