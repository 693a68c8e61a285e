"""The API over real HTTP: asked by the official MCP client, by schemathesis, and by the page's own example."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.scripted_server import running_server
from api.mcp.tools import TOOLS
from api.operations import OPERATIONS
from api.published import snippets
from tests import official
from tests.migrated import NewDataDir
from tests.processes import Site, running_site

pytestmark = pytest.mark.timeout(300)

SQL = "SELECT name, price FROM products ORDER BY id LIMIT 3"
SAVED = "SELECT name FROM products WHERE id <= {{most}} ORDER BY id"
SETUP = f"""
import json
from accounts.models import ApiToken, User
from datasources.models import Connection
from learning.models import VerifiedQuery
from workbench.models import SavedQuery
from workbench.saved.parameters import Kind, Parameter
sample = Connection.objects.get(is_sample=True, is_environment=False)
VerifiedQuery.objects.create(connection=sample, question="Three products?", key="three products", sql="{SQL}")
person = User.objects.get()
at_most = [Parameter("most", Kind.WHOLE, default=("3",)).as_json()]
SavedQuery.objects.create(connection=sample, user=person, name="Some", sql="{SAVED}", parameters=at_most)
tokens = [ApiToken.objects.create(person, name="one", may_ask=may_ask)[1] for may_ask in (True, False)]
print(json.dumps({{"connection": sample.pk, "token": tokens[0], "agents": tokens[1]}}))
"""
CONFIG = Path(__file__).parent / "schemathesis.toml"

Play = Callable[..., Any]


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir) -> Iterator[Site]:
    with running_server([{"when_re": ".", "text": f"```sql\n{SQL}\n```", "times": None}]) as model:
        settings = {"API_BASE_URL": model.base_url, "MODEL_NAME": "scripted", "RATE_TOKEN_REQUESTS": "0"}
        with running_site(new_data_dir(), RATE_USER_QUESTIONS="0", **settings) as running:
            yield running


@pytest.fixture(scope="module")
def there(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.shell(SETUP).splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def play(site: Site, there: dict[str, Any]) -> Iterator[Play]:
    """`play(("run_sql", {…}), …)`: what the official client gave for each call."""
    try:
        official.check()
    except official.NotInstalled as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with official.Program(Path(__file__).parent / "mcp_player.py") as program:
        yield lambda *calls, token=there["token"]: program.ask(url=f"{site.url}/api/mcp", token=token, play=calls)


def test_the_official_client_lists_the_tools(play: Play) -> None:
    about, tools = play(("about", None), ("list_tools", None))
    assert about["name"] == "sql-agent"
    assert [tool["name"] for tool in tools] == list(TOOLS)
    assert all(tool["annotations"]["read_only_hint"] for tool in tools)
    assert tools[2]["input_schema"]["required"] == ["connection_id", "question"]


def test_the_official_client_calls_every_tool(play: Play, there: dict[str, Any]) -> None:
    on = {"connection_id": there["connection"]}
    databases, schema, asked, ran, verified, saved = play(
        ("list_connections", {}),
        ("describe_schema", on | {"tables": ["products"]}),
        ("ask", on | {"question": "Which three products?"}),
        ("run_sql", on | {"sql": SQL}),
        ("list_verified_queries", on),
        ("list_saved_queries", on),
    )
    assert databases["data"]["connections"][0]["id"] == there["connection"]
    assert schema["data"]["tables"][0]["name"] == "products"
    assert (asked["is_error"], asked["data"]["status"], asked["data"]["sql"]) == (False, "succeeded", SQL)
    assert asked["data"]["result"]["rows"] == ran["data"]["result"]["rows"]
    [query] = verified["data"]["queries"]
    [kept] = saved["data"]["queries"]
    fetched, run_again, given = play(
        ("get_answer", {"answer_id": asked["data"]["answer_id"]}),
        ("run_verified_query", {"query_id": query["id"]}),
        ("run_saved_query", {"query_id": kept["id"], "parameters": {"most": 2}}),
    )
    assert fetched["data"]["result"] == asked["data"]["result"]
    assert run_again["data"]["result"]["rows"] == ran["data"]["result"]["rows"]
    assert given["data"]["result"]["rows"] == [row[:1] for row in ran["data"]["result"]["rows"][:2]]


def test_the_official_client_is_told_what_may_not_be(play: Play, there: dict[str, Any]) -> None:
    refused, fine = play(
        ("run_sql", {"connection_id": there["connection"], "sql": "DROP TABLE products"}), ("list_connections", {})
    )
    assert (refused["is_error"], refused["data"]["code"]) == (True, "sql_not_read_only")
    assert not fine["is_error"]


def test_the_official_client_reads_a_schema_as_a_resource(play: Play) -> None:
    [resources] = play(("list_resources", None))
    [[text]] = play(("read_resource", resources[0]))
    assert "products" in text


@pytest.mark.parametrize("token", ["nobody's", "agents"])
def test_the_official_client_is_not_let_in_without_a_token_for_it(
    play: Play, there: dict[str, Any], token: str
) -> None:
    reply = play(("list_tools", None), token=there.get(token, token))
    assert reply["refused"] == ["Server returned an error response"]


def test_the_page_s_example_in_python_prints_the_answer(site: Site, there: dict[str, Any]) -> None:
    code = snippets.python(site.url).replace("TOKEN", there["token"])
    environment = os.environ | {"NO_PROXY": "127.0.0.1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=90, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(SQL)
    assert len(done.stdout.strip().split("\n\n")[-1].splitlines()) == 3


def test_the_page_s_examples_in_a_terminal_are_answered(site: Site, there: dict[str, Any]) -> None:
    code = snippets.curl(site.url, there["connection"]).replace("TOKEN", there["token"])
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert '"status":"succeeded"' in done.stdout

    stream = snippets.stream(site.url, there["connection"]).replace("TOKEN", there["token"])
    told = subprocess.run(["bash", "-c", stream], capture_output=True, text=True, timeout=90).stdout
    assert told.startswith("event: asked\n")
    assert '"status": "succeeded"' in told.rpartition("event: done\n")[2]


def test_every_answer_is_as_the_schema_says(site: Site, there: dict[str, Any], tmp_path: Path) -> None:
    """What is valid is taken, what is not is refused, nobody is let in without a token, and nothing breaks."""
    schemathesis = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command = [*schemathesis, f"{site.url}/api/openapi.json", "-H", f"Authorization: Bearer {there['token']}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert f"Tested: {len(OPERATIONS)}\n" in done.stdout
