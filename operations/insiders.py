"""Who may see how the site is: the operator's machinery, by METRICS_TOKEN, or whoever is on this machine."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings

_FORWARDED = {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}


def is_insider(scope: Mapping[str, Any]) -> bool:
    """Without a token, nobody who may have come through a proxy: for one on this machine, all the world is here."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    if settings.METRICS_TOKEN:
        expected = f"Bearer {settings.METRICS_TOKEN}".encode()
        return hmac.compare_digest(headers.get(b"authorization", b""), expected)
    has_proxy = settings.ALLAUTH_TRUSTED_PROXY_COUNT or settings.SITE_URL or _FORWARDED & set(headers)
    return not has_proxy and _is_this_machine((scope.get("client") or ("",))[0])


def _is_this_machine(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
