"""The Data tab: the tables of a connection, and a table page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import UserRequest
from datasources import exploring, snapshots
from datasources.browse import COLUMNS_SHOWN, SIZES, View
from datasources.browse_filters import BadFilter, Operator
from datasources.browse_page import page_of
from datasources.errors import SQLError
from datasources.exploring import Explored, explore
from datasources.introspect import Table


@dataclass(frozen=True)
class ListedTable:
    table: Table
    description: str

    @property
    def words(self) -> str:
        return f"{self.table.full_name}\n{self.table.comment}\n{self.description}"


@require_GET
@vary_on_headers("HX-Request")
def data(request: UserRequest, connection_id: int) -> HttpResponse:
    """The list, searched by name, comment and description."""
    explored = explore(request, connection_id)
    if request.headers.get("HX-Trigger") == "schema-state" and not explored.is_reading:
        return HttpResponseClientRefresh()
    search = request.GET.get("q", "").strip()[:200]
    listed = _listed(explored, search.casefold())
    context = {
        "explored": explored,
        "connection": explored.connection,
        "search": search,
        "listed": listed,
        "has_estimates": any(one.table.rows is not None for one in listed),
        "has_texts": any(one.description or one.table.comment for one in listed),
    }
    if not request.htmx:
        return render(request, "datasources/data.html", context)
    fragment = "_no_tables.html" if explored.is_reading else "_data_list.html"
    return render(request, f"datasources/{fragment}", context)


@require_GET
@vary_on_headers("HX-Request")
def data_table(request: UserRequest, connection_id: int, table: str) -> HttpResponse:
    """A page of a table, as the address asks for it. What the database refuses is a sentence on the page."""
    explored = explore(request, connection_id)
    if not explored.is_known:
        return data(request, connection_id)
    found = explored.table(table)
    view = View.from_query(found, dict(request.GET.lists()))
    context = _browsed(explored, view) | _read(request, explored, view)
    whole = not request.htmx or request.htmx.history_restore_request
    return render(request, "datasources/data_table.html" if whole else "datasources/_data_table.html", context)


def _listed(explored: Explored, search: str) -> list[ListedTable]:
    written = explored.descriptions()
    listed = (ListedTable(table, written.get((table.full_name, ""), "")) for table in explored.diagram.tables)
    return [
        one for one in listed if search in f"{one.table.full_name}\n{one.table.comment}\n{one.description}".casefold()
    ]


def _browsed(explored: Explored, view: View) -> dict[str, Any]:
    table = view.table
    written = explored.descriptions(table.full_name)
    return {
        "explored": explored,
        "connection": explored.connection,
        "table": table,
        "view": view,
        "description": written.get((table.full_name, ""), ""),
        "address": reverse("data_table", args=[explored.connection.pk, table.full_name]),
        "filters": [(filter_, view.without(filter_).to_query()) for filter_ in view.filters],
        "operators": list(Operator),
        "sizes": [(size, replace(view, size=size, page=1).to_query()) for size in SIZES],
        "kept_for_filter": replace(view, page=1).to_pairs(),
        "kept_for_columns": replace(view, chosen=()).to_pairs(),
        "columns_shown": COLUMNS_SHOWN,
        "shown_names": {column.name for column in view.columns},
    }


def _read(request: UserRequest, explored: Explored, view: View) -> dict[str, Any]:
    sql = ""
    try:
        sql = view.statement(explored.connection.dialect)
        result = exploring.read(explored.connection, request.user, sql)
    except BadFilter as error:
        return {"error": str(error), "sql": sql}
    except SQLError as error:
        return {"error": error.message, "sql": sql, "is_reading": snapshots.is_reading(explored.connection)}
    return {"page": page_of(explored.connection.pk, explored.diagram, view, result), "sql": sql}
