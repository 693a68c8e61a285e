"""What the page of the API shows, made from the table of operations and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from accounts.models import User
from api import connections, streaming
from api.mcp.tools import TOOLS
from api.operations import OPERATIONS, Operation
from api.problems import KINDS, Code
from api.published import snippets
from api.published.document import by_status, document, parameters_of, path_of
from datasources.descriptions import markdown
from envapi.published.wording import Field, anchor, fields_of, kind_of, prose

_EXAMPLES: Mapping[str, Any] = {
    "ask": {"question": "Which five products brought in the most revenue?"},
    "sql": {"sql": "SELECT count(*) FROM products"},
    "run_saved_query": {"parameters": {"month": "2026-01", "countries": ["DE", "FR"]}},
    "verdict": {"verdict": "wrong", "remark": "Revenue excludes what was sent back."},
}
_AN_ANSWER = "0b6f3c1e-7d0b-4f0e-9d25-1c8f6f0a2f11"


@dataclass(frozen=True, slots=True)
class Answered:
    """One status of an operation: the shape of its answer, or the codes of its problems."""

    status: int
    shape: str
    anchor: str
    codes: list[Code]

    @property
    def is_good(self) -> bool:
        return self.status < 400


@dataclass(frozen=True, slots=True)
class Told:
    operation: Operation
    path: str
    text: SafeString
    parameters: list[Field]
    body: str
    body_anchor: str
    answers: list[Answered]
    code: str

    @property
    def method(self) -> str:
        return self.operation.method.upper()


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    anchor: str
    text: SafeString
    fields: list[Field]
    kind: SafeString


@dataclass(frozen=True, slots=True)
class Wrong:
    code: Code
    status: int
    text: SafeString


def page(user: User, site: str) -> dict[str, Any]:
    """`site` is the site's own address, without a slash at its end."""
    first = connections.visible_to(user).first()
    connection = first.pk if first else 1
    told = [_told(operation, site, connection) for operation in OPERATIONS]
    return {
        "site": site,
        "mcp_address": f"{site}/api/mcp",
        "groups": [(group, list(ones)) for group, ones in groupby(told, lambda one: one.operation.group)],
        "shapes": [_shape(name, schema) for name, schema in document()["components"]["schemas"].items()],
        "problems": [Wrong(code, kind.status, prose(kind.text)) for code, kind in KINDS.items()],
        "events": {name: prose(text) for name, text in streaming.EVENTS.items()},
        "tools": [(tool.name, tool.description) for tool in TOOLS.values()],
        "curl_code": snippets.curl(site, connection),
        "python_code": snippets.python(site),
        "stream_code": snippets.stream(site, connection),
        "by_address": snippets.assistant_by_address(f"{site}/api/mcp"),
        "in_editor": snippets.assistant_in_editor(f"{site}/api/mcp"),
        "by_command": snippets.assistant_by_command(f"{site}/api/mcp"),
        "requests_a_minute": settings.RATE_TOKEN_REQUESTS,
        "query_rows": settings.QUERY_ROWS,
        "query_seconds": settings.QUERY_SECONDS,
    }


def _told(operation: Operation, site: str, connection: int) -> Told:
    path = path_of(operation)
    address = path.format(connection_id=connection, answer_id=_AN_ANSWER, query_id=1, saved_id=1)
    body = operation.body.__name__ if operation.body else ""
    return Told(
        operation,
        path,
        markdown(operation.text),
        [
            Field(one["name"], kind_of(one["schema"]), prose(one["description"]), one["required"], one["in"])
            for one in parameters_of(operation)
        ],
        body,
        anchor(body),
        _answers(operation),
        snippets.call(operation.method.upper(), site + address, _EXAMPLES.get(operation.name)),
    )


def _answers(operation: Operation) -> list[Answered]:
    shape = operation.answer.__name__
    done = [Answered(status, "" if status == 304 else shape, anchor(shape), []) for status in operation.statuses]
    return [*done, *(Answered(status, "", "", codes) for status, codes in by_status(operation.may_fail_by))]


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    return Shape(name, anchor(name), markdown(schema.get("description", "")), fields_of(schema), kind_of(schema))
