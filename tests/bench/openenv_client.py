"""Plays episodes through the official client and stops the time; run by the Python of .venv-openenv.

Each line of standard input is a request (see Load), each line of standard output the reply to one (see Played). It ends
with its input. What is asked of a server over HTTP, for which the package has no client, goes through http.client.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from openenv.core import GenericEnvClient

RIGHT = 0.89
"""More than that is the reward of a right answer in the second attempt, 0.9, and of nothing else."""

NUMBERS = count(1)


@dataclass(frozen=True)
class Script:
    """An episode: its task, and the statements to send, of which only the last one runs; is it `right`?"""

    task: str
    statements: list[str]
    right: bool

    def afresh(self) -> "Script":
        """The same in a statement that nobody has seen: a condition on a number of its own, which always holds."""
        number = next(NUMBERS)
        fresh = [f"SELECT * FROM (\n{statement}\n) WHERE {number} = {number}" for statement in self.statements]
        return replace(self, statements=fresh)

    def check(self, statement: str, reward: float, *, done: bool) -> None:
        """Raises WrongAnswer."""
        ends = statement == self.statements[-1]
        if done != ends or (reward > RIGHT) != (ends and self.right):
            raise WrongAnswer(f"{self.task}, {statement}: done is {done}, the reward {reward}")


@dataclass(frozen=True)
class Load:
    """`sessions` at once play `episodes`, round and round, each from another one on, for `seconds` or a little more.

    `fresh`: no statement is ever sent twice, so that no server can remember what it came to.
    """

    url: str
    transport: str
    sessions: int
    seconds: float
    fresh: bool
    episodes: list[Script]

    @classmethod
    def read(cls, line: str) -> "Load":
        asked = json.loads(line)
        return cls(**asked | {"episodes": [Script(**script) for script in asked["episodes"]]})

    def scripts(self, session: int) -> Iterator[Script]:
        for number in count(session):
            script = self.episodes[number % len(self.episodes)]
            yield script.afresh() if self.fresh else script


@dataclass
class Played:
    """All in seconds: `took` from the first request to the last reply, `busy` of this process's processor time."""

    took: float = 0.0
    busy: float = 0.0
    resets: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)


class WrongAnswer(Exception):
    """Not what it should come to: such a server is fast for nothing."""


def main() -> None:
    for line in sys.stdin:
        load = Load.read(line)
        busy = time.process_time()
        played = asyncio.run(_over_ws(load)) if load.transport == "ws" else _over_http(load)
        played.busy = time.process_time() - busy
        print(json.dumps(asdict(played)), flush=True)


async def _over_ws(load: Load) -> Played:
    """All sessions are connected before the first one begins."""
    clients = [GenericEnvClient(base_url=load.url) for _ in range(load.sessions)]
    try:
        await asyncio.gather(*(client.connect() for client in clients))
        played, started = Played(), time.perf_counter()
        deadline = started + load.seconds
        await asyncio.gather(
            *(_session(load, number, client, deadline, played) for number, client in enumerate(clients))
        )
        played.took = time.perf_counter() - started
    finally:
        await asyncio.gather(*(client.close() for client in clients))
    return played


async def _session(load: Load, number: int, client: GenericEnvClient, deadline: float, played: Played) -> None:
    for script in load.scripts(number):
        sent = time.perf_counter()
        if sent > deadline:
            return
        await client.reset(task_id=script.task)
        played.resets.append(time.perf_counter() - sent)
        for statement in script.statements:
            sent = time.perf_counter()
            result = await client.step({"sql": statement})
            played.steps.append(time.perf_counter() - sent)
            script.check(statement, result.reward, done=result.done)


def _over_http(load: Load) -> Played:
    """A thread and a kept-alive connection for each session."""
    played, started = Played(), time.perf_counter()
    deadline = started + load.seconds
    with ThreadPoolExecutor(load.sessions) as threads:
        for running in [threads.submit(_http_session, load, n, deadline, played) for n in range(load.sessions)]:
            running.result()
    played.took = time.perf_counter() - started
    return played


def _http_session(load: Load, number: int, deadline: float, played: Played) -> None:
    connection = HTTPConnection(urlsplit(load.url).netloc, timeout=60)
    for script in load.scripts(number):
        sent, episode = time.perf_counter(), str(uuid4())
        if sent > deadline:
            break
        _post(connection, "/reset", {"task_id": script.task, "episode_id": episode})
        played.resets.append(time.perf_counter() - sent)
        for statement in script.statements:
            sent = time.perf_counter()
            reply = _post(connection, "/step", {"action": {"sql": statement}, "episode_id": episode})
            played.steps.append(time.perf_counter() - sent)
            script.check(statement, reply["reward"], done=reply["done"])
    connection.close()


def _post(connection: HTTPConnection, path: str, body: Any) -> Any:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read()
    if response.status != 200:
        raise WrongAnswer(f"POST {path} answered {response.status}: {text[:500]!r}")
    return json.loads(text)


if __name__ == "__main__":
    main()
