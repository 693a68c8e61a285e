"""The page that finds, and what is offered while a question is typed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection
from datasources.storable import storable
from workbench.saved.finding import before, searching
from workbench.saved.finding.searching import KINDS, SINCE, WHOSE, Wish


@require_GET
@vary_on_headers("HX-Request")
def find(request: UserRequest) -> HttpResponse:
    wish = Wish.of(request.GET)
    hits, has_more = searching.search(request.user, wish)
    context = {"wish": wish, "hits": hits, "more": wish.more if has_more else ""}
    if request.htmx:
        return render(request, "workbench/finding/_hits.html", context)
    connections = Connection.objects.visible_to(request.user).select_related("team").order_by("team__name", "name")
    context |= {"kinds": KINDS.items(), "whose": WHOSE.items(), "since": SINCE.items(), "connections": connections}
    return render(request, "workbench/finding/find.html", context)


@require_GET
def asked_before(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, _ = get_connection(request, connection_id)
    typed = storable(request.GET.get("question", ""))
    context = {"hits": before.like(connection, request.user, typed)}
    return render(request, "workbench/finding/_asked_before.html", context)
