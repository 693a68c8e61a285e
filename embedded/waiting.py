"""Wait until a server answers."""

import time
from collections.abc import Callable
from http.client import HTTPException

from embedded.loopback import OPENER

POLL_SECONDS = 0.2


def is_healthy(base_url: str) -> bool:
    """Whether the model server at `base_url` (which ends in /v1) has loaded its model."""
    try:
        with OPENER.open(base_url.removesuffix("/v1") + "/health", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False


def wait_until_healthy(base_url: str, seconds: float, alive: Callable[[], bool] = lambda: True) -> bool:
    """Wait for the server; False when it is not there in time or `alive()` says that its process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        if is_healthy(base_url):
            return True
        time.sleep(POLL_SECONDS)
    return False
