"""All rows, and a chart, of a statement that somebody ran: what stands below its rows leads here."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.pacing import paced
from accounts.requests import UserRequest
from datasources.errors import SQLError
from datasources.requests import get_connection
from workbench.charts.panel import NoChart, Panel, kept, read
from workbench.charts.views import CHARTS
from workbench.results import keeping
from workbench.results.limits import CHART_ROWS
from workbench.results.models import Result
from workbench.results.requests import get_result
from workbench.results.statement import NoStatement, Statement
from workbench.results.stored import NotKept


@require_POST
def statement_result(request: UserRequest, connection_id: int) -> HttpResponse:
    """To the page of all its rows, which has them read."""
    try:
        return redirect("result", _result(request, connection_id).pk)
    except NoStatement as error:
        return HttpResponseBadRequest(str(error))


@require_POST
@paced("chart", CHARTS)
def statement_chart(request: UserRequest, connection_id: int) -> HttpResponse:
    """Drawn from the rows that its page shows, which are read for it."""
    try:
        result = _result(request, connection_id)
    except NoStatement as error:
        return HttpResponseBadRequest(str(error))
    return _drawn(request, result) if request.htmx else redirect("result_chart", result.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@paced("chart", CHARTS)
def result_chart(request: UserRequest, result_id: UUID) -> HttpResponse:
    """The chart; with what a form says, another one from now on."""
    return _drawn(request, get_result(request, result_id))


def _result(request: UserRequest, connection_id: int) -> Result:
    """Raises Http404 and NoStatement."""
    connection, _ = get_connection(request, connection_id)
    statement = Statement.of(request.POST)
    return Result.objects.of(request.user, connection, statement.sql, statement.name, bound=statement.bound)


def _drawn(request: UserRequest, result: Result) -> HttpResponse:
    is_change = request.method == "POST" and ("type" in request.POST or "suggested" in request.POST)
    context = {"result": result, "connection": result.connection, "id": result.pk, "is_change": is_change}
    try:
        panel = _panel(request, result)
    except NoChart:
        return HttpResponseBadRequest("That is no chart.")
    except (SQLError, NotKept) as error:
        context["said"] = error.message if isinstance(error, SQLError) else str(error)
    else:
        if is_change and not request.htmx and not panel.problem:
            return redirect("result_chart", result.pk)
        context |= {"panel": panel, "is_open": "type" in request.POST}
    template = "_chart.html" if request.htmx else "chart.html"
    return render(request, f"workbench/results/{template}", context)


def _panel(request: UserRequest, result: Result) -> Panel:
    """What is chosen by hand is kept, if it can be drawn. Raises NoChart, SQLError and NotKept."""
    wanted = read(request.POST) if "type" in request.POST else None
    rows = keeping.read(result).first(CHART_ROWS)
    if "suggested" in request.POST:
        result.choose_chart(None)
        return Panel(rows)
    panel = Panel(rows, wanted, before=kept(result.chart))
    if wanted and not panel.problem:
        result.choose_chart(None if panel.is_suggested else wanted.to_json())
    return panel
