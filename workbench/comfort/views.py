"""The command palette's places, and the first steps."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.pacing import paced
from accounts.requests import UserRequest
from workbench.comfort import first_steps as steps
from workbench.comfort.models import StepSeen
from workbench.comfort.palette import found, places

JUMPS = ("240/minute", "That is 240 searches within a minute.")


@require_GET
@never_cache
@paced("palette", JUMPS)
def palette(request: UserRequest) -> JsonResponse:
    """Everything that is gone to by its name; with ?q=, what else is found by those words."""
    search = request.GET.get("q", "").strip()[:200]
    listed = found(request.user, search) if search else places(request.user)
    return JsonResponse({"places": [place.as_json() for place in listed]})


@require_GET
@never_cache
def first_steps(request: UserRequest) -> HttpResponse:
    """The list as it stands; nothing for who does not want it, or has no sample."""
    if not request.user.wants_first_steps:
        return HttpResponse()
    return render(request, "workbench/comfort/_first_steps.html", {"first": steps.first_steps(request.user)})


@require_POST
def seen_step(request: UserRequest) -> HttpResponse:
    """Of what leaves no other trace: somebody has looked at it."""
    step = request.POST.get("step")
    if step not in StepSeen.Step.values:
        return HttpResponseBadRequest("There is no such step.")
    StepSeen.objects.get_or_create(user=request.user, step=step)
    return HttpResponse(status=204)


@require_POST
def close_first_steps(request: UserRequest) -> HttpResponse:
    steps.want(request.user, wanted=False)
    return HttpResponse() if request.htmx else redirect("home")


@require_POST
def open_first_steps(request: UserRequest) -> HttpResponse:
    """Again, from the menu: on the sample, if there is one."""
    steps.want(request.user, wanted=True)
    sample = steps.sample_of(request.user)
    return redirect("ask", sample.pk) if sample else redirect("home")
