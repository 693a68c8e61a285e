"""`manage.py serve`: which parts run, and what stops it from starting."""

import socket
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agent.endpoint import Endpoint
from sqlagent_site.parts import parts
from sqlagent_site.ports import is_free, reachable, wait_until_open

LOCAL = Endpoint("http://127.0.0.1:8081/v1", "small", local=True)
ELSEWHERE = Endpoint("https://llm.example.com/v1", "large")


@pytest.mark.parametrize(
    ("endpoint", "local_model", "expected"),
    [
        (LOCAL, "1.5b", ["web", "worker", "model"]),
        (LOCAL, "none", ["web", "worker"]),
        (ELSEWHERE, "1.5b", ["web", "worker"]),
    ],
)
def test_model_server_runs_only_when_it_answers(
    settings: Any, endpoint: Endpoint, local_model: str, expected: list[str]
) -> None:
    settings.LLM_ENDPOINT = endpoint
    settings.LOCAL_MODEL = local_model

    assert [part.name for part in parts()] == expected


def test_port_that_is_taken_is_one_clear_line(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.HOST, settings.PORT = other.getsockname()

        with pytest.raises(CommandError, match=f"Port {settings.PORT} on 127.0.0.1 is taken"):
            call_command("serve")


def test_port_is_free_again_and_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        assert not is_free(host, port)
        assert wait_until_open("0.0.0.0", port, seconds=5)

    assert is_free(host, port)
    assert not wait_until_open(host, port, seconds=0.2)


def test_address_of_a_server_on_every_interface() -> None:
    assert [reachable(host) for host in ("0.0.0.0", "::", "192.0.2.1")] == ["127.0.0.1", "::1", "192.0.2.1"]
