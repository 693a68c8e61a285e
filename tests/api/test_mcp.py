"""An assistant over MCP: the protocol, and what each tool gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings

from accounts.models import User
from agent.scripted_server import ServerHandle
from api import shapes
from api.mcp import results, tools
from datasources.models import AuditEntry, Connection
from learning.models import Episode, VerifiedQuery
from tests.api.programs import NOBODYS, Program, problem_of, program_of
from tests.chat.sockets import GOOD, SLOW

pytestmark = pytest.mark.django_db(transaction=True)

INITIALIZE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}


@pytest.fixture
async def assistant(alice: User) -> Program:
    return await program_of(alice, name="desktop")


def request(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


async def test_it_introduces_itself(assistant: Program) -> None:
    said = await assistant.says("initialize", **INITIALIZE)
    assert (said["protocolVersion"], said["serverInfo"]["name"]) == ("2025-06-18", "sql-agent")
    assert set(said["capabilities"]) == {"tools", "resources"}
    assert "never an instruction" in said["instructions"]


@pytest.mark.parametrize("version", ["1999-01-01", None, 3])
async def test_a_client_of_an_unknown_version_is_told_the_newest(assistant: Program, version: Any) -> None:
    said = await assistant.says("initialize", **{**INITIALIZE, "protocolVersion": version})
    assert said["protocolVersion"] == "2025-11-25"


async def test_a_header_with_a_version_that_is_not_spoken(assistant: Program) -> None:
    response = await assistant.sends(request("ping"), mcp_protocol_version="2026-07-28")
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32022)


async def test_a_notification_has_no_reply(assistant: Program) -> None:
    response = await assistant.sends({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (response.status_code, response.content) == (202, b"")


async def test_every_tool_only_reads_and_says_what_it_takes(assistant: Program) -> None:
    listed = (await assistant.says("tools/list"))["tools"]
    assert [one["name"] for one in listed] == list(tools.TOOLS)
    for one in listed:
        assert one["annotations"]["readOnlyHint"]
        assert one["inputSchema"]["type"] == "object"
        assert not one["inputSchema"]["additionalProperties"]


async def test_a_question_is_asked(assistant: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    result = await assistant.calls("ask", connection_id=connection.pk, question="Which products?")
    data = result["structuredContent"]
    assert not result["isError"]
    assert json.loads(result["content"][0]["text"]) == data
    assert (data["status"], data["result"]["rows"]) == ("succeeded", [["Lamp"], ["Rope"], ["Tent"]])
    assert "%" in data["confidence"]
    episode = await Episode.objects.aget()
    assert (episode.source, str(episode.pk)) == ("mcp", data["answer_id"])
    entry = await AuditEntry.objects.filter(action="query").afirst()
    assert entry
    assert (entry.source, entry.token_name) == ("mcp", "desktop")


async def test_an_answer_that_takes_long_is_fetched_later(
    assistant: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([SLOW])
    asked = await assistant.calls("ask", connection_id=connection.pk, question="Which?", wait=0)
    begun = asked["structuredContent"]
    assert begun["status"] == "running"
    assert "Call get_answer" in begun["message"]
    done = (await assistant.calls("get_answer", answer_id=begun["answer_id"]))["structuredContent"]
    assert (done["status"], done["result"]["rows_kept"]) == ("succeeded", 3)


async def test_more_rows_of_an_answer(assistant: Program, connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    first = (await assistant.calls("ask", connection_id=connection.pk, question="Which?"))["structuredContent"]
    assert not first["result"]["has_more_kept"]
    rest = (await assistant.calls("get_answer", answer_id=first["answer_id"], offset=2))["structuredContent"]
    assert rest["result"]["rows"] == [["Tent"]]


async def test_what_cannot_be_answered_is_an_error_of_the_tool(
    assistant: Program, connection: Connection, model: ServerHandle
) -> None:
    model.set_script([{"text": "```sql\nSELECT title FROM products\n```", "times": None}])
    result = await assistant.calls("ask", connection_id=connection.pk, question="Which?")
    assert result["isError"]
    assert result["structuredContent"]["failed_attempts"][0]["error_class"] == "no_such_column"


async def test_databases_and_their_schemas(assistant: Program, connection: Connection) -> None:
    listed = await assistant.calls("list_connections")
    assert [one["name"] for one in listed["structuredContent"]["connections"]] == ["shop"]
    schema = await assistant.calls("describe_schema", connection_id=connection.pk)
    assert "products" in [table["name"] for table in schema["structuredContent"]["tables"]]
    one = await assistant.calls("describe_schema", connection_id=connection.pk, tables=["orders"])
    assert [table["name"] for table in one["structuredContent"]["tables"]] == ["orders"]


def test_a_schema_that_is_too_large_is_told_by_its_names() -> None:
    columns = [shapes.Column(name=f"column_{number}", type="TEXT", description="d" * 100) for number in range(300)]
    tables = [
        shapes.Table(
            name=f"t{n}", is_view=False, description="", rows=None, columns=columns, primary_key=[], foreign_keys=[]
        )
        for n in range(2)
    ]
    told = results.schema(shapes.Schema(connection_id=1, dialect="sqlite", fingerprint="f", tables=tables)).data
    assert told["tables"] == ["t0", "t1"]
    assert "Ask again" in told["message"]


def test_rows_are_told_as_far_as_they_can_be_read() -> None:
    column = shapes.ResultColumn(name="c", type="TEXT")
    rows = [["x" * 2_000]] * 100
    told = results.table(shapes.Rows(columns=[column], rows=rows, total=100, truncated=False))
    assert 0 < len(told["rows"]) < 100
    assert told["has_more_kept"]
    assert told["rows"][0] == ["x" * 1_000 + "…"]


async def test_sql_is_run_or_refused(assistant: Program, connection: Connection) -> None:
    ran = await assistant.calls("run_sql", connection_id=connection.pk, sql="SELECT count(*) FROM products")
    assert ran["structuredContent"]["result"]["rows"] == [[3]]
    refused = await assistant.calls("run_sql", connection_id=connection.pk, sql="DROP TABLE products")
    assert (refused["isError"], refused["structuredContent"]["code"]) == (True, "sql_not_read_only")


async def test_verified_queries(assistant: Program, connection: Connection) -> None:
    query = await VerifiedQuery.objects.acreate(connection=connection, question="How many?", key="k", sql="SELECT 3")
    listed = await assistant.calls("list_verified_queries", connection_id=connection.pk)
    assert [one["id"] for one in listed["structuredContent"]["queries"]] == [query.pk]
    ran = await assistant.calls("run_verified_query", query_id=query.pk)
    assert ran["structuredContent"]["result"]["rows"] == [[3]]


async def test_schemas_are_resources(assistant: Program, connection: Connection) -> None:
    [resource] = (await assistant.says("resources/list"))["resources"]
    [content] = (await assistant.says("resources/read", uri=resource["uri"]))["contents"]
    assert "products" in content["text"]
    assert (await assistant.says("resources/templates/list")) == {"resourceTemplates": []}


@pytest.mark.parametrize("uri", ["sqlagent://connections/99999/schema", "file:///etc/passwd", 5, None])
async def test_a_resource_that_is_not_there(assistant: Program, uri: Any) -> None:
    assert (await assistant.sends(request("resources/read", uri=uri))).json()["error"]["code"] == -32002


async def test_another_team_s_things_are_not_there(
    connection: Connection, bob: User, model: ServerHandle, alice: User
) -> None:
    model.set_script([{"text": GOOD}])
    alices = await program_of(alice)
    answer = await alices.asks(connection.pk, "Which?")
    query = await VerifiedQuery.objects.acreate(connection=connection, question="?", key="k", sql="SELECT 3")
    other = await program_of(bob)
    assert (await other.calls("list_connections"))["structuredContent"] == {"connections": []}
    assert (await other.says("resources/list")) == {"resources": []}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("describe_schema", {"connection_id": connection.pk}),
        ("ask", {"connection_id": connection.pk, "question": "?"}),
        ("run_sql", {"connection_id": connection.pk, "sql": "SELECT 1"}),
        ("list_verified_queries", {"connection_id": connection.pk}),
        ("run_verified_query", {"query_id": query.pk}),
        ("get_answer", {"answer_id": answer["id"]}),
        ("get_answer", {"answer_id": str(NOBODYS)}),
    ]
    for tool, arguments in calls:
        result = await other.calls(tool, **arguments)
        assert (result["isError"], result["structuredContent"]["code"]) == (True, "not_found"), tool


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"connection_id": 1}),
        ("ask", {"connection_id": "one", "question": "?"}),
        ("run_sql", {"connection_id": 1, "sql": "SELECT 1", "other": 2}),
        ("get_answer", {"answer_id": "no"}),
        ("list_connections", []),
    ],
)
async def test_arguments_that_do_not_fit_are_told(assistant: Program, tool: str, arguments: Any) -> None:
    result = await assistant.says("tools/call", name=tool, arguments=arguments)
    assert (result["isError"], result["structuredContent"]["code"]) == (True, "invalid_request")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", -32700),
        ("[]", -32700),
        ({}, -32600),
        (request("nothing/such"), -32601),
        (request("tools/call", name="nothing"), -32602),
    ],
)
async def test_what_is_no_request(assistant: Program, sent: Any, code: int) -> None:
    assert (await assistant.sends(sent)).json()["error"]["code"] == code


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "http://testserver.evil.example"])
async def test_a_page_of_another_site_is_refused(assistant: Program, origin: str) -> None:
    assert problem_of(await assistant.sends(request("ping"), origin=origin)) == (403, "other_site")


async def test_the_site_s_own_page_is_not(assistant: Program) -> None:
    assert (await assistant.sends(request("ping"), origin="http://testserver")).json()["result"] == {}


async def test_without_a_token_it_is_told_that_one_is_needed() -> None:
    response = await Program("nobody's").sends(request("ping"))
    assert problem_of(response) == (401, "unauthorized")
    assert response["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_of_an_agent_may_not(alice: User) -> None:
    agent = await program_of(alice, may_ask=False, may_train=True)
    assert problem_of(await agent.sends(request("ping"))) == (403, "token_not_for_this")


async def test_requests_are_counted(assistant: Program, settings: Settings) -> None:
    await cache.aclear()
    settings.RATE_TOKEN_REQUESTS = 1
    await assistant.says("ping")
    assert problem_of(await assistant.sends(request("ping"))) == (429, "too_many_requests")
