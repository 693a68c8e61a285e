"""What a program reads: databases, schemas, rows of SQL and of verified queries; and why it may not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import AsyncClient
from pytest_django import Settings

from accounts.models import Team, User
from api import cells, statements
from api.problems import KINDS, Code
from datasources.engine import ResultSet
from datasources.models import AuditEntry, ColumnPrivacy, Connection, Description
from learning.models import VerifiedQuery
from tests.api.programs import NOBODYS, Program, problem_of, program_of

pytestmark = pytest.mark.django_db(transaction=True)

SQL = "SELECT name FROM products ORDER BY name"


@pytest.fixture
async def program(alice: User) -> Program:
    return await program_of(alice)


@pytest.fixture
async def query(connection: Connection) -> VerifiedQuery:
    return await VerifiedQuery.objects.acreate(
        connection=connection, question="All products?", key="all products", sql=SQL
    )


async def test_one_s_databases_are_listed(program: Program, connection: Connection, bob: User, shop_path: Path) -> None:
    theirs = await Team.objects.aget(memberships__user=bob)
    await Connection.objects.acreate(team=theirs, name="secret", path=str(shop_path))
    [one] = (await program.json("/connections"))["connections"]
    assert one == await program.json(f"/connections/{connection.pk}")
    assert (one["id"], one["name"], one["team"], one["dialect"]) == (connection.pk, "shop", "Team of alice", "sqlite")
    assert one["is_enabled"]


async def test_another_team_s_database_is_not_found(connection: Connection, bob: User) -> None:
    other = await program_of(bob)
    for path in ("", "/schema", "/verified-queries"):
        assert problem_of(await other.get(f"/connections/{connection.pk}{path}")) == (404, "not_found")
    for path in ("/sql", "/questions"):
        assert problem_of(await other.post(f"/connections/{connection.pk}{path}")) == (404, "not_found")


async def test_a_schema_tells_what_people_wrote(program: Program, connection: Connection) -> None:
    await Description.objects.acreate(connection=connection, table="products", column="price", text="In euros.")
    schema = await program.json(f"/connections/{connection.pk}/schema")
    tables = {table["name"]: table for table in schema["tables"]}
    columns = {column["name"]: column for column in tables["products"]["columns"]}
    assert columns["price"]["description"] == "In euros."
    assert tables["products"]["primary_key"] == ["id"]
    assert {"columns": ["product_id"], "table": "products", "referenced": ["id"]} in tables["orders"]["foreign_keys"]


async def test_of_a_private_column_only_the_name_is_told(program: Program, connection: Connection) -> None:
    await ColumnPrivacy.objects.acreate(connection=connection, table="products", column="name", is_private=True)
    await Description.objects.acreate(connection=connection, table="products", column="name", text="Never tell.")
    response = await program.get(f"/connections/{connection.pk}/schema?tables=products")
    [table] = response.json()["tables"]
    [column] = [column for column in table["columns"] if column["name"] == "name"]
    assert {name: value for name, value in column.items() if value is not None} == {"name": "name", "is_private": True}
    assert b"Never tell" not in response.content


async def test_a_schema_that_has_not_changed_is_not_sent_again(program: Program, connection: Connection) -> None:
    path = f"/connections/{connection.pk}/schema"
    first = await program.get(path)
    again = await program.get(path, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert first["ETag"].strip('"').startswith(first.json()["fingerprint"][:16])
    await Description.objects.acreate(connection=connection, table="products", column="price", text="In euros.")
    assert (await program.get(path, if_none_match=first["ETag"])).status_code == 200


async def test_a_table_that_is_not_there_is_told_with_those_that_are(program: Program, connection: Connection) -> None:
    response = await program.get(f"/connections/{connection.pk}/schema?tables=product")
    assert problem_of(response) == (404, "not_found")
    assert "products" in response.json()["detail"]


async def test_sql_runs_as_anybody_s_does(program: Program, connection: Connection) -> None:
    response = await program.post(f"/connections/{connection.pk}/sql", {"sql": SQL})
    found = response.json()
    assert (response.status_code, found["rows"], found["total"]) == (200, [["Lamp"], ["Rope"], ["Tent"]], 3)
    assert not found["truncated"]
    entry = await AuditEntry.objects.aget(action="query")
    assert (entry.user_name, entry.source, entry.token_name, entry.sql) == ("alice", "api", "nightly report", SQL)


async def test_fewer_rows_can_be_asked_for(program: Program, connection: Connection) -> None:
    found = (await program.post(f"/connections/{connection.pk}/sql", {"sql": SQL, "limit": 2})).json()
    assert (found["rows"], found["truncated"]) == ([["Lamp"], ["Rope"]], True)


async def test_the_site_s_limit_holds(program: Program, connection: Connection, settings: Settings) -> None:
    settings.QUERY_ROWS = 2
    found = (await program.post(f"/connections/{connection.pk}/sql", {"sql": SQL})).json()
    assert (len(found["rows"]), found["truncated"]) == (2, True)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("DELETE FROM products", "sql_not_read_only"),
        ("SELECT 1; SELECT 2", "sql_not_read_only"),
        ("SELECT title FROM products", "sql_failed"),
    ],
)
async def test_sql_that_gives_no_rows_says_why(program: Program, connection: Connection, sql: str, code: str) -> None:
    assert problem_of(await program.post(f"/connections/{connection.pk}/sql", {"sql": sql})) == (422, code)


async def test_a_failure_tells_the_way_out(program: Program, connection: Connection) -> None:
    response = await program.post(f"/connections/{connection.pk}/sql", {"sql": "SELECT nam FROM products"})
    assert "name" in response.json()["hint"]


async def test_sql_that_takes_too_long_is_stopped(program: Program, connection: Connection, settings: Settings) -> None:
    settings.QUERY_SECONDS = 1
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    response = await program.post(f"/connections/{connection.pk}/sql", {"sql": slow})
    assert problem_of(response) == (422, "sql_timeout")


async def test_a_database_that_is_switched_off(program: Program, connection: Connection) -> None:
    await Connection.objects.aupdate(is_enabled=False)
    assert not (await program.json(f"/connections/{connection.pk}"))["is_enabled"]
    response = await program.post(f"/connections/{connection.pk}/sql", {"sql": SQL})
    assert problem_of(response) == (503, "database_unavailable")
    assert "switched off" in response.json()["detail"]


async def test_verified_queries_are_listed_and_run(
    program: Program, connection: Connection, query: VerifiedQuery
) -> None:
    listed = await program.json(f"/connections/{connection.pk}/verified-queries?q=PRODUCTS")
    assert [(one["id"], one["question"], one["sql"]) for one in listed["queries"]] == [(query.pk, "All products?", SQL)]
    assert (await program.json(f"/connections/{connection.pk}/verified-queries?q=nothing"))["queries"] == []
    found = (await program.post(f"/verified-queries/{query.pk}/run")).json()
    assert found["rows"] == [["Lamp"], ["Rope"], ["Tent"]]


async def test_a_verified_query_that_is_not_in_use_is_not_run(
    program: Program, connection: Connection, query: VerifiedQuery
) -> None:
    await VerifiedQuery.objects.aupdate(state="broken", reason="no such table: products.")
    response = await program.post(f"/verified-queries/{query.pk}/run")
    assert problem_of(response) == (409, "no_answer")
    assert "no such table" in response.json()["detail"]
    assert (await program.json(f"/connections/{connection.pk}/verified-queries"))["queries"] == []


async def test_another_team_s_verified_query_is_not_found(query: VerifiedQuery, bob: User) -> None:
    assert problem_of(await (await program_of(bob)).post(f"/verified-queries/{query.pk}/run")) == (404, "not_found")


@pytest.mark.parametrize("token", ["", "nobody's", "ünknown"])
async def test_without_a_token_that_is_known_nothing_is_told(token: str) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    response = await AsyncClient().get("/api/v1/connections", headers=headers)
    assert problem_of(response) == (401, "unauthorized")
    assert response["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_of_an_agent_may_not_ask(alice: User, connection: Connection) -> None:
    agent = await program_of(alice, may_ask=False, may_train=True)
    response = await agent.get("/connections")
    assert problem_of(response) == (403, "token_not_for_this")
    assert "“nightly report” was made for the OpenEnv environment" in response.json()["detail"]


async def test_requests_are_counted(program: Program, connection: Connection, settings: Settings) -> None:
    await cache.aclear()
    settings.RATE_TOKEN_REQUESTS = 2
    for _ in range(2):
        await program.json("/connections")
    refused = await program.get("/connections")
    assert problem_of(refused) == (429, "too_many_requests")
    assert 0 < int(refused["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/nothing", "get", (404, "not_found")),
        ("/connections/", "get", (404, "not_found")),
        (f"/answers/{NOBODYS}", "get", (404, "not_found")),
        ("/answers/5", "get", (404, "not_found")),
        ("/connections/99999999999999999999999", "get", (404, "not_found")),
        ("/connections", "post", (405, "method_not_allowed")),
    ],
)
async def test_what_is_not_there_is_told_in_the_api_s_words(
    program: Program, path: str, method: str, expected: tuple[int, str]
) -> None:
    assert problem_of(await getattr(program, method)(path)) == expected


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=1001", "limit=many", "offset=9999999"])
async def test_a_page_that_cannot_be(program: Program, connection: Connection, query: str) -> None:
    response = await program.get(f"/connections/{connection.pk}/verified-queries?{query}")
    assert problem_of(response) == (422, "invalid_request")


async def test_a_body_is_json(program: Program, connection: Connection) -> None:
    response = await program.post(f"/connections/{connection.pk}/sql")
    assert problem_of(response) == (415, "not_json")


def result(*rows: tuple[Any, ...], columns: int = 1) -> ResultSet:
    return ResultSet(tuple("c" for _ in range(columns)), rows, False, 0.0)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (2**53 + 1, "9007199254740993"),
        (0.1, 0.1),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (Decimal("19.90"), 19.9),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("1e400"), "1E+400"),
        ("2026-11-30", "2026-11-30"),
        (b"\x00\xff", {"base64": "AP8="}),
    ],
)
def test_no_value_becomes_another(cell: Any, told: Any) -> None:
    assert cells.rows_of(result((cell,))).rows == [[told]]


def test_how_numbers_are_told_is_the_same_for_the_whole_column() -> None:
    wide = result((Decimal("1.50"),), (Decimal("0.1234567890123456789"),))
    first = cells.rows_of(wide, 0, 1)
    assert (first.rows, first.columns[0].digits_as_text) == ([["1.50"]], True)
    assert cells.rows_of(wide, 1, 1).rows == [["0.1234567890123456789"]]


def test_a_result_without_rows_has_its_columns() -> None:
    assert [column.name for column in statements.told("SELECT 1", result(columns=2)).columns] == ["c", "c"]


def test_every_code_is_told_of() -> None:
    assert set(KINDS) == set(Code)
