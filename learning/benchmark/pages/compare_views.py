"""Comparing two runs of a connection."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection
from learning.benchmark.pages.compare_page import Compared
from learning.benchmark.pages.forms import TwoRuns
from learning.benchmark.pages.question_page import Answered
from learning.benchmark.pages.run_page import Run
from learning.models import EvaluatedQuestion, Evaluation


@require_GET
def compare(request: UserRequest, connection_id: int) -> HttpResponse:
    """The two that the address names; until it names two, how to choose them."""
    connection, role = get_connection(request, connection_id)
    context = {"connection": connection, "role": role, "compared": _compared(request, connection)}
    return render(request, "learning/benchmark_compare.html", context)


@require_GET
@vary_on_headers("HX-Request")
def question(request: UserRequest, connection_id: int) -> HttpResponse:
    """What both wrote to one question: a page, or for htmx what is unfolded in the comparison."""
    connection, role = get_connection(request, connection_id)
    compared = _compared(request, connection)
    pair = compared.pair(request.GET.get("task", "")) if compared else None
    if compared is None or pair is None:
        raise Http404
    context: dict[str, Any] = {
        "connection": connection,
        "role": role,
        "compared": compared,
        "before": _answered(pair.before),
        "after": _answered(pair.after),
    }
    template = "_benchmark_pair.html" if request.htmx else "benchmark_pair.html"
    return render(request, f"learning/{template}", context)


def _compared(request: UserRequest, connection: Connection) -> Compared | None:
    """Raises Http404 for runs that are not this connection's, and for what is no run at all."""
    form = TwoRuns(request.GET)
    if not form.is_valid():
        raise Http404
    before, after = form.cleaned_data["before"], form.cleaned_data["after"]
    if before is None or after is None:
        return None
    Evaluation.objects.mark_lost()
    runs = Evaluation.objects.visible_to(request.user).filter(connection=connection).select_related("user")
    return Compared(Run.of(get_object_or_404(runs, pk=before)), Run.of(get_object_or_404(runs, pk=after)))


def _answered(pair_s: EvaluatedQuestion) -> Answered:
    """With its results, which a comparison leaves out."""
    return Answered(EvaluatedQuestion.objects.get(pk=pair_s.pk))
