"""The page of the API, and its OpenAPI document."""

from __future__ import annotations

import html
import re

import jsonschema_rs
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from api import streaming
from api.mcp.tools import TOOLS
from api.operations import OPERATIONS
from api.problems import Code
from api.published.document import components, document, path_of
from datasources.models import Connection

pytestmark = pytest.mark.django_db


def read(client: Client) -> str:
    answer = client.get("/api/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_has_all_that_there_is(alice_client: Client) -> None:
    page = html.unescape(read(alice_client))
    told = [*map(path_of, OPERATIONS), *(one.summary for one in OPERATIONS), *components(), *Code, *TOOLS]
    assert [one for one in (*told, *streaming.EVENTS) if one not in page] == []


def test_every_link_within_it_leads_somewhere(alice_client: Client) -> None:
    page = read(alice_client)
    names = re.findall(r'\bid="([^"]+)"', page)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(names)
    assert len(names) == len(set(names))


def test_it_names_the_site_s_own_address_and_a_database_of_one_s_own(
    alice_client: Client, connection: Connection
) -> None:
    page = html.unescape(read(alice_client))
    assert f"http://testserver/api/v1/connections/{connection.pk}/questions" in page
    assert '"url": "http://testserver/api/mcp"' in page


def test_behind_a_proxy_it_names_the_address_that_people_know(alice_client: Client, settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://testserver"]
    page = html.unescape(read(alice_client))
    assert "https://testserver/api/mcp" in page
    assert "--allow-http" not in page


def test_one_logs_in_to_read_it_but_not_for_the_document(alice: User) -> None:
    assert Client().get("/api/").status_code == 302
    assert Client().get("/api/openapi.json").json() == document()


def test_every_operation_has_its_answers() -> None:
    told = document()["paths"]
    for operation in OPERATIONS:
        responses = told[path_of(operation)][operation.method]["responses"]
        assert {"200", "401", "403", "429"} <= set(responses)


def test_shapes_are_json_schema() -> None:
    for name in components():
        schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
        jsonschema_rs.Draft202012Validator(schema)
