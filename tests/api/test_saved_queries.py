"""Saved queries as programs and assistants see and run them, with values for their parameters."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from datasources.models import AuditEntry, Connection
from tests.api.programs import Program, problem_of, program_of
from tests.site import MakeUser
from workbench.models import SavedQuery
from workbench.saved.parameters import Kind, Parameter

pytestmark = pytest.mark.django_db(transaction=True)

SQL = "SELECT name FROM products WHERE price >= {{price}} ORDER BY name"
PRICE = Parameter("price", Kind.NUMBER, "Lowest price", default=("0",))
NAMES = Parameter("names", Kind.CHOICE, many=True, choices=("Lamp", "Rope", "Tent"))
OF_NAMES = "SELECT name FROM products WHERE name IN ({{names}}) ORDER BY name"


@pytest.fixture
async def program(alice: User) -> Program:
    return await program_of(alice)


@pytest.fixture
async def query(alice: User, connection: Connection) -> SavedQuery:
    return await kept(alice, connection, "Dear products", SQL, PRICE)


async def kept(user: User, connection: Connection, name: str, sql: str, *parameters: Parameter) -> SavedQuery:
    told = [one.as_json() for one in parameters]
    return await SavedQuery.objects.acreate(connection=connection, user=user, name=name, sql=sql, parameters=told)


async def ran(program: Program, query: SavedQuery, **values: Any) -> Any:
    response = await program.post(f"/saved-queries/{query.pk}/run", {"parameters": values})
    assert response.status_code == 200, response.content
    return response.json()["rows"]


async def refused(program: Program, query: SavedQuery, **values: Any) -> list[tuple[str, str]]:
    """Which values, and why."""
    response = await program.post(f"/saved-queries/{query.pk}/run", {"parameters": values})
    assert problem_of(response) == (422, "invalid_request")
    return [(one["field"], one["detail"]) for one in response.json()["errors"]]


async def test_they_are_listed_with_their_parameters(
    program: Program, query: SavedQuery, connection: Connection
) -> None:
    listed = await program.json(f"/connections/{connection.pk}/saved-queries?q=DEAR")
    assert (listed["total"], listed["offset"]) == (1, 0)
    [one] = listed["queries"]
    assert one == await program.json(f"/saved-queries/{query.pk}")
    assert (one["id"], one["name"], one["sql"], one["saved_by"]) == (query.pk, "Dear products", SQL, "alice")
    assert one["parameters"] == [
        {
            "name": "price",
            "kind": "number",
            "title": "Lowest price",
            "default": ["0"],
            "optional": False,
            "several": False,
            "choices": [],
            "choices_from": "",
        }
    ]
    assert (await program.json(f"/connections/{connection.pk}/saved-queries?q=nothing"))["queries"] == []


async def test_what_can_be_chosen_is_told(program: Program, alice: User, connection: Connection) -> None:
    free = Parameter("name", Kind.CHOICE, optional=True, table="products", column="name")
    query = await kept(alice, connection, "Some", OF_NAMES, NAMES, free)
    names, name = (await program.json(f"/saved-queries/{query.pk}"))["parameters"]
    assert (names["choices"], names["several"], names["choices_from"]) == (["Lamp", "Rope", "Tent"], True, "")
    assert (name["choices"], name["optional"], name["choices_from"]) == ([], True, "products.name")


async def test_one_is_run_with_its_values(program: Program, query: SavedQuery) -> None:
    assert await ran(program, query) == [["Rope"], ["Tent"]]
    for value in (51, 50.5, "51"):
        assert await ran(program, query, price=value) == [["Tent"]]


async def test_values_are_sent_beside_the_statement_and_audited(program: Program, query: SavedQuery) -> None:
    await ran(program, query, price=50)
    entry = await AuditEntry.objects.aget(action="query")
    assert (entry.user_name, entry.source, entry.token_name) == ("alice", "api", "nightly report")
    assert ":p1" in entry.sql
    assert "50" not in entry.sql


async def test_several_values_of_one_that_takes_several(program: Program, alice: User, connection: Connection) -> None:
    query = await kept(alice, connection, "Some", OF_NAMES, NAMES)
    assert await ran(program, query, names=["Rope", "Tent"]) == [["Rope"], ["Tent"]]
    assert await ran(program, query, names="Lamp") == [["Lamp"]]
    assert await refused(program, query, names=["Rope", "x') OR ('1'='1"]) == [
        ("parameters.names", "that is none of its choices")
    ]


@pytest.mark.parametrize(
    ("parameter", "value", "cell"),
    [
        (Parameter("value", Kind.MONTH), "2026-01", "2026-01"),
        (Parameter("value", Kind.DATE), "2026-01-31", "2026-01-31"),
        (Parameter("value", Kind.WHOLE), 12, 12),
        (Parameter("value", Kind.YES_NO), True, 1),
        (Parameter("value", Kind.YES_NO), "no", 0),
        (Parameter("value"), "'; DROP TABLE products; --", "'; DROP TABLE products; --"),
        (Parameter("value", default=("x",), optional=True), None, None),
        (Parameter("value", default=("x",), optional=True), [], None),
    ],
)
async def test_each_kind_of_value(
    program: Program, alice: User, connection: Connection, parameter: Parameter, value: Any, cell: Any
) -> None:
    query = await kept(alice, connection, "One", "SELECT {{value}} AS v", parameter)
    assert await ran(program, query, value=value) == [[cell]]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("cheap", "that is no number, such as 12.5"),
        (True, "that is no number, such as 12.5"),
        (None, "type a number"),
        ([1, 2], "it takes one value"),
    ],
)
async def test_what_is_no_value_is_told_by_the_parameter_s_name(
    program: Program, query: SavedQuery, value: Any, why: str
) -> None:
    assert await refused(program, query, price=value) == [("parameters.price", why)]


async def test_all_that_is_wrong_is_told_at_once(program: Program, query: SavedQuery) -> None:
    assert await refused(program, query, price="cheap", prize=1) == [
        ("parameters.prize", "there is no such parameter (there are: price)"),
        ("parameters.price", "that is no number, such as 12.5"),
    ]
    [(field, _)] = await refused(program, query, **{"x" * 5_000: 1})
    assert field == f"parameters.{'x' * 100}"


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], ["x", None], "x" * 10_001, [1] * 501])
async def test_what_can_be_no_value_at_all(program: Program, query: SavedQuery, value: Any) -> None:
    [(field, why)] = await refused(program, query, price=value)
    assert field == "parameters.price"
    assert why.startswith("it has to be a text")


async def test_of_a_month_its_days_are_bound_too(program: Program, alice: User, connection: Connection) -> None:
    sql = "SELECT {{month.first}} AS a, {{month.next}} AS b"
    query = await kept(alice, connection, "Days", sql, Parameter("month", Kind.MONTH))
    assert await ran(program, query, month="2026-12") == [["2026-12-01", "2027-01-01"]]


async def test_sql_that_fails_says_so(program: Program, alice: User, connection: Connection) -> None:
    query = await kept(alice, connection, "Bad", "SELECT nam FROM products WHERE price > {{price}}", PRICE)
    response = await program.post(f"/saved-queries/{query.pk}/run", {})
    assert problem_of(response) == (422, "sql_failed")
    assert "name" in response.json()["hint"]


async def test_a_colleague_sees_only_what_is_for_the_team(
    query: SavedQuery, alice: User, connection: Connection, make_user: MakeUser
) -> None:
    shared = await SavedQuery.objects.acreate(connection=connection, user=alice, name="Ours", sql=SQL, is_shared=True)
    colleague = await program_of(await sync_to_async(make_user)("carol", connection.team))
    listed = await colleague.json(f"/connections/{connection.pk}/saved-queries")
    assert [one["id"] for one in listed["queries"]] == [shared.pk]
    assert problem_of(await colleague.get(f"/saved-queries/{query.pk}")) == (404, "not_found")
    assert problem_of(await colleague.post(f"/saved-queries/{query.pk}/run", {})) == (404, "not_found")


async def test_another_team_s_are_not_found(query: SavedQuery, bob: User) -> None:
    await SavedQuery.objects.aupdate(is_shared=True)
    other = await program_of(bob)
    assert problem_of(await other.get(f"/connections/{query.connection_id}/saved-queries")) == (404, "not_found")
    assert problem_of(await other.get(f"/saved-queries/{query.pk}")) == (404, "not_found")
    assert problem_of(await other.post(f"/saved-queries/{query.pk}/run", {})) == (404, "not_found")


async def test_another_team_s_are_not_found_by_an_assistant(query: SavedQuery, bob: User) -> None:
    await SavedQuery.objects.aupdate(is_shared=True)
    other = await program_of(bob)
    for result in (
        await other.calls("list_saved_queries", connection_id=query.connection_id),
        await other.calls("run_saved_query", query_id=query.pk),
    ):
        assert (result["isError"], result["structuredContent"]["code"]) == (True, "not_found")


async def test_one_that_was_deleted_is_not_there(program: Program, query: SavedQuery) -> None:
    await SavedQuery.objects.aupdate(deleted_at=timezone.now())
    assert (await program.json(f"/connections/{query.connection_id}/saved-queries"))["queries"] == []
    assert problem_of(await program.post(f"/saved-queries/{query.pk}/run", {})) == (404, "not_found")


async def test_an_assistant_lists_and_runs_them(program: Program, query: SavedQuery) -> None:
    listed = await program.calls("list_saved_queries", connection_id=query.connection_id, search="dear")
    [one] = listed["structuredContent"]["queries"]
    assert (one["id"], one["parameters"][0]["name"]) == (query.pk, "price")
    ran = await program.calls("run_saved_query", query_id=one["id"], parameters={"price": 50.5})
    assert not ran["isError"]
    assert ran["structuredContent"]["name"] == "Dear products"
    assert ran["structuredContent"]["result"]["rows"] == [["Tent"]]
    assert (await AuditEntry.objects.aget(action="query")).source == "mcp"


async def test_an_assistant_is_told_which_value_is_none(program: Program, query: SavedQuery) -> None:
    result = await program.calls("run_saved_query", query_id=query.pk, parameters={"price": "cheap"})
    data = result["structuredContent"]
    assert (result["isError"], data["code"]) == (True, "invalid_request")
    assert data["message"] == "parameters.price: that is no number, such as 12.5."
    assert data["errors"] == [{"field": "parameters.price", "detail": "that is no number, such as 12.5"}]
