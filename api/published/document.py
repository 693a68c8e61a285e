"""The OpenAPI document, made of the table of operations and the shapes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import problems, saved_shapes, shapes, streaming
from api.operations import OPERATIONS, ROOT, Operation
from api.problems import KINDS, Code
from envapi.published.components import REF, Untitled

VERSION = "1.0.0"
JSON = "application/json"
_ARGUMENT = re.compile(r"<(int|uuid):(\w+)>")
_ARGUMENTS = {
    "connection_id": ({"type": "integer", "minimum": 0}, "A database, as the list has it."),
    "answer_id": ({"type": "string", "format": "uuid"}, "An answer of yours."),
    "saved_id": ({"type": "integer", "minimum": 0}, "A saved query, as the list has it."),
    "query_id": ({"type": "integer", "minimum": 0}, "A verified query, as the list has it."),
}
_SENT: tuple[type[BaseModel], ...] = (shapes.Question, shapes.Statement, saved_shapes.Values, shapes.Verdict)
_DONE = {200: "As asked.", 202: "It is still being answered.", 304: "It is as you have it."}


def path_of(operation: Operation) -> str:
    """As OpenAPI writes it."""
    return f"{ROOT}/{_ARGUMENT.sub(lambda found: f'{{{found[2]}}}', operation.path)}"


@cache
def document() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(path_of(operation), {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SQL agent",
            "version": VERSION,
            "description": "Ask databases in plain English, and read them: everything reads, nothing writes.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": group} for group in dict.fromkeys(operation.group for operation in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token that may ask and read databases, made on the page “API tokens”.",
                }
            },
        },
    }


@cache
def components() -> dict[str, Any]:
    """The shapes as JSON Schema, by name."""
    answered: set[type[BaseModel]] = {shapes.Problem, *(operation.answer for operation in OPERATIONS)}
    wanted: list[tuple[type[BaseModel], Any]] = [(shape, "validation") for shape in _SENT]
    wanted += [(shape, "serialization") for shape in answered]
    _, found = models_json_schema(wanted, ref_template=REF, schema_generator=Untitled)
    schemas: dict[str, Any] = found["$defs"]
    schemas["Problem"]["properties"]["code"]["enum"] = [str(code) for code in Code]
    schemas["Problem"]["required"] = ["type", "title", "status", "detail", "code"]
    return {name: schemas[name] for name in sorted(schemas)}


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.group],
        "summary": operation.summary,
        "description": operation.text,
        "parameters": parameters_of(operation),
        "responses": {
            **{str(status): _done(operation, status) for status in operation.statuses},
            **{str(status): _failed(codes) for status, codes in by_status(operation.may_fail_by)},
        },
    }
    if operation.body:
        content = {JSON: {"schema": _ref(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def parameters_of(operation: Operation) -> list[dict[str, Any]]:
    named = [found[2] for found in _ARGUMENT.finditer(operation.path)]
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": kind, "description": text}
        for name in named
        for kind, text in [_ARGUMENTS[name]]
    ]
    wanted = operation.query.model_json_schema(schema_generator=Untitled)["properties"] if operation.query else {}
    in_query = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in wanted.items()
    ]
    return in_path + in_query


def by_status(codes: Sequence[Code]) -> list[tuple[int, list[Code]]]:
    found: dict[int, list[Code]] = {}
    for code in codes:
        found.setdefault(KINDS[code].status, []).append(code)
    return sorted(found.items())


def _done(operation: Operation, status: int) -> dict[str, Any]:
    if status == 304:
        return {"description": _DONE[status]}
    content: dict[str, Any] = {JSON: {"schema": _ref(operation.answer)}}
    if operation.streams and status == 200:
        content[streaming.MEDIA_TYPE] = {"schema": {"type": "string"}}
    return {"description": _DONE[status], "content": content}


def _failed(codes: Sequence[Code]) -> dict[str, Any]:
    told = " ".join(f"`{code}`: {KINDS[code].text}" for code in codes)
    return {"description": told, "content": {problems.MEDIA_TYPE: {"schema": _ref(shapes.Problem)}}}


def _ref(shape: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=shape.__name__)}
