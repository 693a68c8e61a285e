"""The page. It is sent at once, and asks for its figures then: they may take a second."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import Membership
from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection
from learning.bandit.heat import heat_map
from learning.overview import steering
from learning.overview.charts import charts
from learning.overview.forms import PolicyForm
from learning.overview.kept import figures_of
from learning.overview.periods import DEFAULT, PERIODS, Period
from learning.overview.strategies import compared, strategies
from learning.overview.summary import summary


@require_GET
def learning(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    return render(request, "learning/learning.html", page(request, connection, role))


@require_GET
@vary_on_headers("HX-Request")
def learning_figures(request: UserRequest, connection_id: int) -> HttpResponse:
    """The charts; without htmx the whole page with everything in it."""
    connection, role = get_connection(request, connection_id)
    if request.htmx:
        return render(request, "learning/_learning_figures.html", _figures(connection, period_of(request)))
    context = page(request, connection, role) | _figures(connection, period_of(request))
    context["strategies"] = strategies(connection)
    return render(request, "learning/learning.html", context)


@require_GET
def learning_strategies(request: UserRequest, connection_id: int) -> HttpResponse:
    """What the bandit has learned."""
    connection, _ = get_connection(request, connection_id)
    if not request.htmx:
        return redirect("learning_figures", connection.pk)
    return render(request, "learning/_learning_heat.html", {"heat": heat_map(connection)})


@require_GET
def learning_comparison(request: UserRequest, connection_id: int) -> HttpResponse:
    """Whether that is worth it: a part of its own, since it takes longer."""
    connection, _ = get_connection(request, connection_id)
    if not request.htmx:
        return redirect("learning_figures", connection.pk)
    context = {"compared": compared(connection), "connection": connection}
    return render(request, "learning/_learning_comparison.html", context)


def page(
    request: UserRequest, connection: Connection, role: Membership.Role, form: PolicyForm | None = None
) -> dict[str, Any]:
    """What the page shows before its figures are there."""
    return {
        "connection": connection,
        "role": role,
        "period": period_of(request),
        "periods": PERIODS,
        "form": form or PolicyForm(),
        "steering": steering.standing_of(connection) if role.may_curate else None,
    }


def period_of(request: UserRequest) -> Period:
    return Period.parse(request.GET.get("days", "")) or DEFAULT


# By days of the site, whoever looks: what takes long is counted once for all of them.
@timezone.override(None)
def _figures(connection: Connection, period: Period) -> dict[str, Any]:
    kept = figures_of(connection, period)
    found = kept.value
    return {
        "connection": connection,
        "kept": kept,
        "figures": found,
        "charts": charts(found),
        "summary": summary(found),
        "is_new": not found.slots and not connection.episodes.of_people().exists(),
    }
