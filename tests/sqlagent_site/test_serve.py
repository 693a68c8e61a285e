"""`manage.py serve`: which parts run, and what stops it from starting."""

import signal
import socket
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from agent.endpoint import Endpoint
from embedded.ports import is_free
from sqlagent_site.management.commands import serve
from sqlagent_site.parts import parts
from sqlagent_site.ports import reachable, wait_until_open
from tests.processes import free_port

LOCAL = Endpoint("http://127.0.0.1:8081/v1", "small", local=True)
ELSEWHERE = Endpoint("https://llm.example.com/v1", "large")


@pytest.mark.parametrize(
    ("endpoint", "local_model", "expected"),
    [
        (LOCAL, "1.5b", ["web", "worker", "thinker", "model"]),
        (LOCAL, "none", ["web", "worker", "thinker"]),
        (ELSEWHERE, "1.5b", ["web", "worker", "thinker"]),
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


@pytest.mark.parametrize("host", ["nonsense.invalid", "192.0.2.1", "a..b"])
def test_host_that_is_elsewhere_is_one_clear_line(settings: Any, host: str) -> None:
    settings.HOST = host

    with pytest.raises(CommandError, match=f"HOST is {host}, which is no address of this machine"):
        call_command("serve")


@pytest.mark.django_db(transaction=True)
def test_password_that_was_made_up_is_printed_once_before_anything_runs(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    settings.ADMIN_PASSWORD, settings.PORT = "", free_port()
    output = StringIO()
    printed: list[str] = []

    def interrupt(*args: object) -> NoReturn:
        printed.append(output.getvalue())
        raise KeyboardInterrupt

    monkeypatch.setattr(serve, "parts", interrupt)
    monkeypatch.setattr(signal, "signal", lambda *args: None)
    call_command("serve", stdout=output)

    assert User.objects.exists()
    assert printed == [output.getvalue()]
    assert output.getvalue().count("with the password") == 1


def test_place_of_the_endpoint_is_shown_without_its_secrets(settings: Any) -> None:
    settings.LLM_ENDPOINT = Endpoint("http://user:hunter2@llm/v1?key=hunter2", "large")

    assert serve._what_the_model_does() == "Answers come from large at http://llm/v1"


def test_port_is_free_again_and_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        assert not is_free(host, port)
        assert wait_until_open("0.0.0.0", port, seconds=5)

    assert is_free(host, port)
    assert not wait_until_open(host, port, seconds=0.2)


def test_address_of_a_server_on_every_interface() -> None:
    assert [reachable(host) for host in ("0.0.0.0", "::", "192.0.2.1")] == ["127.0.0.1", "::1", "192.0.2.1"]


def test_only_the_parts_that_are_named_run(settings: Any) -> None:
    settings.LLM_ENDPOINT = ELSEWHERE

    assert [part.name for part in parts(["worker", "thinker"])] == ["worker", "thinker"]
    assert [part.name for part in parts(["web"])] == ["web"]


def test_part_that_there_is_not_is_one_clear_line() -> None:
    with pytest.raises(CommandError, match="There is no part “webb”"):
        call_command("serve", only="web,webb")
