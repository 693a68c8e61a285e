"""The shapes as JSON Schema."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from envapi.published import answers, shapes

REF = "#/components/schemas/{model}"
SHAPES: tuple[type[BaseModel], ...] = (
    shapes.Action,
    shapes.ResetRequest,
    shapes.StepRequest,
    shapes.Answer,
    shapes.Observation,
    shapes.State,
    answers.Tasks,
    answers.Info,
    answers.Health,
    answers.About,
    answers.Schemas,
    answers.RpcAnswer,
    answers.Nothing,
    answers.Refused,
    answers.Mistakes,
    answers.Full,
)


class Untitled(GenerateJsonSchema):
    """A property's title would say its name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def components() -> dict[str, Any]:
    """By name, those that others are made of too; they refer to each other as an OpenAPI document does."""
    _, found = models_json_schema(
        [(shape, "validation") for shape in SHAPES], ref_template=REF, schema_generator=Untitled
    )
    schemas: dict[str, Any] = found["$defs"]
    return {name: schemas[name] for name in sorted(schemas)}


@cache
def alone(shape: type[BaseModel]) -> dict[str, Any]:
    """One that needs no other document."""
    return shape.model_json_schema(schema_generator=Untitled)


def schemas() -> dict[str, Any]:
    """What `GET /schema` answers."""
    return {
        "action": alone(shapes.Action),
        "observation": alone(shapes.Observation),
        "state": alone(shapes.State),
    }
