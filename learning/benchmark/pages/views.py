"""The Benchmark tab: starting a run, watching it, looking at what it came to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Membership
from accounts.pacing import EXPORTS, RUNS, paced
from accounts.requests import UserRequest, require_curator
from datasources.models import Connection
from datasources.requests import get_connection
from learning.benchmark import running, suite
from learning.benchmark.pages import chart, history, marks
from learning.benchmark.pages.forms import RunForm
from learning.benchmark.pages.question_page import Answered
from learning.benchmark.pages.requests import get_evaluation
from learning.benchmark.pages.run_page import Run, Shown, as_json, setup_of
from learning.models import Evaluation


@require_http_methods(["GET", "POST"])
@paced("run", RUNS, methods=("POST",))
def benchmark(request: UserRequest, connection_id: int) -> HttpResponse:
    """All runs of a connection; a POST starts one."""
    connection, role = get_connection(request, connection_id)
    counts = suite.counts(connection)
    form = RunForm(
        request.POST if request.method == "POST" else None,
        counts=counts,
        usual=suite.usual(connection),
        generations=list(connection.generations.only("connection", "number", "state")),
    )
    if request.method == "POST":
        require_curator(role)
        if form.is_valid():
            try:
                return redirect("evaluation", running.start(connection, request.user, form.wanted).pk)
            except running.NotPossible as obstacle:
                form.add_error(None, obstacle.message)
    questions = sum(counts[group] for group in suite.usual(connection))
    asked = {"form": form, "counts": counts, "questions": questions, "left_out": suite.left_out(connection)}
    context = asked | _about(connection, role) | _history(request, connection)
    return render(request, "learning/benchmark.html", context)


@require_GET
def evaluation(request: UserRequest, evaluation_id: UUID) -> HttpResponse:
    found, role = get_evaluation(request, evaluation_id)
    return render(request, "learning/benchmark_run.html", _run(request, found, role))


@require_GET
def progress(request: UserRequest, evaluation_id: UUID) -> HttpResponse:
    """What changed since the browser looked: `known` says how the questions stood then. Nothing, while nothing did."""
    found, role = get_evaluation(request, evaluation_id)
    if not request.htmx:
        return redirect("evaluation", found.pk)
    if _is_known(request, found):
        return HttpResponse(status=204)
    context = _run(request, found, role)
    changed = context["run"].changed_since(request.GET.get("known", ""))
    return render(request, "learning/_benchmark_progress.html", {**context, "changed": changed})


@require_GET
def under_way(request: UserRequest, evaluation_id: UUID) -> HttpResponse:
    """The run in a few lines, beside others."""
    found, role = get_evaluation(request, evaluation_id)
    if not request.htmx:
        return redirect("evaluation", found.pk)
    if _is_known(request, found):
        return HttpResponse(status=204)
    context = {"run": Run.of(found), **_about(found.connection, role)}
    return render(request, "learning/_benchmark_under_way.html", context)


@require_GET
@vary_on_headers("HX-Request")
def question(request: UserRequest, evaluation_id: UUID, number: int) -> HttpResponse:
    """What came of one question: a page, or for htmx what is unfolded in its run's."""
    found, role = get_evaluation(request, evaluation_id)
    asked = get_object_or_404(found.questions, number=number)
    context = {"answered": Answered(asked), "evaluation": found, **_about(found.connection, role)}
    if request.htmx:
        return render(request, "learning/_benchmark_answer.html", context)
    context["has_next"] = found.questions.filter(number=number + 1).exists()
    return render(request, "learning/benchmark_question.html", context)


@require_POST
def cancel(request: UserRequest, evaluation_id: UUID) -> HttpResponse:
    found, role = get_evaluation(request, evaluation_id)
    require_curator(role)
    running.cancel(found, request.user)
    return redirect("evaluation", found.pk)


@require_POST
@paced("run", RUNS, methods=("POST",))
def go_on(request: UserRequest, evaluation_id: UUID) -> HttpResponse:
    found, role = get_evaluation(request, evaluation_id)
    require_curator(role)
    try:
        running.go_on(found)
    except running.NotPossible as obstacle:
        messages.error(request, obstacle.message)
    return redirect("evaluation", found.pk)


@require_GET
@paced("export", EXPORTS)
def download(request: UserRequest, evaluation_id: UUID) -> JsonResponse:
    found, _ = get_evaluation(request, evaluation_id)
    response = JsonResponse(as_json(Run.of(found)), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="benchmark-{found.started_at:%Y-%m-%d-%H%M}.json"'
    return response


def _is_known(request: UserRequest, found: Evaluation) -> bool:
    """Whether the browser has nothing to learn."""
    return found.is_running and marks.known(found) == request.GET.get("known", "")


def _about(connection: Connection, role: Membership.Role) -> dict[str, Any]:
    return {"connection": connection, "role": role}


def _history(request: UserRequest, connection: Connection) -> dict[str, Any]:
    Evaluation.objects.mark_lost()
    running_now = connection.evaluations.under_way().select_related("user").first()
    start = None
    if before := request.GET.get("older_than", ""):
        start = _of(request, connection, before)
    page = history.page(connection, start)
    return {
        "run": Run.of(running_now) if running_now else None,
        "rows": page.rows,
        "columns": page.columns,
        "more": page.has_more,
        "start": start,
        "chart": chart.draw(history.points(connection)),
    }


def _of(request: UserRequest, connection: Connection, evaluation_id: str) -> Evaluation | None:
    """The connection's run of that id, or none."""
    try:
        wanted = UUID(evaluation_id)
    except ValueError:
        return None
    return connection.evaluations.filter(pk=wanted).first()


def _run(request: UserRequest, found: Evaluation, role: Membership.Role) -> dict[str, Any]:
    run = Run.of(found, Shown.from_query(request.GET, found))
    return {"run": run, "evaluation": found, "setup": setup_of(found), **_about(found.connection, role)}
