"""Our environment, every part of it, on openenv-core's own FastAPI server: what their server costs and ours, for the
same work.

Run by the Python of the product, with the packages of .venv-openenv before its own: `openenv_same PORT`. Over HTTP,
episodes are kept in memory, as openenv_reference.py does it.
"""

import sys
from functools import partial
from typing import Any

import django
import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_fastapi_app

django.setup()

from envapi import environment as ours  # noqa: E402
from envapi.actions import Write  # noqa: E402
from envapi.callers import Caller  # noqa: E402
from envapi.observation import Answer  # noqa: E402
from envapi.tasks import Wanted  # noqa: E402

CALLER = Caller(None, "address 127.0.0.1")


class SqlAction(Action):
    sql: str


class SqlObservation(Observation):
    """All that ours has; `schema` is a word of pydantic's."""

    question: str
    dialect: str
    schema_text: str
    attempt: int
    max_attempts: int
    last_sql: str
    error_class: str
    error_message: str
    hint: str
    result: dict[str, Any] | None
    history: list[dict[str, Any]]
    available_actions: list[str]
    context: list[float]
    scores: dict[str, float]

    @classmethod
    def of(cls, answer: Answer) -> "SqlObservation":
        seen = dict(answer.observation)
        return cls(schema_text=seen.pop("schema"), reward=answer.reward, done=answer.done, **seen)


class SqlEnvironment(Environment):
    """`kept` are those of episodes that have an id: over HTTP each request has an environment of its own."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, kept: dict[str, ours.Environment]) -> None:
        super().__init__()
        self._kept = kept
        self._environment: ours.Environment | None = None

    async def reset_async(
        self, seed: int | None = None, episode_id: str | None = None, task_id: str = "", **_: Any
    ) -> SqlObservation:
        if episode_id:
            environment = self._kept[episode_id] = ours.Environment(CALLER)
        else:
            environment = self._environment = self._environment or ours.Environment(CALLER)
        return SqlObservation.of(await environment.reset(Wanted(task_id, "", seed, episode_id or "")))

    async def step_async(
        self, action: SqlAction, timeout_s: float | None = None, episode_id: str | None = None, **_: Any
    ) -> SqlObservation:
        environment = self._kept[episode_id] if episode_id else self._environment
        if environment is None:
            raise ValueError("Reset first.")
        answer = await environment.step(Write(action.sql), timeout_s)
        if answer.done and episode_id:
            del self._kept[episode_id]
        return SqlObservation.of(answer)

    def reset(self, *_: Any, **__: Any) -> SqlObservation:
        raise NotImplementedError

    step = reset

    @property
    def state(self) -> State:
        state = self._environment.state() if self._environment else {"episode_id": None, "step_count": 0}
        return State(episode_id=state["episode_id"], step_count=state["step_count"])

    def close(self) -> None:
        if self._environment:
            self._environment.close()


def main(port: str) -> None:
    app = create_fastapi_app(partial(SqlEnvironment, {}), SqlAction, SqlObservation, max_concurrent_envs=1000)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
