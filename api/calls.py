"""One call of an operation over HTTP: who asks, what is sent, and how it is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, ValidationError

from accounts.links import absolute
from api.callers import Caller
from api.problems import MEDIA_TYPE, Code, Problem, invalid
from envapi.errors import Invalid
from envapi.requests import MOST_BYTES, read_json

ShapeT = TypeVar("ShapeT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    request: HttpRequest
    caller: Caller

    def query(self, shape: type[ShapeT]) -> ShapeT:
        """The parameters of the address. Raises Problem."""
        with _telling_mistakes():
            return shape.model_validate_strings(self.request.GET.dict())

    async def body(self, shape: type[ShapeT]) -> ShapeT:
        """Raises Problem."""
        if self.request.content_type != "application/json":
            raise Problem(Code.NOT_JSON, "Send the body as JSON, with the header Content-Type: application/json.")
        sent = await sync_to_async(self.request.read)(MOST_BYTES + 1)
        try:
            read_json(sent)
        except Invalid as wrong:
            raise invalid(wrong.message) from None
        except ValueError as error:
            raise invalid(f"The body is no JSON: {error}") from None
        with _telling_mistakes():
            return shape.model_validate_json(sent, strict=True)

    def address(self, path: str) -> str:
        return absolute(self.request, path)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: `data` is one of the shapes."""

    data: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        return _response(self.data.model_dump_json(), "application/json", self.status, self.headers)


def refusal(problem: Problem) -> HttpResponse:
    return _response(json.dumps(problem.as_json()), MEDIA_TYPE, problem.status, problem.headers)


def _response(body: str, kind: str, status: int, headers: Mapping[str, str]) -> HttpResponse:
    response = HttpResponse(body, content_type=kind, status=status, headers=dict(headers))
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@contextmanager
def _telling_mistakes() -> Iterator[None]:
    """Raises Problem."""
    try:
        yield
    except ValidationError as wrong:
        mistakes = [_mistake(one) for one in wrong.errors(include_url=False, include_context=False)]
        raise invalid(f"{mistakes[0]['field']}: {mistakes[0]['detail']}.", mistakes) from None


def _mistake(error: Any) -> dict[str, str]:
    where = ".".join(str(part) for part in error["loc"]) or "body"
    return {"field": where, "detail": str(error["msg"]).removeprefix("Value error, ")}
