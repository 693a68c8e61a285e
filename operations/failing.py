"""What a page says that could not be made: whether it is a fault of the site, or its database is away for a moment."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from datasources.own_database import is_passing, sentence

RETRY_AFTER = 10
"""Seconds."""


def server_error(request: HttpRequest) -> HttpResponseBase:
    error = sys.exc_info()[1]
    if error is None or not is_passing(error):
        return defaults.server_error(request)
    page = render_to_string("503.html", {"sentence": sentence(error)})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
