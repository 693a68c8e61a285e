"""A typed client of the SQL agent's environment, to copy into a project of yours: it needs openenv-core only.

    with SqlAgentEnv("http://127.0.0.1:8000").sync() as env:
        result = env.reset(task_id="easy-01")
        print(result.observation.question, result.observation.schema_text)
        result = env.step(Sql(sql="SELECT name, price, cost FROM products WHERE price < 1.5 * cost"))
        print(result.reward, result.done)

Where the server asks for a token, its address brings it: http://agent:TOKEN@127.0.0.1:8000. In asynchronous code leave
out `.sync()`, and write `async with` and `await`.
"""

from typing import Any

from openenv.core import EnvClient
from openenv.core.client_types import StepResult
from openenv.core.env_server.types import Action, Observation, State
from pydantic import BaseModel, ConfigDict, Field


class Sql(Action):
    """The agent writes the SQL itself."""

    sql: str


class Repair(Action):
    """The server's model writes the SQL: `generate` first, then one of the observation's available actions."""

    action: str | int


class Rows(BaseModel):
    """The first rows of a result; `row_count` is of all that were fetched, and `truncated` says that there are more."""

    columns: list[str]
    rows: list[list[Any]]
    row_count: int
    truncated: bool


class Attempt(BaseModel):
    attempt: int
    action: str
    sql: str
    error_class: str
    error_message: str
    hint: str
    reward: float


class SqlObservation(Observation):
    """With `done` and `reward`. By `context` the server's own bandit would choose a repair, as `scores` say."""

    # What a newer server adds does not break this client.
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    question: str
    dialect: str
    schema_text: str = Field(alias="schema")
    attempt: int
    max_attempts: int
    last_sql: str = ""
    error_class: str = ""
    error_message: str = ""
    hint: str = ""
    result: Rows | None = None
    history: list[Attempt] = []
    available_actions: list[str] = []
    context: list[float] = []
    scores: dict[str, float] = {}


class SqlState(State):
    """Before the first reset only `episode_id` (None) and `step_count` are known."""

    task_id: str = ""
    question: str = ""
    dialect: str = ""
    max_attempts: int = 0
    done: bool = False
    success: bool = False
    total_reward: float = 0.0


class SqlAgentEnv(EnvClient[Sql | Repair, SqlObservation, SqlState]):
    """`reset` takes task_id, difficulty, seed and episode_id."""

    def _step_payload(self, action: Sql | Repair) -> dict[str, Any]:
        payload: dict[str, Any] = action.model_dump(exclude={"metadata"})
        return payload

    def _parse_result(self, payload: dict[str, Any]) -> StepResult[SqlObservation]:
        outcome = {"reward": payload.get("reward"), "done": payload.get("done", False)}
        return StepResult(observation=SqlObservation(**payload["observation"] | outcome), **outcome)

    def _parse_state(self, payload: dict[str, Any]) -> SqlState:
        return SqlState(**payload)
