"""The generations of a connection's prompt, for everybody of its team."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import UserRequest
from datasources.requests import get_connection
from learning.generations.pages import tree
from learning.generations.pages.generation_page import Shown
from learning.generations.pages.requests import get_generation
from learning.optimizing import running, triggers

RUNS = 20
"""Optimizations on a page."""
_HEAVY = ("examples", "rules", "notes")


@require_GET
def generations(request: UserRequest, connection_id: int) -> HttpResponse:
    """The tree, and what optimizations came to."""
    connection, role = get_connection(request, connection_id)
    runs = connection.optimizations.select_related("user").prefetch_related("generations").defer(*_HEAVY)
    found = tree.rows(connection)
    usual = tree.usual_pair(found)
    context = {
        "connection": connection,
        "role": role,
        "rows": found,
        "numbers": sorted((row.generation.number for row in found), reverse=True),
        "a": usual[0],
        "b": usual[1],
        "in_use": next((row.generation for row in found if row.generation.is_active), None),
        "run": running.under_way(connection),
        "progress": triggers.progress(connection),
        "page": Paginator(runs, RUNS).get_page(request.GET.get("page")),
    }
    return render(request, "learning/generations/generations.html", context)


@require_GET
def generation(request: UserRequest, connection_id: int, number: int) -> HttpResponse:
    found, role = get_generation(request, connection_id, number)
    context = {"connection": found.connection, "role": role, "generation": found, "shown": Shown(found, role)}
    return render(request, "learning/generations/generation.html", context)
