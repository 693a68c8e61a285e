"""Whether a server could listen on a TCP port."""

import errno
import socket


def is_free(host: str, port: int) -> bool:
    return why_not_free(host, port) is None


def why_not_free(host: str, port: int) -> OSError | None:
    """What a server would meet that tried to listen there; None where it could."""
    with socket.socket(family(host), socket.SOCK_STREAM) as probe:
        # As a server does: the last minutes of an earlier one's connections do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
        except UnicodeError:
            return OSError(errno.EADDRNOTAVAIL, "no name of a host")
    return None


def family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
