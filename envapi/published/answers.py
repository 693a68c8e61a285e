"""The shapes of what the environment says of itself, of errors, and of JSON-RPC."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from agent.errors import ErrorClass
from agent.repairs import Strategy
from envapi.published.shapes import Count, Shape, absent


class Task(Shape):
    """What can be asked. Which SQL is right is never told."""

    task_id: str
    question: str
    instructions: str = Field(description="What holds for this database besides the question.")
    difficulty: str
    category: str
    dialect: str
    database: str


class Tasks(Shape):
    tasks: list[Task] = Field(description="The built-in ones; with a token, also those of your teams' databases.")


class Rewards(Shape):
    """What a step is worth."""

    range: list[float] = Field(min_length=2, max_length=2)
    parts: dict[str, str]
    hindsight: str
    null: str


class Sessions(Shape):
    """What a session is, and how many there may be."""

    http: str
    websocket: str
    idle_minutes: Count
    max_sessions: Count


class Authorization(Shape):
    public: bool = Field(description="Whether the built-in tasks are there without a token.")
    how: str


class Info(Shape):
    """How the environment works, for programs."""

    name: str
    version: str
    description: str
    tasks: Count
    difficulties: list[str]
    max_attempts: int
    actions: list[Strategy]
    action_forms: list[str]
    error_classes: list[ErrorClass]
    context_features: list[str]
    reward: Rewards
    sessions: Sessions
    authorization: Authorization
    determinism: str


class Health(Shape):
    status: Literal["healthy", "unhealthy", "degraded"]


class About(Shape):
    """As the standard has it."""

    name: str
    description: str
    version: str
    author: str | None
    readme_content: str | None
    documentation_url: str


class Schemas(Shape):
    """JSON Schemas."""

    action: dict[str, Any]
    observation: dict[str, Any]
    state: dict[str, Any]


class Nothing(Shape):
    """An empty object."""


class Refused(Shape):
    """Why, in a sentence."""

    detail: str


class Mistake(Shape):
    type: str = Field(description="A word for programs, such as `missing` or `extra_forbidden`.")
    loc: list[str | int] = Field(description="Where in what was sent.")
    msg: str


class Mistakes(Shape):
    """What was sent cannot be understood."""

    detail: list[Mistake] = Field(min_length=1)


class Full(Shape):
    """So many sessions there are already."""

    detail: str
    code: Literal["CAPACITY_REACHED"]
    active_sessions: Count
    max_sessions: Count


class RpcError(Shape):
    code: int = Field(description="-32700: no JSON. -32600: no request. -32601: no such method. -32602: wrong params.")
    message: str
    data: Any = None


class RpcAnswer(Shape):
    """JSON-RPC 2.0: a result or an error."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["result"]}, {"required": ["error"]}]})

    jsonrpc: Literal["2.0"]
    id: str | int | None
    result: Any = Field(default_factory=absent)
    error: RpcError = Field(default_factory=absent)
