"""Addresses of the site as people outside it must write them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def absolute(request: HttpRequest, path: str) -> str:
    """The whole address. Behind a proxy that speaks HTTPS, as CSRF_TRUSTED_ORIGINS says it is reached."""
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if urlsplit(origin).netloc == request.get_host():
            return str(origin).rstrip("/") + path
    return request.build_absolute_uri(path)


def invitation_path(token: str) -> str:
    return reverse("invitation", args=[token])
