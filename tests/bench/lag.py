"""Twenty chats at once through one web process: how far each falls behind its source, and the memory that it takes.

The source stamps each token with the clock that all processes of a machine share; a token's lag is the time from
its stamp to the arrival of the fragment that shows it.
"""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from django.contrib.auth.hashers import make_password
from websockets.asyncio.client import ClientConnection

from accounts.models import Membership, Team, User
from tests.bench.figures import Figure, percentile
from tests.bench.options import Options
from tests.bench.person import Person, ends_answer, send
from tests.bench.workplace import HOST, PASSWORD, free_ports, process, resident_mb, web

CHATS = 20
TOKENS_PER_SECOND = 200
LINES = 80
STAMPS_PER_LINE = 8
IDLE_SECONDS = 2.0
_STAMP = re.compile(r"\d+\.\d{6}")
_TAG = re.compile(r"<[^>]*>")

Lags = list[float]


def figures(options: Options) -> Iterator[Figure]:
    with _scripted_model(options.data_dir) as endpoint, web(options.data_dir, endpoint) as (site, pid):
        time.sleep(IDLE_SECONDS)
        yield Figure("web process, idle after its start", resident_mb(pid), "MB", 200)
        people = [Person(site, user.username, PASSWORD) for user in _users()]
        lags = asyncio.run(_all_chats(people))
        yield from _lag_figures(lags)
        time.sleep(IDLE_SECONDS)
        yield Figure(f"web process, idle after {CHATS} chats", resident_mb(pid), "MB", 200)


def _lag_figures(lags: list[Lags]) -> Iterator[Figure]:
    every = [lag * 1000 for chat in lags for lag in chat]
    worst = max(percentile(chat, 95) for chat in lags) * 1000
    name = f"lag behind the source, {CHATS} chats at {TOKENS_PER_SECOND} tokens/s"
    yield Figure(f"{name}: p50", median(every), "ms", note=f"{len(every):,} tokens")
    yield Figure(f"{name}: p95", percentile(every, 95), "ms", 100)
    yield Figure(f"{name}: p95 of the worst chat", worst, "ms", 100)
    yield Figure(f"{name}: most", max(every), "ms")


async def _all_chats(people: list[Person]) -> list[Lags]:
    """Everybody is connected before anybody asks."""
    conversations = [person.new_conversation() for person in people]
    connecting = zip(people, conversations, strict=True)
    sockets = await asyncio.gather(*(person.open(conversation) for person, conversation in connecting))
    try:
        return await asyncio.gather(*(_lags_of_a_chat(socket) for socket in sockets))
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))


async def _lags_of_a_chat(socket: ClientConnection) -> Lags:
    """What came is looked into only when all is there, so that this process does not add to the lag."""
    received: list[tuple[float, str]] = []
    await send(socket, type="ask", question="What does each token cost?")
    async for fragment in socket:
        received.append((time.monotonic(), str(fragment)))
        if ends_answer(fragment):
            break
    lags = list(_lags(received))
    if len(lags) < LINES * STAMPS_PER_LINE:
        raise RuntimeError(f"Only {len(lags)} tokens arrived: {received[-1]}")
    return lags


def _lags(received: list[tuple[float, str]]) -> Iterator[float]:
    """Of each stamp where it is seen first: the unfinished line comes again with each of its tokens."""
    newest = 0.0
    for arrived, html in received:
        for stamp in map(float, _STAMP.findall(_TAG.sub("", html))):
            if stamp > newest:
                newest = stamp
                yield arrived - stamp


@contextmanager
def _scripted_model(directory: Path) -> Iterator[dict[str, str]]:
    """A process of its own; gives the settings that name it."""
    [port] = free_ports(1)
    script = directory / "script.json"
    script.write_text(json.dumps([{"chunks": _tokens(), "tokens_per_second": TOKENS_PER_SECOND, "times": None}]))
    with process(("-m", "agent.scripted_server", "--port", str(port), "--script", str(script)), directory, {}, port):
        yield {"API_BASE_URL": f"http://{HOST}:{port}/v1", "MODEL_NAME": "scripted"}


def _tokens() -> list[str]:
    """A statement that runs, of lines as long as people write them, whose numbers are the stamps."""
    line = ["\n  {now},", *[" {now},"] * (STAMPS_PER_LINE - 1)]
    return ["```sql\n", "SELECT count(*) FROM customers WHERE id NOT IN (", *line * LINES, "\n  0\n)", "\n```"]


def _users() -> list[User]:
    team, password = Team.objects.get(), make_password(PASSWORD)
    users = [User.objects.create(username=f"user{number}", password=password) for number in range(CHATS)]
    for user in users:
        Membership.objects.create(user=user, team=team)
    return users
