"""Optimizations: started, watched and cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Membership
from accounts.pacing import RUNS, paced
from accounts.requests import UserRequest, require_curator
from datasources.requests import get_connection_to_curate
from learning.generations.pages.requests import get_optimization
from learning.generations.pages.run_page import Run
from learning.models import Optimization
from learning.optimizing import running, steps


@require_POST
@paced("run", RUNS, methods=("POST",))
def start(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, _ = get_connection_to_curate(request, connection_id)
    try:
        begun = running.start(connection, Optimization.Trigger.PERSON, request.user)
    except running.NotPossible as obstacle:
        messages.error(request, str(obstacle))
        return redirect("generations", connection.pk)
    return redirect("optimization", connection.pk, begun.pk)


@require_GET
def optimization(request: UserRequest, connection_id: int, optimization_id: UUID) -> HttpResponse:
    found, role = get_optimization(request, connection_id, optimization_id)
    if found.is_under_way:
        steps.take_over(found)
    return render(request, "learning/generations/optimization.html", _context(found, role))


@require_GET
def progress(request: UserRequest, connection_id: int, optimization_id: UUID) -> HttpResponse:
    """What changed since the browser looked: `known` says how it stood then. Nothing, while nothing did."""
    found, role = get_optimization(request, connection_id, optimization_id)
    if not request.htmx:
        return redirect("optimization", connection_id, optimization_id)
    if found.is_under_way:
        steps.take_over(found)
    context = _context(found, role)
    run, known = context["run"], request.GET.get("known", "")
    if found.is_under_way and run.known == known:
        return HttpResponse(status=204)
    more = {
        "changed": run.changed_since(known),
        "has": run.reflections_in(known),
        "has_more_candidates": run.has_more_candidates(known),
    }
    return render(request, "learning/generations/_progress.html", context | more)


@require_GET
def under_way(request: UserRequest, connection_id: int, optimization_id: UUID) -> HttpResponse:
    """It in a few lines, beside the generations; nothing, while nothing changed."""
    found, role = get_optimization(request, connection_id, optimization_id)
    if not request.htmx:
        return redirect("optimization", connection_id, optimization_id)
    if found.is_under_way:
        steps.take_over(found)
        if request.GET.get("known", "") == f"{found.phase}.{found.calls}":
            return HttpResponse(status=204)
    context = {"run": found, "connection": found.connection, "role": role}
    return render(request, "learning/generations/_under_way.html", context)


@require_POST
def cancel(request: UserRequest, connection_id: int, optimization_id: UUID) -> HttpResponse:
    found, role = get_optimization(request, connection_id, optimization_id)
    require_curator(role)
    if not running.cancel(found, request.user):
        messages.info(request, "It was over already.")
    return redirect("optimization", connection_id, optimization_id)


def _context(found: Optimization, role: Membership.Role) -> dict[str, Any]:
    return {"run": Run(found, role), "optimization": found, "connection": found.connection, "role": role}
