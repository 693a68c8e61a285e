"""The page that documents the environment."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from agent.repairs import Strategy
from envapi.published import wording
from envapi.published.components import components
from envapi.published.messages import ERRORS, KINDS
from envapi.published.operations import OPERATIONS

pytestmark = pytest.mark.django_db


def read(client: Client) -> str:
    answer = client.get("/env/docs")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_has_all_that_there_is() -> None:
    page = read(Client())
    told = [
        *(operation.path for operation in OPERATIONS), *(kind.type for kind in KINDS), *components(), *ERRORS,
        *Strategy, "401", "404", "409", "422", "503", "[START] {", "[STEP] {", "[END] {",
    ]  # fmt: skip
    assert [one for one in told if one not in page] == []


def test_every_link_within_it_leads_somewhere() -> None:
    page = read(Client())
    names = re.findall(r'\bid="([^"]+)"', page)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(names)
    assert len(names) == len(set(names))


def test_it_names_the_site_s_own_address() -> None:
    page = read(Client())
    assert "GenericEnvClient(base_url=&quot;http://testserver&quot;)" in page
    assert "ws://testserver/ws" in page
    assert "http://agent:TOKEN@testserver" in page


def test_behind_a_proxy_it_names_the_address_that_people_know(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://testserver"]
    assert "wss://testserver/ws" in read(Client())


def test_whoever_may_use_the_environment_may_read_it() -> None:
    assert "Log in" in read(Client())


def test_where_a_token_is_needed_one_logs_in_to_read_it(settings: Settings, alice_client: Client) -> None:
    settings.OPENENV_PUBLIC = False
    refused = Client().get("/env/docs")
    assert (refused.status_code, refused["Location"]) == (302, "/login/?next=/env/docs")
    page = read(alice_client)
    assert "Authorization: Bearer TOKEN" in page
    assert "GenericEnvClient(base_url=&quot;http://agent:TOKEN@testserver&quot;)" in page


def test_it_is_only_read() -> None:
    assert Client().post("/env/docs").status_code == 405


def test_the_browser_may_run_all_that_is_in_it() -> None:
    """No script or style stands in it: the content security policy refuses them."""
    page = read(Client())
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) == []


@pytest.mark.parametrize("address", ["/account/", "/account/tokens/"])
def test_pages_about_tokens_lead_to_it(alice_client: Client, address: str) -> None:
    assert 'href="/env/docs"' in alice_client.get(address).content.decode()


def test_json_is_coloured_and_escaped() -> None:
    shown = wording.json_html({"a": "<b>", "c": [1, None]})
    assert shown == (
        '{&quot;a&quot;: <span class="s">&quot;&lt;b&gt;&quot;</span>, '
        '&quot;c&quot;: [<span class="n">1</span>, <span class="k">null</span>]}'
    )


def test_what_is_too_long_for_a_line_has_several() -> None:
    long = "x" * 100
    assert wording.written({"a": [long], "b": {}}) == f'{{\n  "a": [\n    "{long}"\n  ],\n  "b": {{}}\n}}'


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "maxLength": 255}, "string, at most 255 characters"),
        ({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}, "integer, 0 or more or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Task"}}, 'list of <a href="#shape-task">Task</a>'),
        ({"const": "<sql>"}, "<code>&quot;&lt;sql&gt;&quot;</code>"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object of number"),
        ({}, "anything"),
    ],
)
def test_what_a_value_is_stands_in_words(schema: wording.Schema, words: str) -> None:
    assert wording.kind_of(schema) == words


def test_code_in_a_sentence_is_set_as_code() -> None:
    assert wording.prose("Of `a<b`, not <b>.") == "Of <code>a&lt;b</code>, not &lt;b&gt;."
