"""Who may open a WebSocket: pages of this very site only, with scheme, host and port."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host


class SameOrigin:
    """ASGI middleware: refuses a WebSocket whose Origin is not the host and port that it was opened on.

    Behind a proxy that ends TLS the scheme cannot be told; there, CSRF_TRUSTED_ORIGINS names the site's origins.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        application: Any = self._application if _is_own(scope) else WebsocketDenier()
        return await application(scope, receive, send)


def _is_own(scope: dict[str, Any]) -> bool:
    headers = dict(scope["headers"])
    origin, host = headers.get(b"origin", b"").decode("latin1"), headers.get(b"host", b"").decode("latin1")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    name = urlsplit(f"//{host}").hostname or ""
    allowed = settings.ALLOWED_HOSTS or ["localhost"]
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return origin == f"{scheme}://{host}" and validate_host(f"[{name}]" if ":" in name else name, allowed)
