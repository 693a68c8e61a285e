"""Scripted models behind real HTTP, as endpoints that the operator configured."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from agent.endpoint import Endpoint as AgentEndpoint
from agent.scripted_server import ServerHandle, running_server
from endpoints.models import Endpoint

Serve = Callable[[], ServerHandle]
MakeEndpoint = Callable[..., Endpoint]
Configure = Callable[..., Awaitable[Endpoint]]
KEY = "sk-never-shown"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Another scripted model, each time."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(running_server([]))


@pytest.fixture
def endpoint(db: None) -> MakeEndpoint:
    """`endpoint("Azure", server)`: answered by that server, or by nobody."""

    def make(name: str, server: ServerHandle | None = None, **fields: Any) -> Endpoint:
        address = server.base_url if server else "http://127.0.0.1:9/v1"
        made = Endpoint(name=name, base_url=address, model=f"{name}-model", **fields)
        made.key = KEY
        made.save()
        return made

    return make


@pytest.fixture
def configure(endpoint: MakeEndpoint) -> Configure:
    """The same, for a test in an event loop."""
    return sync_to_async(endpoint)


@pytest.fixture
def configured_only(settings: Settings, db: None) -> None:
    """The environment's own endpoint is switched off, and nobody would answer there."""
    settings.LLM_ENDPOINT = AgentEndpoint("http://127.0.0.1:9/v1", "usual", "key")
    row = Endpoint.objects.saved_environment()
    row.is_enabled = False
    row.save()


@pytest.fixture
def first(serve: Serve) -> ServerHandle:
    return serve()


@pytest.fixture
def second(serve: Serve) -> ServerHandle:
    return serve()


@pytest.fixture
def both(endpoint: MakeEndpoint, first: ServerHandle, second: ServerHandle) -> tuple[Endpoint, Endpoint]:
    return endpoint("First", first, position=1), endpoint("Second", second, position=2)
