"""Clients that send faster than they are answered, or do not take the answers: they wait, and nothing grows."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from websockets.sync.client import connect

from sqlagent_site.web import MOST_WAITING
from tests.envapi.asked import TASK, sql
from tests.envapi.test_processes import megabytes_of
from tests.migrated import NewDataDir
from tests.processes import Site, running_site

pytestmark = pytest.mark.timeout(120)

LONG = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 30000000) SELECT count(*) FROM c"
LARGE = json.dumps({"type": "state", "data": "x" * 900_000}).encode()
RESET = json.dumps({"type": "reset", "data": {"task_id": TASK}}).encode()
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir) -> Iterator[Site]:
    settings = {"API_BASE_URL": "http://127.0.0.1:1/v1", "MODEL_NAME": "none", "OPENENV_PUBLIC": "true"}
    with running_site(new_data_dir(), **settings) as site:
        yield site


def frame(text: bytes) -> bytes:
    """As a client sends it, with a mask that changes nothing."""
    size = len(text)
    if size < 126:
        length = bytes([0x80 | size])
    else:
        length = b"\xfe" + size.to_bytes(2, "big") if size < 65_536 else b"\xff" + size.to_bytes(8, "big")
    return b"\x81" + length + bytes(4) + text


def sent(plain: socket.socket, data: bytes, most: int, seconds: float) -> int:
    """How many times, at most, until the other end takes no more for so long."""
    plain.settimeout(seconds)
    for number in range(most):
        try:
            plain.sendall(data)
        except TimeoutError:
            return number
    return most


def begun(site: Site) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", site.port))
    plain.settimeout(10)
    plain.sendall(HANDSHAKE)
    assert plain.recv(1000).startswith(b"HTTP/1.1 101")
    return plain


def test_who_sends_on_during_a_long_step_waits(site: Site) -> None:
    with closing(begun(site)) as plain:
        plain.sendall(frame(RESET))
        assert plain.recv(1)
        before = megabytes_of(site.pid)
        plain.sendall(frame(json.dumps({"type": "step", "data": sql(LONG)}).encode()))
        assert sent(plain, frame(LARGE), 200, 1) < 100
        assert megabytes_of(site.pid) < before + 60


def test_who_takes_no_answers_waits(site: Site) -> None:
    with closing(begun(site)) as plain:
        before = megabytes_of(site.pid)
        assert sent(plain, frame(RESET) * 100, 2_000, 3) < 2_000
        assert megabytes_of(site.pid) < before + 30


def test_who_sends_many_at_once_is_answered_each(site: Site) -> None:
    with connect(f"ws://127.0.0.1:{site.port}/ws") as client:
        many = 20 * MOST_WAITING
        for _ in range(many):
            client.send('{"type": "state"}')
        assert {json.loads(client.recv(timeout=30))["type"] for _ in range(many)} == {"state"}


def test_who_sends_many_that_have_no_answer_is_answered_then(site: Site) -> None:
    with connect(f"ws://127.0.0.1:{site.port}/mcp") as client:
        for _ in range(5 * MOST_WAITING):
            client.send('{"jsonrpc": "2.0", "method": "notifications/cancelled"}')
        client.send('{"jsonrpc": "2.0", "id": 7, "method": "ping"}')
        assert json.loads(client.recv(timeout=30))["id"] == 7


def test_what_was_held_back_can_be_closed(site: Site) -> None:
    with connect(f"ws://127.0.0.1:{site.port}/ws", max_size=None) as client:
        for _ in range(100):
            client.send(RESET.decode())
        client.send('{"type": "close"}')
        assert len(list(client)) == 100
