"""A worker process that is killed or ended in the middle of something, and what becomes of that."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.scripted_server import running_server
from tests.migrated import NewDataDir
from tests.operations.processes import wait_for, worker
from tests.processes import Site

BEGIN = """
from accounts.models import User
from datasources.models import Connection
from learning.benchmark import running
from learning.benchmark.running import Wanted
sample = Connection.objects.get(is_sample=True)
running.start(sample, User.objects.get(), Wanted(difficulties=("easy",), policy="none"))
"""
AGAIN = """
from learning.models import Evaluation
Evaluation.objects.all().delete()
"""
HOLDER = "SELECT pid FROM operations_worker WHERE doing = 'evaluate'"
SLOW = [{"text": "```sql\nSELECT 1\n```", "first_token_delay": 3.0, "times": None}]
QUICK = [{"text": "```sql\nSELECT 1\n```", "times": None}]


class Stored:
    """What is in the application's database."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "app.sqlite3"

    def one(self, sql: str) -> Any:
        with closing(sqlite3.connect(self._path, timeout=20)) as database, database:
            row = database.execute(sql).fetchone()
            return row[0] if row else None

    def is_asking(self) -> bool:
        return bool(self.one("SELECT COUNT(*) FROM learning_evaluatedquestion WHERE state = 'asking'"))

    def is_done(self) -> bool:
        return bool(self.one("SELECT state = 'done' FROM learning_evaluation"))

    def tasks(self, status: str) -> int:
        counted = "SELECT COUNT(*) FROM django_tasks_database_dbtaskresult WHERE task_path LIKE '%evaluate' AND "
        return int(self.one(f"{counted} status = '{status}'"))

    def workers(self) -> int:
        return int(self.one("SELECT COUNT(*) FROM operations_worker"))


class Place:
    """A site without a web process: an evaluation is begun anew for each test."""

    def __init__(self, site: Site, stored: Stored, say: Any) -> None:
        self.site, self.stored, self.say = site, stored, say

    def begin(self) -> None:
        self.say(SLOW)
        self.site.shell(AGAIN)
        self.stored.one("DELETE FROM operations_worker")
        self.site.shell(BEGIN)


@pytest.fixture(scope="module")
def place(new_data_dir: NewDataDir) -> Iterator[Place]:
    data_dir = new_data_dir()
    with running_server(SLOW) as model:
        site = Site(data_dir, API_BASE_URL=model.base_url, MODEL_NAME="scripted", GEPA_OPTIMIZE_EVERY="0")
        yield Place(site, Stored(data_dir), model.set_script)
        site.stop()


def test_what_a_killed_worker_was_at_another_one_takes_up(place: Place) -> None:
    place.begin()
    with worker(place.site, "model"), worker(place.site, "model"):
        wait_for(lambda: place.stored.workers() == 2)
        wait_for(lambda: place.stored.one(HOLDER))
        place.say(QUICK)
        os.kill(place.stored.one(HOLDER), signal.SIGKILL)
        # Long before anybody would take the evaluation for lost, which is after four minutes.
        assert wait_for(place.stored.is_done) < 60
        assert place.stored.workers() == 1
    assert place.stored.one("SELECT COUNT(*) FROM learning_evaluatedquestion WHERE state <> 'done'") == 0


def test_one_that_is_ended_finishes_what_it_is_at_and_takes_nothing_more(place: Place) -> None:
    place.begin()
    with worker(place.site, "model") as only:
        wait_for(place.stored.is_asking)
        only.terminate()
        assert only.wait(30) == 0
    assert (place.stored.tasks("RUNNING"), place.stored.tasks("READY")) == (0, 1)
    assert place.stored.one("SELECT COUNT(*) FROM learning_evaluatedquestion WHERE state = 'done'") > 0
    assert place.stored.workers() == 0


def test_one_that_is_told_twice_gives_it_back_at_once(place: Place) -> None:
    place.begin()
    with worker(place.site, "model") as only:
        wait_for(place.stored.is_asking)
        only.terminate()
        time.sleep(0.2)  # two signals at once are one
        only.terminate()
        assert only.wait(30) == 0
    assert (place.stored.tasks("RUNNING"), place.stored.tasks("READY")) == (0, 1)
    assert place.stored.one("SELECT COUNT(*) FROM learning_evaluatedquestion WHERE state = 'done'") == 0
