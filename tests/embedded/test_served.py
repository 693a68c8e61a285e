"""Which weights a model server says that it has loaded."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from embedded.served import served_file
from tests.processes import free_port


@contextmanager
def server(answer: bytes) -> Iterator[str]:
    """One that answers every request so; gives its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        log_message: Callable[..., None] = lambda *arguments: None

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/v1"
        listening.shutdown()
        thread.join()


def test_it_is_the_file_s_name() -> None:
    with server(json.dumps({"model_path": "/models/own.gguf", "model_alias": "another"}).encode()) as base_url:
        assert served_file(base_url) == "own.gguf"


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"model_path": null}', b"<html>"])
def test_a_server_that_says_nothing_of_it_is_no_error(answer: bytes) -> None:
    with server(answer) as base_url:
        assert served_file(base_url) == ""


def test_nobody_there_is_no_error() -> None:
    assert served_file(f"http://127.0.0.1:{free_port()}/v1") == ""
