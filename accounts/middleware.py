"""Log-in is required everywhere, also of htmx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseRedirectBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


class LoginRequired(LoginRequiredMiddleware):
    """Django's; but htmx would put the form that it is redirected to into the page, so it is told to leave the page."""

    def handle_no_permission(  # type: ignore[override]  # the stubs say a redirect with a Location
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirectBase:
        htmx: HtmxDetails | None = getattr(request, "htmx", None)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        login = redirect_to_login(htmx.current_url_abs_path or "/", self.get_login_url(view_func))
        return HttpResponseClientRedirect(login.url, status=204)
