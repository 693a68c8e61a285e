"""The shapes of what is sent and answered. They are told to others; a test holds the real answers against them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from agent.errors import ErrorClass
from agent.policy import FEATURES
from agent.repairs import Strategy
from envapi.actions import ACTIONS, LONGEST_SQL
from envapi.observation import ROWS
from envapi.requests import LARGEST_SEED, LONGEST_ID, LONGEST_TEXT
from learning.benchmark.tasks import Difficulty

_NO_NUL = {"pattern": r"^[^\u0000]*$"}
ID = {"type": "string", "maxLength": LONGEST_ID, **_NO_NUL}
"""The schema of an `Id`, for where no shape is: a header, a cookie or an address."""

Id = Annotated[str, Field(max_length=LONGEST_ID, json_schema_extra=_NO_NUL)]
Name = Annotated[str, Field(max_length=LONGEST_TEXT, json_schema_extra=_NO_NUL)]
Index = Annotated[int, Field(ge=0, lt=len(ACTIONS), description="Of an action, in the order of `Strategy`.")]
OneReward = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Asked(BaseModel):
    """What the server does not know in it, it passes over."""

    model_config = ConfigDict(extra="allow")


class Repair(Shape):
    """The server's model writes the SQL: `generate` first, after a failure one of the repairs."""

    action: Strategy | Index
    sql: None = Field(None, description="Null, or not there.")
    metadata: Any = Field(None, description="Passed over: openenv-core's typed actions bring it.")


class Write(Shape):
    """The agent has written the SQL itself, and no model is called. Possible in every step."""

    sql: str = Field(min_length=1, max_length=LONGEST_SQL, json_schema_extra={"pattern": r"\S"})
    action: None = Field(None, description="Null, or not there.")
    metadata: Any = Field(None, description="Passed over: openenv-core's typed actions bring it.")


class Action(RootModel[Write | Repair]):
    """SQL of one's own, or a repair that the server's model is told to make."""

    model_config = ConfigDict(json_schema_extra={"type": "object"})


class ResetRequest(Asked):
    """Which task: by its id, or one of a difficulty, or any. Everything is optional, and so is the body."""

    task_id: Name | None = Field(None, description="A task of `GET /env/tasks`.")
    question_id: Name | None = Field(None, description="Another name of task_id.")
    difficulty: Difficulty | Literal["verified", ""] | None = Field(
        None, description="One of its tasks is drawn. `verified` are those of your team's own verified queries."
    )
    seed: int | None = Field(
        None, ge=0, le=LARGEST_SEED, description="The same seed draws the same task; the server's model gets it, too."
    )
    episode_id: Id | None = Field(
        None, description="What the episode shall be called; made up without it. One under way by this name is ended."
    )


class StepRequest(Asked):
    """The action may stand in its short form: the name of a repair, or its index."""

    action: Action | Strategy | Index
    episode_id: Id | None = Field(None, description="Which episode; see `sessions.http` in `GET /env/info`.")
    timeout_s: float | None = Field(
        None, gt=0, lt=1e6, description="Seconds that the step may take; when they are over, so is the episode."
    )
    request_id: Any = Field(None, description="Passed over.")


class Result(Shape):
    """The first rows of a result. A cell that JSON cannot hold exactly is an object: `{"bytes": base64}`, and as texts
    `{"decimal": …}`, `{"int": …}`, `{"float": …}`."""

    columns: list[str]
    rows: list[list[Any]] = Field(max_length=ROWS)
    row_count: Count = Field(description="Of the rows that were fetched.")
    truncated: bool = Field(description="Whether the query has more rows than were fetched.")


class Attempt(Shape):
    """What one step came to."""

    attempt: int = Field(ge=1)
    action: Strategy | Literal["sql"]
    sql: str
    error_class: ErrorClass | Literal[""]
    error_message: str
    hint: str
    reward: OneReward = Field(description="With what hindsight added since.")


class Metadata(Shape):
    """What is known beside the observation; a policy that learns from it learns from the grader."""

    episode_id: Id
    task_id: str
    difficulty: str
    reward_parts: dict[Literal["success", "failure", "severity", "changed"], float] = Field(
        description="What this step's reward is made of. They add up to it, within [-1, 1]."
    )
    hindsight: dict[str, Share] = Field(
        description="By attempt: how much more earlier ones are worth now that this one answers. Part of no reward."
    )
    score: Share | None = Field(description="How right the rows are; null where there are none, or none to compare.")
    why: str = Field(description="What differs from the right rows, in a sentence.")
    success: bool = Field(description="Whether a query ran. Whether it was right is `score`.")
    total_reward: float = Field(description="The sum of the steps' rewards.")
    message: str = Field(description="Why the episode ended without an answer.")
    outage: bool = Field(description="Whether the model or the database could not be reached.")


class Observation(Shape):
    """What the agent sees of its episode."""

    question: str
    dialect: str = Field(description="Of the SQL that the database takes.")
    model_schema: str = Field(alias="schema", description="CREATE TABLE statements; of a large database, those needed.")
    attempt: Count = Field(description="How many were made.")
    max_attempts: int = Field(ge=1)
    last_sql: str
    error_class: ErrorClass | Literal[""] = Field(description="Of the last attempt; empty where it answered.")
    error_message: str = Field(description="The database's own.")
    hint: str = Field(description="What a program can know of the failure, such as the closest names.")
    result: Result | None = Field(description="Of the last attempt, where it answered.")
    history: list[Attempt] = Field(description="Every attempt, the first one first.")
    available_actions: list[Strategy] = Field(description="What may be chosen next; SQL may always be written.")
    context: list[float] = Field(
        max_length=len(FEATURES),
        description="The bandit's features, as `context_features` of `GET /env/info` names them; empty where nothing "
        "is to repair.",
    )
    scores: dict[str, float] = Field(description="What the database's own bandit makes of each repair now.")
    metadata: Metadata


class Answer(Shape):
    """To a reset or a step."""

    observation: Observation
    reward: OneReward | None = Field(description="Of this step; null after a reset, and where its worth is not known.")
    done: bool


def absent() -> Any:
    """As the default of what may be missing: it has no value then, and none is published."""


class State(Shape):
    """Of a session; before its first reset there is no more than the first two."""

    episode_id: Id | None
    step_count: Count
    task_id: str = Field(default_factory=absent)
    question: str = Field(default_factory=absent)
    dialect: str = Field(default_factory=absent)
    max_attempts: int = Field(default_factory=absent, ge=1)
    done: bool = Field(default_factory=absent)
    success: bool = Field(default_factory=absent)
    total_reward: float = Field(default_factory=absent)
