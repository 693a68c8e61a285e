"""How often one person may do what costs the server much. Counted in the shared cache, so in all processes together."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from rest_framework.throttling import SimpleRateThrottle

View = Callable[..., HttpResponseBase]

EXPORTS = ("20/minute", "That is 20 exports within a minute.")
CONNECTING = ("60/hour", "You have tried to connect databases 60 times within an hour.")
RUNS = ("30/hour", "You have begun 30 of these runs within an hour.")
IMPORTS = ("60/hour", "That is 60 imports within an hour.")
DIAGRAMS = ("60/minute", "That is 60 diagrams within a minute.")


class _Pace(SimpleRateThrottle):
    """Of one person and one kind of thing."""

    def __init__(self, kind: str, rate: str, user_id: int) -> None:
        self.rate = rate
        self._key = f"pace:{kind}:{user_id}"
        super().__init__()

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self._key


def paced(kind: str, pace: tuple[str, str], *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """A view for people who are logged in. Things of one `kind` count together; `pace`: how often, and what is said to
    who does it more often."""
    rate, too_often = pace

    def decorate(view: View) -> View:
        @wraps(view)
        def within(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods and request.user.is_authenticated:
                throttle: Any = _Pace(kind, rate, request.user.pk)
                if not throttle.allow_request(request, view):
                    return _refused(request, too_often, ceil(throttle.wait() or 1))
            return view(request, *args, **kwargs)

        return within

    return decorate


def _refused(request: HttpRequest, too_often: str, seconds: int) -> HttpResponse:
    """To htmx the sentence alone, which the page shows (static/app.js) and keeps everything else."""
    said = f"{too_often} {_later(seconds)} Nothing was changed."
    if request.headers.get("HX-Request"):
        response = HttpResponse(said, content_type="text/plain; charset=utf-8", status=429)
    else:
        response = render(request, "429.html", {"said": said}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _later(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    if seconds <= 90:
        return f"Try again in {seconds} second{'' if seconds == 1 else 's'}."
    return f"Try again in {minutes} minutes."
