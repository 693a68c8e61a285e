"""The OpenAPI document."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings

from envapi import about
from envapi.published.components import components
from envapi.published.exchanges import Exchange, exchanges
from envapi.published.messages import messages
from envapi.published.operations import OPERATIONS, Failure, Operation
from envapi.published.shapes import ID
from envapi.requests import COOKIE, HEADER

JSON = "application/json"
_ERRORS = {
    401: ("Refused", "No token, or one that is unknown, revoked, expired, or not made for the environment."),
    404: ("Refused", "No such task or episode among yours."),
    409: ("Refused", "Not now: no episode, one that is over, or a step of it is under way; or its database is away."),
    422: ("Mistakes", "What was sent cannot be understood, or is no action that can be done now."),
    429: ("Refused", "The server's model may not be asked now: a limit is reached. Retry-After says for how long."),
    503: ("Full", "So many sessions there are already."),
}


def document() -> dict[str, Any]:
    """As it holds on this installation, by its settings."""
    return _document(is_public=settings.OPENENV_PUBLIC)


@cache
def _document(*, is_public: bool) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": about.NAME, "version": about.VERSION, "description": about.DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [*([{}] if is_public else []), {"bearer": []}, {"basic": []}],
        "tags": [{"name": group} for group in dict.fromkeys(operation.group for operation in OPERATIONS)],
        "paths": paths,
        "components": {"schemas": components(), "securitySchemes": _SCHEMES},
        "x-websocket": {"/ws": messages()},
    }


_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal token, made on the account page.",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The token as the password, with any user name: for clients that have no headers but an "
        "address, https://agent:TOKEN@host.",
    },
}
_EPISODE = "$response.body#/observation/metadata/episode_id"
_LINKS = {
    "step": {"operationId": "step", "requestBody": {"episode_id": _EPISODE}, "description": "Of this episode."},
    "state": {"operationId": "state", "parameters": {"query.episode_id": _EPISODE}, "description": "Of this episode."},
}


def _operation(operation: Operation) -> dict[str, Any]:
    known = [exchanges()[name] for name in operation.examples]
    found: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "description": operation.text,
        "parameters": _parameters(operation),
        "responses": {
            "200": _response("As asked.", operation.answer, [one for one in known if one.status == 200]),
            **{str(failure.status): _failed(failure, known) for failure in _failures(operation)},
        },
    }
    if operation.id == "reset":
        found["responses"]["200"]["links"] = _LINKS
    if operation.is_open:
        found["security"] = []
    if operation.method == "post":
        found["requestBody"] = _body(operation, known)
    return found


def _failures(operation: Operation) -> list[Failure]:
    usual = [
        Failure(status, *_ERRORS[status]) for status in (*operation.errors, *(() if operation.is_open else (401,)))
    ]
    return sorted((*usual, *operation.others), key=lambda failure: failure.status)


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    if not operation.names_episode:
        return [
            {
                "name": one.name,
                "in": "header",
                "required": one.is_required,
                "description": one.text,
                "schema": one.schema,
            }
            for one in operation.headers
        ]
    places = [("header", HEADER.title(), "Where the request itself names no episode.")]
    if operation.in_address:
        places.insert(0, ("query", "episode_id", "Which episode."))
    if operation.path != "/reset":
        places.append(("cookie", COOKIE, "Where nothing else does. A reset sets it."))
    return [
        {"name": name, "in": place, "required": False, "description": text, "schema": ID}
        for place, name, text in places
    ]


def _body(operation: Operation, known: list[Exchange]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _ref(operation.body) if operation.body else {}}
    if sent := {one.name: {"summary": one.summary, "value": one.request} for one in known if one.request is not None}:
        content["examples"] = sent
    return {"required": operation.needs_body, "content": {JSON: content}}


def _failed(failure: Failure, known: list[Exchange]) -> dict[str, Any]:
    if not failure.shape:
        return {"description": failure.text}
    fitting = [one for one in known if one.status == failure.status]
    general = exchanges().get(f"any_{failure.status}")
    return _response(failure.text, failure.shape, fitting or ([general] if general else []))


def _response(why: str, shape: str, shown: list[Exchange]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _ref(shape)}
    if shown:
        content["examples"] = {one.name: {"summary": one.summary, "value": one.response} for one in shown}
    return {"description": why, "content": {JSON: content}}


def _ref(shape: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape}"}
