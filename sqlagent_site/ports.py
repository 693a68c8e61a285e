"""Whether a TCP port is free, or answers yet."""

import socket
import time

POLL_SECONDS = 0.1


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        # As a server does: the last minutes of an earlier one's connections do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def wait_until_open(host: str, port: int, seconds: float) -> bool:
    """Wait for a server there; False when it is not up in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
            if probe.connect_ex((reachable(host), port)) == 0:
                return True
        time.sleep(POLL_SECONDS)
    return False


def reachable(host: str) -> str:
    """An address of this machine at which a server on `host` answers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
