"""Addresses of the site as people outside it must write them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def absolute(request: HttpRequest, path: str) -> str:
    """The whole address. Behind a proxy that speaks HTTPS, as CSRF_TRUSTED_ORIGINS says it is reached."""
    origin = trusted_origin(request.get_host())
    return origin + path if origin else request.build_absolute_uri(path)


def trusted_origin(host: str) -> str:
    """The one of CSRF_TRUSTED_ORIGINS that is this host's, without a slash; empty where there is none."""
    origins = (str(origin) for origin in settings.CSRF_TRUSTED_ORIGINS)
    return next((origin.rstrip("/") for origin in origins if urlsplit(origin).netloc == host), "")


def is_own_page(origin: str | None, host: str) -> bool:
    """Whether a request that names this Origin may come from a page of this site, or from no browser at all."""
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def invitation_path(token: str) -> str:
    return reverse("invitation", args=[token])
