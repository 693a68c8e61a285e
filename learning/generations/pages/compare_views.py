"""Any two generations side by side."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection
from learning.generations import changing
from learning.generations.pages.compare_page import Compared
from learning.models import Generation


class Two(forms.Form):
    a = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    b = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


@require_GET
def compare(request: UserRequest, connection_id: int) -> HttpResponse:
    """The two that the address names; until it names two, how to choose them."""
    connection, role = get_connection(request, connection_id)
    changing.seed_of(connection)
    form = Two(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    before, after = chosen.get("a"), chosen.get("b")
    compared = None
    if before is not None and after is not None:
        compared = Compared(_generation(connection, before), _generation(connection, after), role)
    numbers = list(connection.generations.order_by("-number").values_list("number", flat=True))
    context = {
        "connection": connection,
        "role": role,
        "compared": compared,
        "numbers": numbers,
        "a": before,
        "b": after,
    }
    return render(request, "learning/generations/compare.html", context)


def _generation(connection: Connection, number: int) -> Generation:
    """Raises Http404 where the connection has none of that number."""
    found = get_object_or_404(connection.generations.select_related("created_by"), number=number)
    found.connection = connection
    return found
