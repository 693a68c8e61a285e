"""The queue of remarks, one remark, and the rules in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Membership
from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection, get_connection_to_curate
from learning.feedback import remarks as deciding
from learning.feedback import rules
from learning.feedback.pages.listing import listing, visible
from learning.generations.absorbed import absorbed
from learning.models import Generation, Remark, TeamLearning


class Decided(forms.Form):
    decided = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


@require_GET
def remarks(request: UserRequest, connection_id: int) -> HttpResponse:
    """`decided` names the remark that was decided on just now, where htmx is not there to put it into its place."""
    connection, role = get_connection(request, connection_id)
    form = Decided(request.GET)
    wanted = (form.cleaned_data["decided"] if form.is_valid() else None) or 0
    decided = visible(connection, request.user, role).filter(pk=wanted).first()
    return render(request, "learning/remarks.html", _page(request, connection, role) | {"decided": decided})


@require_GET
def remark(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    found = get_object_or_404(visible(connection, request.user, role), pk=remark_id)
    page = {"connection": connection, "role": role, "remark": found, "longest": deciding.LONGEST}
    return render(request, "learning/remark.html", page)


@require_POST
def new_rule(request: UserRequest, connection_id: int) -> HttpResponse:
    """A curator's own."""
    connection, _ = get_connection_to_curate(request, connection_id)
    try:
        deciding.write(connection, request.user, request.POST.get("rule", ""))
        messages.success(request, "The rule is in force: the next question is asked with it.")
    except deciding.BadRemark as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("remarks", args=[connection.pk]) + "#rules")


@require_POST
def decide(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    """Accept, as the rule that is in the field, or reject."""
    rule, reason = request.POST.get("rule", ""), request.POST.get("reason", "")
    if request.POST.get("decision") == "accept":
        done = "Accepted: the next question is asked with it."
        return _changed(
            request, connection_id, remark_id, done, lambda it: deciding.accept(it, request.user, rule, reason)
        )
    done = "Rejected. It changes nothing."
    return _changed(request, connection_id, remark_id, done, lambda it: deciding.reject(it, request.user, reason))


@require_POST
def reopen(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    done = "It waits again. What was decided counts no more."
    return _changed(request, connection_id, remark_id, done, lambda it: deciding.reopen(it, request.user))


@require_POST
def edit_rule(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    rule = request.POST.get("rule", "")
    done = "The rule is reworded: the next question is asked with it."
    return _changed(request, connection_id, remark_id, done, lambda it: deciding.edit(it, request.user, rule))


@require_POST
def stop_rule(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    done = "The rule is stopped: no question is asked with it any more."
    return _changed(request, connection_id, remark_id, done, lambda it: deciding.stop(it, request.user))


@require_POST
def resume_rule(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    done = "The rule is in force again."
    return _changed(request, connection_id, remark_id, done, lambda it: deciding.resume(it, request.user))


@require_POST
def move_rule(request: UserRequest, connection_id: int, remark_id: int) -> HttpResponse:
    """Up or down; for htmx the list of rules in its new order."""
    connection, role = get_connection_to_curate(request, connection_id)
    found = get_object_or_404(visible(connection, request.user, role), pk=remark_id)
    found.connection = connection
    refusal, up = "", request.POST.get("to") == "up"
    try:
        rules.move(found, request.user, up=up)
    except deciding.BadRemark as error:
        refusal = str(error)
    if request.htmx:
        return render(request, "learning/_rules.html", _page(request, connection, role) | {"refusal": refusal})
    if refusal:
        messages.error(request, refusal)
    return redirect(reverse("remarks", args=[connection.pk]) + f"#rule-of-{found.pk}")


def _changed(
    request: UserRequest, connection_id: int, remark_id: int, done: str, change: Callable[[Remark], Generation | None]
) -> HttpResponse:
    """Do it and say so: in its place in the page for htmx, else on the page that it came from."""
    connection, role = get_connection_to_curate(request, connection_id)
    found = get_object_or_404(visible(connection, request.user, role), pk=remark_id)
    found.connection = connection
    refusal = replaced = ""
    try:
        if generation := change(found):
            replaced = f"Generation {generation.number} of the prompt is in use for that now."
            done = f"{done} {replaced}"
    except deciding.BadRemark as error:
        refusal = str(error)
    if request.htmx:
        said = {"remark": found, "done": done, "refusal": refusal, "replaced": replaced}
        return render(request, "learning/_remark_changed.html", _page(request, connection, role) | said)
    messages.add_message(request, messages.ERROR if refusal else messages.SUCCESS, refusal or done)
    return redirect(reverse("remarks", args=[connection.pk]) + f"?decided={found.pk}")


def _page(request: UserRequest, connection: Connection, role: Membership.Role) -> dict[str, Any]:
    query = _shown(request)
    return {
        "connection": connection,
        "role": role,
        "rules": rules.in_force(connection),
        "absorbed": absorbed(connection),
        "team_learning": TeamLearning.of(connection.team_id),
        "listing": listing(connection, request.user, role, query.get("state", ""), query.get("page")),
        "longest": deciding.LONGEST,
    }


def _shown(request: UserRequest) -> QueryDict:
    """The page's own query: that of a fragment is in the address that htmx tells."""
    if not request.htmx or not request.htmx.current_url:
        return request.GET
    return QueryDict(request.htmx.current_url.partition("?")[2].partition("#")[0])
