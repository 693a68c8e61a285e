"""What every answer tells a browser of its limits, whoever gives it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

Header = tuple[bytes, bytes]

# Of an answer that has no policy of its own: data, files and errors, which are no pages. A script that a browser runs
# in the background (the layout of a diagram) loads others by what its own answer says.
_FOR_NO_PAGE = b"default-src 'none'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_UNUSED = ("camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial", "usb")

ALWAYS: tuple[Header, ...] = (
    (b"content-security-policy", _FOR_NO_PAGE),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in _UNUSED).encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def content_policy(site_url: str) -> dict[str, list[str]]:
    """Of pages, for django-csp: nothing but what is this site's own, and nothing inline."""
    own = ["'self'"]
    # Older Safaris do not count a WebSocket as the page's own.
    sockets = ["ws" + site_url.removeprefix("http")] if site_url else []
    return {
        "default-src": ["'none'"],
        "script-src": own,
        "style-src": own,
        "img-src": [*own, "data:"],
        "font-src": own,
        "connect-src": own + sockets,
        "worker-src": own,
        "manifest-src": own,
        "form-action": own,
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def host_of(site_url: str) -> str:
    """As ALLOWED_HOSTS wants it: without the port."""
    name = urlsplit(site_url).hostname or ""
    return f"[{name}]" if ":" in name else name


def completed(given: Iterable[Header], more: Iterable[Header]) -> list[Header]:
    """`given`, and those of `more` that it does not have."""
    given = list(given)
    names = {name.lower() for name, _ in given}
    return given + [(name, value) for name, value in more if name not in names]
