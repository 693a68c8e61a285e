"""The documentation's page, for people."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.links import absolute
from envapi.published.page import page


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Open where the environment is."""
    if not settings.OPENENV_PUBLIC and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return render(request, "envapi/docs.html", page(absolute(request, "/")))
