"""What is published of the environment's shapes is what it really answers."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from accounts.models import ApiToken, User
from envapi.errors import EnvError
from envapi.published.components import components
from envapi.published.document import document
from envapi.published.exchanges import Exchange, exchanges
from envapi.published.messages import ERRORS, KINDS
from envapi.published.operations import OPERATIONS, Operation

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"


def check(shape: str, value: Any) -> None:
    """Raises ValidationError."""
    whole = {"$ref": f"#/components/schemas/{shape}", "components": {"schemas": components()}}
    jsonschema_rs.validator_for(whole).validate(value)


async def test_what_the_standard_looks_for_is_there() -> None:
    answer = await AsyncClient().get("/openapi.json")
    found = answer.json()
    assert (answer.status_code, found["info"]["version"]) == (200, "1.0.0")
    assert list(found["paths"]) == [
        "/reset", "/step", "/state", "/env/tasks", "/env/info", "/health", "/metadata", "/schema", "/mcp",
    ]  # fmt: skip


async def test_each_schema_stands_alone() -> None:
    found = (await AsyncClient().get("/schema")).json()
    assert list(found) == ["action", "observation", "state"]
    check("Schemas", found)
    for schema in found.values():
        jsonschema_rs.validator_for(schema)
        assert schema["type"] == "object"


@pytest.mark.parametrize("action", [{"sql": "SELECT 1"}, {"action": "fix_table"}, {"action": 8, "metadata": {}}])
def test_an_action_is_sql_or_a_repair(action: Any) -> None:
    check("Action", action)


@pytest.mark.parametrize(
    "action",
    [{}, {"sql": ""}, {"action": 9}, {"action": "fix_all"}, {"sql": "SELECT 1", "action": 0}, {"tool": "x"}, "sql"],
)
def test_anything_else_is_no_action(action: Any) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        check("Action", action)


@pytest.mark.parametrize("found", exchanges().values(), ids=list(exchanges()))
def test_examples_are_as_the_schemas_say(found: Exchange) -> None:
    if found.method == "WS":
        assert found.response["type"] in {*(kind.answered_as for kind in KINDS), "error"}
        kinds = [kind for kind in KINDS if kind.type == found.request["type"]]
        if found.response["type"] != "error":
            check(kinds[0].answer, found.response["data"])
        return
    [operation] = [one for one in OPERATIONS if _is_of(found, one)]
    check(operation.answer if found.status == 200 else _error(found.status), found.response)
    if operation.body and found.status != 422:
        check(operation.body, found.request)


def _is_of(found: Exchange, operation: Operation) -> bool:
    return (operation.path, operation.method.upper()) == (found.path.partition("?")[0], found.method)


def _error(status: int) -> str:
    said = document()["paths"]["/reset"]["post"]["responses"][str(status)]
    schema: str = said["content"][JSON]["schema"]["$ref"]
    return schema.rpartition("/")[2]


async def test_a_state_before_any_reset_is_one() -> None:
    check("State", (await AsyncClient().get("/state")).json())


async def test_tasks_and_info_are_as_their_schemas_say() -> None:
    client = AsyncClient()
    check("Tasks", (await client.get("/env/tasks")).json())
    check("Info", (await client.get("/env/info")).json())
    check("About", (await client.get("/metadata")).json())


async def test_an_episode_that_fails_to_its_end_is_as_the_schemas_say() -> None:
    client = AsyncClient()
    check("Answer", (await client.post("/reset", {"task_id": "easy-01"}, JSON)).json())
    for sql in ("SELECT title FROM products", "SELECT FROM", "DROP TABLE products", "SELECT 1 FROM shops", "no"):
        answer = (await client.post("/step", {"action": {"sql": sql}}, JSON)).json()
        check("Answer", answer)
        check("State", (await client.get("/state")).json())
    assert answer["done"]


def test_without_open_tasks_a_token_is_needed(settings: Any) -> None:
    settings.OPENENV_PUBLIC = False
    assert document()["security"] == [{"bearer": []}, {"basic": []}]
    settings.OPENENV_PUBLIC = True
    assert {} in document()["security"]
    assert document()["paths"]["/health"]["get"]["security"] == []


@pytest.mark.parametrize("path", ["/health", "/metadata", "/schema", "/openapi.json", "/state", "/env/info"])
async def test_what_is_read_is_not_written(path: str) -> None:
    answer = await AsyncClient().post(path, {}, JSON)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_every_code_of_a_socket_is_told() -> None:
    of_errors = {each.code for each in EnvError.__subclasses__()}
    assert set(ERRORS) == of_errors | {EnvError.code, "INVALID_JSON", "UNKNOWN_TYPE"}


async def post(path: str, body: bytes, **headers: str) -> Any:
    return await AsyncClient().generic("POST", path, body, JSON, headers=headers)


@pytest.mark.parametrize("where", [{"X-Episode-ID": "e" * 256}, {"Cookie": "openenv_episode=" + "e" * 256}])
async def test_a_name_that_none_could_have_is_refused_wherever_it_stands(where: dict[str, str]) -> None:
    answer = await post("/step", b'{"action": {"sql": "SELECT 1"}, "episode_id": "e"}', **where)
    assert answer.status_code == 422


@pytest.mark.parametrize("given", [False, 0, [], {}])
async def test_a_name_that_is_no_text_is_refused(given: object) -> None:
    answer = await AsyncClient().post("/reset", {"episode_id": given}, JSON)
    assert answer.status_code == 422


@pytest.mark.parametrize(("difficulty", "status"), [("verified", 404), ("impossible", 422)])
async def test_a_difficulty_that_nobody_has_is_told_from_one_that_the_caller_has_not(
    difficulty: str, status: int
) -> None:
    answer = await AsyncClient().post("/reset", {"difficulty": difficulty}, JSON)
    assert answer.status_code == status


async def test_a_whole_number_may_have_a_point() -> None:
    answer = await AsyncClient().post("/reset", {"seed": 3.0}, JSON)
    assert answer.status_code == 200


async def test_an_episode_is_begun_again_by_its_name(alice: User) -> None:
    _, token = await sync_to_async(ApiToken.objects.create)(alice, name="agent")
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(2):
        answer = await AsyncClient().post("/reset", {"episode_id": "mine"}, JSON, headers=headers)
        assert answer.status_code == 200
