"""What the documentation's page shows, made from the OpenAPI document."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.safestring import SafeString

from agent.repairs import REPAIRS, Strategy, instruction
from datasources.descriptions import markdown
from envapi import about
from envapi.mcp.tools import TOOLS, Tool
from envapi.published import snippets
from envapi.published.document import JSON, document
from envapi.published.exchanges import exchanges
from envapi.published.messages import ERRORS, KINDS, Kind
from envapi.published.operations import OPERATIONS, Operation
from envapi.published.wording import Field, anchor, fields_of, json_html, kind_of, name_of, prose

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Answered:
    """One status of an endpoint."""

    status: str
    text: str
    shape: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Example:
    """`code` is coloured; `id` names it in the page."""

    id: str
    title: str
    code: SafeString | str


@dataclass(frozen=True, slots=True)
class Endpoint:
    operation: Operation
    id: str
    text: SafeString
    parameters: list[Field]
    body: str
    body_anchor: str
    answers: list[Answered]
    examples: list[Example]

    @property
    def method(self) -> str:
        return self.operation.method.upper()


@dataclass(frozen=True, slots=True)
class Shape:
    """`kind` says what it is where it has no fields."""

    name: str
    anchor: str
    text: SafeString
    fields: list[Field]
    kind: SafeString


@dataclass(frozen=True, slots=True)
class Act:
    index: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A type of message on `/ws`."""

    kind: Kind
    text: SafeString
    id: str
    data_anchor: str
    answer_anchor: str
    examples: list[Example]


def page(site: str) -> dict[str, Any]:
    """`site` is the site's own address, with a slash."""
    whole = document()
    described = [_endpoint(operation, whole, site) for operation in OPERATIONS]
    info = about.info(())
    return {
        "site": site,
        "bare": site.removesuffix("/"),
        "with_token": _with_token(site),
        "socket": "ws" + site.removeprefix("http") + "ws",
        "is_public": settings.OPENENV_PUBLIC,
        "version": about.VERSION,
        "info": info,
        "acts": _acts(),
        "groups": [(group, list(ones)) for group, ones in groupby(described, lambda one: one.operation.group)],
        "shapes": [_shape(name, schema) for name, schema in whole["components"]["schemas"].items()],
        "said": [_said(kind) for kind in KINDS],
        "codes": {code: prose(text) for code, text in ERRORS.items()},
        "client_code": snippets.client(site.removesuffix("/") if settings.OPENENV_PUBLIC else _with_token(site)),
        "curl_code": snippets.curl(site.removesuffix("/"), needs_token=not settings.OPENENV_PUBLIC),
        "mcp_code": snippets.mcp(site.removesuffix("/"), needs_token=not settings.OPENENV_PUBLIC),
        "tools": [_tool(tool) for tool in TOOLS.values()],
        "log_code": snippets.log(),
        "ws_error": json_html(exchanges()["ws_error"].response),
        "statuses": _statuses(whole),
    }


def _with_token(site: str) -> str:
    parts = urlsplit(site)
    return f"{parts.scheme}://agent:TOKEN@{parts.netloc}"


def _acts() -> list[Act]:
    first = Act(0, Strategy.GENERATE, "The model writes SQL for the question. Only as the first action.")
    return [first, *(Act(index, repair, instruction(repair)) for index, repair in enumerate(REPAIRS, 1))]


def _endpoint(operation: Operation, whole: Mapping[str, Any], site: str) -> Endpoint:
    described = whole["paths"][operation.path][operation.method]
    answers = [_answered(status, one) for status, one in described["responses"].items()]
    return Endpoint(
        operation,
        operation.id,
        markdown(described["description"]),
        [
            Field(one["name"], kind_of(one["schema"]), prose(one["description"]), one["required"], one["in"])
            for one in described["parameters"]
        ],
        operation.body,
        anchor(operation.body),
        answers,
        _examples(operation, site),
    )


def _answered(status: str, described: Mapping[str, Any]) -> Answered:
    shape = name_of(described["content"][JSON]["schema"]) if "content" in described else ""
    return Answered(status, described["description"], shape, anchor(shape))


def _examples(operation: Operation, site: str) -> list[Example]:
    """How to ask by curl, and what is answered then; what fails is shown beside the error codes."""
    found = []
    for name in operation.examples:
        one = exchanges()[name]
        if one.status == 200:
            asked = _curl(one.method, site.removesuffix("/") + one.path, one.request, is_open=operation.is_open)
            found.append(Example(f"ask-{name}", one.summary, asked))
            found.append(Example(f"answer-{name}", f"{one.status}", json_html(_of_site(one.response, site))))
    return found


def _of_site(response: Any, site: str) -> Any:
    """The examples were answered somewhere else."""
    return json.loads(json.dumps(response).replace("http://127.0.0.1:8000/", site))


def _curl(method: str, address: str, body: Any, *, is_open: bool) -> str:
    lines = [f"curl {shlex.quote(address)}"]
    if not is_open and not settings.OPENENV_PUBLIC:
        lines.append(snippets.TOKEN)
    if method == "POST":
        lines += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}"]
    return f" \\\n{_INDENT}".join(lines)


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    fields = fields_of(schema)
    without = SafeString("") if fields else kind_of(schema)
    return Shape(name, anchor(name), markdown(schema.get("description", "")), fields, without)


def _said(kind: Kind) -> Said:
    examples = []
    if kind.example:
        one = exchanges()[kind.example]
        examples.append(Example(f"say-{kind.type}", "Sent", json_html(one.request)))
        examples.append(Example(f"hear-{kind.type}", "Answered", json_html(one.response)))
    return Said(kind, prose(kind.text), f"ws-{kind.type}", anchor(kind.data), anchor(kind.answer), examples)


def _tool(tool: Tool) -> tuple[str, str, list[Field]]:
    return tool.name, tool.description, fields_of(tool.schema)


def _failed(status: str, shown: Mapping[str, Any]) -> Example:
    return Example(f"fail-{status}", shown["summary"], json_html(shown["value"]))


def _statuses(whole: Mapping[str, Any]) -> list[tuple[Answered, Example | None]]:
    """Each failure that some endpoint may answer, with one that was."""
    seen: dict[str, tuple[Answered, Example | None]] = {}
    for operation in OPERATIONS:
        for status, described in whole["paths"][operation.path][operation.method]["responses"].items():
            shown = described.get("content", {}).get(JSON, {}).get("examples", {})
            example = next((_failed(status, one) for one in shown.values()), None)
            if status >= "400" and (status not in seen or (example and not seen[status][1])):
                seen[status] = (_answered(status, described), example)
    return [seen[status] for status in sorted(seen)]
