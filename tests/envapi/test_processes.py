"""The environment as real web processes serve it: two of them on one database, with a scripted model."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import copy
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from agent.scripted_server import ServerHandle, running_server
from learning.benchmark.tasks import Part, built_in
from tests.envapi.asked import BAD_COLUMN, BAD_TABLE, RIGHT, TASK, reply, sql
from tests.migrated import NewDataDir
from tests.processes import ROOT, Site, free_port

SLOW = {"text": reply(RIGHT), "tokens_per_second": 2}


@pytest.fixture(scope="module")
def model() -> Iterator[ServerHandle]:
    with running_server([]) as server:
        yield server


@pytest.fixture(scope="module")
def data_dir(new_data_dir: NewDataDir) -> Path:
    return new_data_dir()


@pytest.fixture(scope="module")
def site(model: ServerHandle, data_dir: Path) -> Iterator[Site]:
    endpoint = {"API_BASE_URL": model.base_url, "MODEL_NAME": "scripted", "OPENAI_API_KEY": "key"}
    one = Site(data_dir, **endpoint, OPENENV_PUBLIC="true")
    try:
        one.start(output=data_dir / "printed")
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="module")
def other(site: Site) -> Iterator[Site]:
    """Another web process on the same data."""
    two = copy(site)
    two.port = free_port()
    two.url = f"http://127.0.0.1:{two.port}"
    try:
        two.start()
        yield two
    finally:
        two.stop()


def post(site: Site, path: str, data: Any) -> tuple[int, Any]:
    """Status and answer. Each request is a connection of its own, without cookies."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def reset(site: Site, episode_id: str, task: str = TASK) -> None:
    status, answer = post(site, "/reset", {"task_id": task, "episode_id": episode_id})
    assert status == 200, answer


def step(site: Site, episode_id: str, action: Any) -> tuple[int, Any]:
    return post(site, "/step", {"action": action, "episode_id": episode_id})


def state(site: Site, episode_id: str) -> Any:
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request("GET", f"/state?episode_id={episode_id}")
        return json.loads(connection.getresponse().read())


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "It did not come to be."
        time.sleep(0.05)


def recorded(data_dir: Path, error: str) -> int:
    """How many episodes are recorded as stopped with these words."""
    with closing(sqlite3.connect(data_dir / "app.sqlite3")) as database:
        query = "SELECT COUNT(*) FROM learning_episode WHERE status = 'stopped' AND error = ?"
        [number] = database.execute(query, [error]).fetchone()
    return int(number)


def said(client: ClientConnection, kind: str, data: Any = None) -> Any:
    client.send(json.dumps({"type": kind, **({} if data is None else {"data": data})}))
    return json.loads(client.recv(timeout=60))


def lines(data_dir: Path) -> list[str]:
    """What the first process has printed of episodes."""
    return [line for line in (data_dir / "printed").read_text().splitlines() if line.startswith("[")]


def test_each_episode_is_told_on_stdout(site: Site, data_dir: Path) -> None:
    before = len(lines(data_dir))
    reset(site, "told")
    step(site, "told", sql(BAD_COLUMN))
    step(site, "told", sql(RIGHT))
    until(lambda: len(lines(data_dir)) >= before + 4)
    question = json.dumps(built_in(Part.BENCHMARK)[0].question)
    assert lines(data_dir)[before:] == [
        f'[START] {{"task_id": "{TASK}", "question": {question}, "max_attempts": 5}}',
        '[STEP] {"attempt": 1, "action": "sql", "reward": -0.15, "success": false, "done": false}',
        '[STEP] {"attempt": 2, "action": "sql", "reward": 0.9, "success": true, "done": true}',
        '[END] {"success": true, "attempts": 2, "total_reward": 0.75}',
    ]


def test_a_step_of_the_model_is_told_by_its_strategy(site: Site, data_dir: Path, model: ServerHandle) -> None:
    model.set_script([reply(BAD_COLUMN), {"status": 500, "error": "down", "times": None}])
    before = len(lines(data_dir))
    reset(site, "strategies")
    step(site, "strategies", "generate")
    step(site, "strategies", "fix_column")
    until(lambda: len(lines(data_dir)) >= before + 4)
    assert lines(data_dir)[before + 1 :] == [
        '[STEP] {"attempt": 1, "action": "generate", "reward": -0.15, "success": false, "done": false}',
        '[STEP] {"attempt": 2, "action": "fix_column", "reward": null, "success": false, "done": true}',
        '[END] {"success": false, "attempts": 2, "total_reward": -0.15}',
    ]


def test_two_processes_take_turns_on_one_episode(site: Site, other: Site) -> None:
    reset(site, "turns")
    assert step(other, "turns", sql(BAD_COLUMN))[1]["reward"] == pytest.approx(-0.15)
    assert step(site, "turns", sql(BAD_TABLE))[1]["reward"] == pytest.approx(-0.2)
    status, last = step(other, "turns", sql(RIGHT))
    assert (status, last["reward"], last["done"]) == (200, pytest.approx(0.8), True)
    assert [one["sql"] for one in last["observation"]["history"]] == [BAD_COLUMN, BAD_TABLE, RIGHT]
    assert state(site, "turns") == state(other, "turns")


def test_of_two_steps_at_once_in_two_processes_one_is_told_to_wait(
    site: Site, other: Site, model: ServerHandle
) -> None:
    model.set_script([{"text": reply(RIGHT), "first_token_delay": 2, "times": None}])
    reset(site, "at once")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: step(one, "at once", "generate"), [site, other]))
    assert sorted(status for status, _ in answers) == [200, 409]
    [busy] = [answer for status, answer in answers if status == 409]
    assert busy["detail"].startswith("A step of this episode is under way already.")


def test_a_body_of_10_mb_is_refused_and_the_episode_goes_on(site: Site) -> None:
    reset(site, "large")
    status, answer = step(site, "large", sql("x" * 10_000_000))
    assert (status, answer["detail"][0]["type"]) == (422, "too_long")
    assert step(site, "large", sql(RIGHT))[1]["reward"] == 1.0


def test_who_leaves_in_the_middle_of_a_step_stops_the_model(site: Site, model: ServerHandle, data_dir: Path) -> None:
    model.set_script([SLOW])
    reset(site, "left")
    before = recorded(data_dir, "The agent went away.")
    with closing(HTTPConnection("127.0.0.1", site.port)) as connection:
        body = json.dumps({"action": "generate", "episode_id": "left"})
        connection.request("POST", "/step", body, {"Content-Type": "application/json"})
        until(lambda: bool(model.requests()))
    until(lambda: model.requests()[-1].ended == "closed", seconds=5)
    until(lambda: recorded(data_dir, "The agent went away.") == before + 1)
    until(lambda: state(site, "left")["done"])
    assert step(site, "left", sql(RIGHT)) == (409, {"detail": "The episode is over: reset to begin another."})


def test_a_socket_that_breaks_in_the_middle_of_a_step_stops_the_model(
    site: Site, model: ServerHandle, data_dir: Path
) -> None:
    model.set_script([SLOW])
    before = recorded(data_dir, "The agent went away.")
    with connect(f"ws://127.0.0.1:{site.port}/ws") as client:
        said(client, "reset", {"task_id": TASK})
        client.send('{"type": "step", "data": {"action": "generate"}}')
        until(lambda: bool(model.requests()))
        client.socket.close()
    until(lambda: model.requests()[-1].ended == "closed")
    until(lambda: recorded(data_dir, "The agent went away.") == before + 1)


def test_pings_are_answered_while_a_step_is_made(site: Site, model: ServerHandle) -> None:
    model.set_script([{"text": reply(RIGHT), "first_token_delay": 2}])
    with connect(f"ws://127.0.0.1:{site.port}/ws") as client:
        said(client, "reset", {"task_id": TASK})
        client.send('{"type": "step", "data": {"action": "generate"}}')
        until(lambda: bool(model.requests()))
        assert client.ping().wait(1.5)
        assert json.loads(client.recv(timeout=30))["data"]["reward"] == 1.0


@pytest.mark.parametrize("in_pieces", [False, True])
@pytest.mark.parametrize("megabytes", [1, 10])
def test_a_long_message_is_refused_and_the_session_goes_on(site: Site, megabytes: int, *, in_pieces: bool) -> None:
    message = json.dumps({"type": "step", "data": sql("x" * (megabytes << 20))})
    halves = [message[: len(message) // 2], message[len(message) // 2 :]]
    with connect(f"ws://127.0.0.1:{site.port}/ws", compression=None) as client:
        said(client, "reset", {"task_id": TASK})
        client.send(iter(halves) if in_pieces else message)
        refusal = json.loads(client.recv(timeout=60))
        assert refusal["data"]["code"] == "VALIDATION_ERROR"
        assert refusal["data"]["message"] == "A request has at most 1,000,000 bytes."
        assert said(client, "step", sql(RIGHT))["data"]["reward"] == 1.0


def test_a_long_message_is_never_held_in_memory(site: Site) -> None:
    with connect(f"ws://127.0.0.1:{site.port}/ws", compression=None) as client:
        said(client, "state")
        before = megabytes_of(site.pid)
        client.send("x" * (200 << 20))
        assert json.loads(client.recv(timeout=60))["data"]["code"] == "VALIDATION_ERROR"
        assert megabytes_of(site.pid) < before + 50


def megabytes_of(pid: int) -> int:
    """The most memory that a process ever had."""
    [line] = [each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) >> 10


def test_as_many_connections_are_taken_as_the_system_allows() -> None:
    program = (
        "import resource; most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (128, most)); "
        "from sqlagent_site.web import allow_many_connections; allow_many_connections(); "
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(most, 65536))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
