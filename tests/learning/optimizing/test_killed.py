"""A worker that is killed in the middle of an optimization: another one goes on from what is stored."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.scripted_server import running_server
from learning.benchmark.tasks import Part, built_in
from tests.migrated import NewDataDir
from tests.processes import ROOT, Site

RULE = "Every order counts once."
_BEGIN = """
from datasources.models import Connection
from learning.models import Attempt, Episode, Optimization
from learning.optimizing import running
sample = Connection.objects.get(is_sample=True)
for word in ("first", "second", "third"):
    failed = Episode.objects.create(connection=sample, question=f"Which was the {word} order of all?",
                                    source="chat", status="failed", model="scripted")
    Attempt.objects.create(episode=failed, number=1, strategy="generate", error_class="other", message="no")
running.start(sample, "command", wanted=running.Wanted(evolves="rules", seed=1, max_calls=40))
"""


def script() -> list[dict[str, Any]]:
    """A model that takes its time, and knows all answers once it is told the rule."""
    knowing = [
        {
            "when": RULE,
            "when_re": re.escape(task.asked) + r"\s*\Z",
            "where": "all",
            "text": f"```sql\n{task.gold[0]}\n```",
            "first_token_delay": 0.05,
        }
        for task in built_in(Part.VALIDATION)
    ]
    taught = {"when": RULE, "where": "all", "text": "```sql\nSELECT 1\n```"}
    proposed = {"when": "what went wrong, and the rule", "text": f"They were counted twice.\nRULE: {RULE}"}
    return [proposed, *knowing, taught, {"text": "I do not know.", "times": None, "first_token_delay": 0.05}]


@contextmanager
def worker(site: Site, queue: str) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--queue-name", queue, "--interval", "0.2", "--no-startup-delay", "--no-reload"]
    command = [sys.executable, "manage.py", "db_worker", *options]
    process = subprocess.Popen(command, cwd=ROOT, env=site.environment, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Stored:
    """What is in the application's database."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "app.sqlite3"

    def one(self, sql: str) -> Any:
        with closing(sqlite3.connect(self._path, timeout=20)) as database, database:
            row = database.execute(sql).fetchone()
            return row[0] if row else None

    def wait_for(self, sql: str, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not self.one(sql):
            assert time.monotonic() < end, sql
            time.sleep(0.1)

    def a_minute_passes(self) -> None:
        """For what has been silent since, and for the watch that looks for it."""
        self.one("UPDATE learning_optimization SET beat_at = datetime(beat_at, '-60 seconds')")
        self.one("UPDATE django_tasks_database_dbtaskresult SET run_after = datetime('now', '-1 second')")


@pytest.mark.timeout(300)
def test_another_worker_goes_on_and_nothing_is_promoted_twice(new_data_dir: NewDataDir) -> None:
    with running_server(script()) as model:
        data_dir = new_data_dir()
        site = Site(data_dir, API_BASE_URL=model.base_url, MODEL_NAME="scripted", GEPA_OPTIMIZE_EVERY="0")
        site.manage("shell", "-c", _BEGIN)
        stored = Stored(data_dir)
        with worker(site, "model") as first:
            stored.wait_for("SELECT COUNT(*) > 3 FROM learning_trial")
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        done = stored.one("SELECT COUNT(*) FROM learning_trial")
        assert stored.one("SELECT state FROM learning_optimization") == "running"

        stored.a_minute_passes()
        with worker(site, "default"), worker(site, "model"):
            stored.wait_for("SELECT state = 'done' FROM learning_optimization")

        assert stored.one("SELECT outcome FROM learning_optimization") == "promoted"
        assert stored.one("SELECT COUNT(*) FROM learning_generation WHERE number > 0") == 1
        assert stored.one("SELECT COUNT(*) FROM learning_trial") > done
        asked_twice = "SELECT COUNT(*) - COUNT(DISTINCT key || '/' || example) FROM learning_trial"
        assert stored.one(asked_twice) == 0
