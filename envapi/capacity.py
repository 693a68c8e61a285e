"""How many sessions live in this process: sockets, and calls over MCP that name none. Stored ones are counted by
`envapi.sessions`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from envapi.errors import TooMany

_active = 0


@contextmanager
def a_place() -> Iterator[None]:
    """One of those that there are. Raises TooMany."""
    global _active
    if _active >= settings.OPENENV_MAX_SESSIONS:
        raise TooMany(_active, settings.OPENENV_MAX_SESSIONS)
    _active += 1
    try:
        yield
    finally:
        _active -= 1
