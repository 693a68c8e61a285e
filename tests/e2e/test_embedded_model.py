"""From `manage.py serve` to right rows, with a real model: what a newcomer gets without a key and without a server."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.status import State, read_status
from tests.processes import ROOT, Site, free_port, wait_until
from tests.weights import small_weights

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

START_SECONDS = 150


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole product under its supervisor: web, worker and model server."""
    weights = small_weights()
    data_dir = tmp_path_factory.mktemp("served")
    site = Site(data_dir, LOCAL_MODEL_PATH=str(weights), LOCAL_MODEL_PORT=str(free_port()), **_no_endpoint())
    environment = site.environment | {"PORT": str(site.port)}
    process = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment)
    try:
        wait_until(site.url + "/login/")
        _wait_until_ready(data_dir)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def _no_endpoint() -> dict[str, str]:
    return dict.fromkeys(("API_BASE_URL", "MODEL_NAME", "HF_TOKEN", "OPENAI_API_KEY"), "")


def _wait_until_ready(data_dir: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while (status := read_status(data_dir / "models")).state is not State.READY:
        assert time.monotonic() < deadline, status
        time.sleep(0.5)


def ask(site: Site, question: str) -> list[dict[str, object]]:
    command = [sys.executable, "manage.py", "ask", "sample", question, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | site.environment, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_simple_question_gets_the_right_rows(served: Site) -> None:
    events = ask(served, "How many customers are there?")

    with sqlite3.connect(Path(served.environment["DATA_DIR"]) / "sample.sqlite3") as sample:
        expected = sample.execute("SELECT COUNT(*) FROM customers").fetchone()[0]
    sample.close()
    results = [event["result"] for event in events if event["event"] == "QueryOk"]
    assert results[-1]["rows"] == [[expected]]  # type: ignore[index]
    assert events[-1]["success"] is True


def test_the_second_question_reads_the_prompt_from_the_cache(served: Site) -> None:
    ask(served, "How many products are there?")
    events = ask(served, "How many stores are there?")

    usage = events[-1]["usage"]
    assert usage["cached"] > 0.8 * usage["prompt"]  # type: ignore[index]
