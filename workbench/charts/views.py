"""An answer's chart: drawn, changed by hand, remembered."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.pacing import paced
from accounts.requests import UserRequest
from learning.models import Episode
from workbench.charts import answers
from workbench.charts.panel import NoChart, Panel, read

CHARTS = ("240/minute", "That is 240 charts within a minute.")
MOST_ASKED = 200
VIEWS = {"table": False, "chart": True}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@paced("chart", CHARTS)
def answer_chart(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """The chart; with what a form says, another one from now on."""
    episode = answers.get_answer(request, episode_id)
    if request.method != "POST":
        return _drawn(request, episode, answers.panel_of(episode, request.user))
    if "suggested" in request.POST:
        return _drawn(request, episode, answers.choose_suggested(episode, request.user))
    try:
        wanted = read(request.POST)
    except NoChart:
        return HttpResponseBadRequest("That is no chart.")
    return _drawn(request, episode, answers.choose(episode, request.user, wanted), is_changed=True)


def _drawn(request: UserRequest, episode: Episode, panel: Panel, *, is_changed: bool = False) -> HttpResponse:
    if not request.htmx and request.method == "POST" and not panel.problem:
        return redirect("answer_chart", episode.pk)
    context = {"panel": panel, "id": episode.pk, "episode": episode, "is_open": is_changed}
    template = "workbench/charts/_panel.html" if request.htmx else "workbench/charts/chart.html"
    return render(request, template, context)


@require_POST
@paced("chart", CHARTS)
def answer_chart_shown(request: UserRequest, episode_id: UUID) -> HttpResponse:
    """Table or chart: what is pressed is what this person sees of the answer from now on."""
    episode = answers.get_answer(request, episode_id)
    view = request.POST.get("view")
    if view not in VIEWS:
        return HttpResponseBadRequest("A view is table or chart.")
    answers.show(episode, request.user, chart=VIEWS[view])
    if view == "table":
        return HttpResponse(status=204)
    return _drawn(request, episode, answers.panel_of(episode, request.user))


@require_GET
def charts_shown(request: UserRequest) -> JsonResponse:
    """Of the answers on a page those that are shown as a chart."""
    wanted = []
    for text in request.GET.get("answers", "").split(",")[:MOST_ASKED]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    return JsonResponse({"charts": [str(each) for each in answers.shown_as_chart(request.user, wanted)]})
