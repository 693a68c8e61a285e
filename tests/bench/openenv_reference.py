"""The same environment on openenv-core's own FastAPI server: what ours is measured against.

Run by the Python of .venv-openenv: `openenv_reference.py PORT SETUP.json`; the file has `database` (a SQLite file),
`schema` (its text) and `tasks` (id → question and gold). Over `/ws` a session is an environment, as openenv-core has
it. Its HTTP routes make a new environment for each request and know no episodes: so that steps can be taken over HTTP,
episodes are kept here, in memory, by the `episode_id` that clients send.
"""

import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_fastapi_app

MAX_ATTEMPTS = 5
MAX_ROWS = 1000
PREVIEW_ROWS = 20
SECONDS = 30.0
STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 10_000
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
ERRORS = {"no such column": "no_such_column", "no such table": "no_such_table", "syntax error": "syntax_error"}

Rows = list[tuple[Any, ...]]


class SqlAction(Action):
    sql: str


class SqlObservation(Observation):
    """What ours has, but for the bandit's context and scores."""

    question: str
    dialect: str = "sqlite"
    schema_text: str
    attempt: int
    max_attempts: int = MAX_ATTEMPTS
    last_sql: str = ""
    error_class: str = ""
    error_message: str = ""
    result: dict[str, Any] | None = None
    history: list[dict[str, Any]] = []


@dataclass
class Setup:
    """`gold` is filled as tasks come up: the rows of their gold."""

    database: str
    schema: str
    tasks: dict[str, dict[str, str]]
    gold: dict[str, Rows] = field(default_factory=dict)
    episodes: dict[str, "Episode"] = field(default_factory=dict)


@dataclass
class Episode:
    id: str
    task: str
    attempts: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


class ReadOnly:
    """A SQLite file, of which nothing but rows comes back, and not for longer than SECONDS."""

    def __init__(self, path: str) -> None:
        # Over HTTP the framework makes an environment in one thread and asks it in another.
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        self._connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY
        )
        self._connection.set_progress_handler(self._is_late, STEPS_BETWEEN_LOOKS_AT_THE_CLOCK)
        self._deadline = 0.0

    def run(self, sql: str) -> tuple[list[str], Rows]:
        """Raises sqlite3.Error."""
        self._deadline = time.monotonic() + SECONDS
        cursor = self._connection.execute(sql)
        return [column[0] for column in cursor.description or ()], cursor.fetchmany(MAX_ROWS)

    def close(self) -> None:
        self._connection.close()

    def _is_late(self) -> int:
        return int(time.monotonic() > self._deadline)


class SqlEnvironment(Environment):
    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self._database = ReadOnly(setup.database)
        self._episode: Episode | None = None

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, task_id: str = "", **_: Any
    ) -> SqlObservation:
        self._episode = Episode(episode_id or "", task_id)
        if episode_id:
            self._setup.episodes[episode_id] = self._episode
        return self._observation(self._episode)

    def step(
        self, action: SqlAction, timeout_s: float | None = None, episode_id: str | None = None, **_: Any
    ) -> SqlObservation:
        episode = self._setup.episodes[episode_id] if episode_id else self._episode
        if episode is None:
            raise ValueError("Reset first.")
        episode.attempts += 1
        try:
            columns, rows = self._database.run(action.sql)
        except sqlite3.Error as error:
            return self._failed(episode, action.sql, str(error))
        return self._answered(episode, action.sql, columns, rows)

    @property
    def state(self) -> State:
        episode = self._episode
        return State(episode_id=episode and episode.id, step_count=episode.attempts if episode else 0)

    def close(self) -> None:
        self._database.close()

    def _failed(self, episode: Episode, sql: str, message: str) -> SqlObservation:
        kind = next((name for words, name in ERRORS.items() if words in message), "other")
        reward = -0.1 - 0.05 * episode.attempts
        return self._noted(episode, sql, reward, error_class=kind, error_message=message)

    def _answered(self, episode: Episode, sql: str, columns: list[str], rows: Rows) -> SqlObservation:
        right = Counter(rows) == Counter(self._gold(episode.task))
        reward = 1.0 - 0.1 * (episode.attempts - 1) if right else 0.0
        shown = [list(row) for row in rows[:PREVIEW_ROWS]]
        return self._noted(episode, sql, reward, result={"columns": columns, "rows": shown, "row_count": len(rows)})

    def _noted(self, episode: Episode, sql: str, reward: float, **came_of_it: Any) -> SqlObservation:
        """Rows end an episode, right or wrong, as they do in ours; so do too many failures."""
        done = "result" in came_of_it or episode.attempts >= MAX_ATTEMPTS
        if done:
            self._setup.episodes.pop(episode.id, None)
        failure = {name: value for name, value in came_of_it.items() if name != "result"}
        episode.history.append({"attempt": episode.attempts, "sql": sql, "reward": reward, **failure})
        return self._observation(episode, last_sql=sql, reward=reward, done=done, **came_of_it)

    def _gold(self, task: str) -> Rows:
        if task not in self._setup.gold:
            self._setup.gold[task] = self._database.run(self._setup.tasks[task]["gold"])[1]
        return self._setup.gold[task]

    def _observation(self, episode: Episode, **fields: Any) -> SqlObservation:
        return SqlObservation(
            question=self._setup.tasks[episode.task]["question"],
            schema_text=self._setup.schema,
            attempt=episode.attempts,
            history=episode.history,
            **fields,
        )


def main(port: str, setup: str) -> None:
    made: Callable[[], SqlEnvironment] = partial(SqlEnvironment, Setup(**json.loads(Path(setup).read_text())))
    app = create_fastapi_app(made, SqlAction, SqlObservation, max_concurrent_envs=1000)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
