"""Whether a server answers yet."""

import socket
import time

from embedded.ports import family

POLL_SECONDS = 0.1


def wait_until_open(host: str, port: int, seconds: float) -> bool:
    """Wait for a server there; False when it is not up in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket(family(host), socket.SOCK_STREAM) as probe:
            if probe.connect_ex((reachable(host), port)) == 0:
                return True
        time.sleep(POLL_SECONDS)
    return False


def reachable(host: str) -> str:
    """An address of this machine at which a server on `host` answers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
