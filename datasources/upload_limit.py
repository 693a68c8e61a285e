"""How much may be uploaded at once, found out before it is read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

_BESIDES_FILES = 1 << 20
"""Bytes for the other fields of a form, and for what stands between its parts."""


def longest_body() -> int:
    """In bytes."""
    return settings.MAX_UPLOAD_MB * 1024 * 1024 + _BESIDES_FILES


def is_too_long(request: HttpRequest) -> bool:
    """By what it says of itself: the body is not looked at."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > longest_body()


def sentence() -> str:
    return (
        f"The upload is larger than {settings.MAX_UPLOAD_MB:,} MB in all, and none of it was kept. Upload less, "
        "or ask the operator to raise MAX_UPLOAD_MB."
    )
