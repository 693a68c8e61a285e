"""JSON-RPC over HTTP: what a request may be, what MCP's own clients are answered, and who may ask."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from envapi.requests import MOST_BYTES
from tests.envapi.mcp_agents import Agent, request
from tests.envapi.programs import token_of

pytestmark = pytest.mark.django_db(transaction=True)

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{x",
        b"\xff",
        b"[" * 10_000,
        b'{"a": ' * 10_000,
        b'{"jsonrpc": "2.0", "id": NaN, "method": "ping"}',
        b'{"jsonrpc": "2.0", "id": -Infinity, "method": "ping"}',
        b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "ping"}',
        b'{"jsonrpc": "2.0", "id": ' + b"9" * 5000 + b', "method": "ping"}',
        b"[]",
        b"1",
        b'"ping"',
        b"null",
        json.dumps([PING, PING]).encode(),
    ],
)
async def test_what_is_no_request_at_all(body: bytes) -> None:
    response = await Agent().sends(body)
    assert (response.status, response.json()["id"]) == (200, None)
    assert response.json()["error"]["code"] == -32700
    assert response.json()["error"]["message"].startswith("Parse error")


@pytest.mark.parametrize(
    "given",
    [
        {},
        PING | {"jsonrpc": "1.0"},
        PING | {"jsonrpc": 2.0},
        {"jsonrpc": "2.0", "id": 1},
        PING | {"method": 3},
        PING | {"method": None},
        PING | {"params": [1]},
        PING | {"params": None},
        PING | {"params": "x"},
        PING | {"id": True},
        PING | {"id": 1.5},
        PING | {"id": [1]},
        PING | {"id": {"a": 1}},
        PING | {"extra": 1},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
    ],
)
async def test_a_request_of_the_wrong_shape(given: dict[str, Any]) -> None:
    response = await Agent().sends(json.dumps(given))
    assert (response.status, response.json()["id"]) == (200, None)
    assert response.json()["error"]["code"] == -32600
    assert response.json()["error"]["message"].startswith("Invalid request")


@pytest.mark.parametrize("length", [MOST_BYTES + 1, 10_000_000])
async def test_a_request_that_is_too_long(length: int) -> None:
    response = await Agent().sends(b'"' + b"a" * length)
    assert response.json()["error"] == {
        "code": -32600,
        "message": "Invalid request: A request has at most 1,000,000 bytes.",
    }


@pytest.mark.parametrize("number", [0, -1, 2**70, "", "a", "é😀"])
async def test_the_reply_has_the_id_of_its_request(number: int | str) -> None:
    assert (await Agent().sends(request("ping", number))).json() == {"jsonrpc": "2.0", "id": number, "result": {}}


async def test_a_request_without_an_id_is_answered_as_openenv_does() -> None:
    reply = (await Agent().sends(json.dumps({"jsonrpc": "2.0", "method": "ping"}))).json()
    assert reply == {"jsonrpc": "2.0", "id": None, "result": {}}


@pytest.mark.parametrize("method", ["reset", "step", "state", "close", "resources/list", "server/discover", ""])
async def test_a_method_that_there_is_not(method: str) -> None:
    error = (await Agent().asks(method))["error"]
    assert error == {"code": -32601, "message": f"Method not found: {method}"}


async def test_a_client_introduces_itself() -> None:
    response = await Agent().sends(request("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={}))
    result = response.json()["result"]
    assert (result["protocolVersion"], result["serverInfo"]["name"]) == ("2025-06-18", "sql-agent")
    assert result["capabilities"] == {"tools": {"listChanged": False}}
    assert "submit_answer" in result["instructions"]
    assert response.headers["mcp-session-id"]


@pytest.mark.parametrize("version", ["1999-01-01", None, 3, ["2025-06-18"], {}])
async def test_a_client_of_an_unknown_version_is_told_the_newest(version: Any) -> None:
    result = (await Agent().asks("initialize", protocolVersion=version))["result"]
    assert result["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled"])
async def test_what_needs_no_reply_is_accepted(method: str) -> None:
    response = await Agent().sends(json.dumps({"jsonrpc": "2.0", "method": method}))
    assert (response.status, response.body) == (202, b"")


async def test_a_version_that_is_not_served() -> None:
    response = await Agent(mcp_protocol_version="2026-07-28").sends(request("server/discover"))
    assert response.status == 400
    error = response.json()["error"]
    assert (error["code"], error["data"]["requested"]) == (-32022, "2026-07-28")
    assert "2025-11-25" in error["data"]["supported"]


async def test_there_is_no_stream_to_listen_to() -> None:
    response = await Agent().sends(b"", "GET")
    assert (response.status, response.headers["allow"]) == (405, "POST, DELETE")


async def test_any_content_type_will_do() -> None:
    assert (await Agent(content_type="text/plain").sends(request("ping"))).json()["result"] == {}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://testserver.evil.example"])
async def test_a_page_of_another_site_is_refused(origin: str) -> None:
    assert (await Agent(origin=origin).sends(request("ping"))).status == 403


async def test_a_page_of_this_site_may_ask() -> None:
    assert (await Agent(origin="http://testserver").sends(request("ping"))).status == 200


async def test_a_token_is_needed_where_nothing_is_public(settings: Settings, alice: User) -> None:
    settings.OPENENV_PUBLIC = False
    refused = await Agent().sends(request("tools/list"))
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert (await Agent(await token_of(alice)).sends(request("tools/list"))).status == 200


async def test_a_wrong_token_is_refused_where_everything_is_public() -> None:
    assert (await Agent("nope").sends(request("tools/list"))).status == 401
