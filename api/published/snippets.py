"""What somebody copies to begin with. `site` is the site's own address, without a slash at its end."""

from __future__ import annotations

import json
import shlex
from typing import Any

_BEARER = "Authorization: Bearer TOKEN"
_CURL = """\
curl {site}/api/v1/connections -H 'Authorization: Bearer TOKEN'

curl '{site}/api/v1/connections/{connection}/questions?wait=60' \\
  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{{"question": "Which five products brought in the most revenue?"}}'
"""
_PYTHON = """\
# pip install requests
import requests

api = requests.Session()
api.headers["Authorization"] = "Bearer TOKEN"
site = "{site}/api/v1"

[database, *others] = api.get(f"{{site}}/connections").json()["connections"]
question = {{"question": "Which five products brought in the most revenue?"}}
asked = api.post(f"{{site}}/connections/{{database['id']}}/questions", json=question, params={{"wait": 60}})
answer = asked.json()
while asked.ok and answer["status"] == "running":
    answer = api.get(f"{{site}}/answers/{{answer['id']}}", params={{"wait": 60}}).json()

if not asked.ok or answer["status"] != "succeeded":
    raise SystemExit(answer.get("detail") or answer["error"])
print(answer["sql"], answer["confidence"] and answer["confidence"]["text"], sep="\\n\\n", end="\\n\\n")
page = answer["rows"]
while page:
    for row in page["rows"]:
        print(*row, sep="\\t")
    page = page["next"] and api.get("{site}" + page["next"]).json()
"""
_STREAM = """\
curl -N {site}/api/v1/connections/{connection}/questions \\
  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' -H 'Accept: text/event-stream' \\
  -d '{{"question": "How many customers are there in each country?"}}'
"""


def curl(site: str, connection: int) -> str:
    return _CURL.format(site=site, connection=connection)


def python(site: str) -> str:
    return _PYTHON.format(site=site)


def stream(site: str, connection: int) -> str:
    return _STREAM.format(site=site, connection=connection)


def call(method: str, address: str, body: Any) -> str:
    lines = [f"curl{' -X POST' if method == 'POST' and body is None else ''} {shlex.quote(address)} -H '{_BEARER}'"]
    if body is not None:
        lines.append(f"  -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}")
    return " \\\n".join(lines)


def assistant_by_address(address: str) -> str:
    """For an assistant that reaches MCP servers by their addresses."""
    server = {"type": "http", "url": address, "headers": {"Authorization": "Bearer TOKEN"}}
    return _indented({"mcpServers": {"sql-agent": server}})


def assistant_in_editor(address: str) -> str:
    """For an editor that asks for the token once and keeps it."""
    asked = {"type": "promptString", "id": "sql-agent-token", "description": "API token", "password": True}
    server = {"type": "http", "url": address, "headers": {"Authorization": "Bearer ${input:sql-agent-token}"}}
    return _indented({"inputs": [asked], "servers": {"sql-agent": server}})


def assistant_by_command(address: str) -> str:
    """For an assistant that only starts programs: one that is between it and the address."""
    arguments = ["-y", "mcp-remote", address, "--header", "Authorization:${AUTHORIZATION}"]
    if address.startswith("http://"):
        arguments.append("--allow-http")
    server = {"command": "npx", "args": arguments, "env": {"AUTHORIZATION": "Bearer TOKEN"}}
    return _indented({"mcpServers": {"sql-agent": server}})


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2)
