"""A proxy before several web processes, as compose.yaml has one: a connection goes to the first that takes it."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tests.processes import Site


class Proxy:
    """`order` says which process is tried first; those who are connected stay where they are."""

    def __init__(self, webs: Sequence[Site]) -> None:
        self.order = list(webs)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _connect(self, client: socket.socket) -> None:
        with client:
            for web in list(self.order):
                try:
                    server = socket.create_connection(("127.0.0.1", web.port), timeout=5)
                except OSError:
                    continue
                server.settimeout(None)
                with server:
                    threading.Thread(target=_copy, args=(client, server), daemon=True).start()
                    _copy(server, client)
                return


@contextmanager
def proxy(webs: Sequence[Site]) -> Iterator[Proxy]:
    running = Proxy(webs)
    threading.Thread(target=running.serve, daemon=True).start()
    try:
        yield running
    finally:
        running.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
