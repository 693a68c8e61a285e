"""The whole product runs, and what agents do is told on its stdout, a line each, for programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.envapi.asked import RIGHT
from tests.migrated import NewDataDir
from tests.processes import ROOT, free_port, wait_until

TAGS = ("[START] ", "[STEP] ", "[END] ")


class Running:
    def __init__(self, data_dir: Path) -> None:
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._output = (data_dir / "stdout").open("w+")
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings",
            "DATA_DIR": str(data_dir),
            "PORT": str(port),
            "LOCAL_MODEL": "none",
            "ADMIN_PASSWORD": "only for tests",
        }
        command = [sys.executable, "manage.py", "serve"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True
        )
        wait_until(f"{self.url}/health")

    def post(self, path: str, **data: Any) -> Any:
        request = urllib.request.Request(
            self.url + path, json.dumps(data).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def stop(self) -> str:
        """What it has said."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        said = _all(self._output)
        self._output.close()
        return said

    def kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _all(output: IO[str]) -> str:
    output.seek(0)
    return output.read()


@pytest.fixture
def site(new_data_dir: NewDataDir) -> Iterator[Running]:
    running = Running(new_data_dir())
    yield running
    running.kill()


def test_an_episode_is_three_lines_of_json_after_a_tag(site: Running) -> None:
    question = site.post("/reset", task_id="easy-01", episode_id="mine")["observation"]["question"]
    assert site.post("/step", episode_id="mine", action={"sql": RIGHT})["done"] is True
    lines = site.stop().splitlines()
    told = [line for line in lines if line.startswith(TAGS)]
    assert told == [
        f'[START] {{"task_id": "easy-01", "question": {json.dumps(question)}, "max_attempts": 5}}',
        '[STEP] {"attempt": 1, "action": "sql", "reward": 1.0, "success": true, "done": true}',
        '[END] {"success": true, "attempts": 1, "total_reward": 1.0}',
    ]
    assert not [line for line in lines if line not in told and any(tag in line for tag in TAGS)]
