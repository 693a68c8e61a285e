"""The page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import UserRequest
from datasources.requests import get_connection


@require_GET
def remarks(request: UserRequest, connection_id: int) -> HttpResponse:
    connection, role = get_connection(request, connection_id)
    return render(request, "learning/remarks.html", {"connection": connection, "role": role})
