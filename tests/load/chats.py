"""How many chats stream at once before they lag behind their source: each a WebSocket of a person of its own, with the
scripted model as a process of its own, which stamps each token with the clock that all processes share.

A token's lag is the time from its stamp to the arrival of the fragment that shows it.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.test import Client
from websockets.asyncio.client import ClientConnection, connect

from accounts.models import Membership, User
from chat.models import Conversation
from datasources.models import Connection
from tests.bench.figures import percentile
from tests.bench.person import ends_answer, send
from tests.bench.workplace import HOST, free_ports, process, processor_seconds, resident_mb
from tests.load.sites import Place, webs

TOKENS_PER_SECOND = 50
LIMIT_MS = 250.0
STAMPS_PER_LINE = 8
_HEADING = "chats     p50     p95 worst chat (ms)     web model client (cores)  ms/token  web (MB)"
_STAMP = re.compile(r"\d+\.\d{6}")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Ramp:
    """`seconds` each chat streams; they begin within `spread` seconds. `most` chats are tried at most."""

    steps: tuple[int, ...] = (10, 20, 40, 80, 120, 160, 240, 320)
    seconds: float = 8.0
    spread: float = 2.0
    exact: int = 5
    """The number is found this exactly."""


@dataclass(frozen=True)
class Chat:
    """A conversation of somebody: asked through one web process, watched through one, which may be another."""

    conversation: str
    cookies: str
    asked_at: str
    watched_at: str


@dataclass(frozen=True)
class Step:
    """What so many chats at once came to: lags in milliseconds, cores that were busy meanwhile, megabytes."""

    chats: int
    p50: float
    p95: float
    worst: float
    web_cores: float
    model_cores: float
    client_cores: float
    web_ms_per_token: float
    web_mb: float

    @property
    def holds(self) -> bool:
        return self.p95 <= LIMIT_MS


def measure(where: Place, processes: int, ramp: Ramp) -> Iterator[str]:
    """What is printed, line by line."""
    with _scripted_model(where, ramp.seconds) as (endpoint, model), webs(where, processes, endpoint) as sites:
        yield _HEADING
        stand = _Stand(sites, model, ramp)
        stand.step(2)  # imports, pools and caches
        last = None
        for step in _search(stand, ramp):
            yield _line(step)
            last = step if step.holds and (last is None or step.chats > last.chats) else last
    held = last.chats if last else 0
    held_by = f"{processes} web process{'es' if processes > 1 else ''}"
    yield f"{held} chats at {TOKENS_PER_SECOND} tokens/s with p95 within {LIMIT_MS:.0f} ms, {held_by}."


def _search(stand: _Stand, ramp: Ramp) -> Iterator[Step]:
    """Up the ramp until one does not hold, then by halves between that and the one before."""
    held = 0
    for chats in ramp.steps:
        step = stand.step(chats)
        yield step
        if not step.holds:
            break
        held = chats
    else:
        return
    failed = chats
    while failed - held > max(ramp.exact, held // 20):
        step = stand.step((held + failed) // 2)
        yield step
        held, failed = (step.chats, failed) if step.holds else (held, step.chats)


class _Stand:
    """Web processes, the model's process and the people who ask."""

    def __init__(self, sites: Sequence[tuple[str, int]], model: int, ramp: Ramp) -> None:
        self._sites = [site for site, _ in sites]
        self._pids = [pid for _, pid in sites]
        self._model = model
        self._ramp = ramp
        self._people: list[tuple[User, str]] = []

    def step(self, chats: int) -> Step:
        made = [self._chat(number) for number in range(chats)]
        before, began = self._used(), time.monotonic()
        lags = asyncio.run(_all(made, self._ramp))
        lasted = time.monotonic() - began
        web, model, client = ((now - then) / lasted for now, then in zip(self._used(), before, strict=True))
        every = [lag * 1000 for chat in lags for lag in chat]
        worst = max(percentile(chat, 95) for chat in lags) * 1000
        figures = (median(every), percentile(every, 95), worst, web, model, client, web * lasted * 1000 / len(every))
        return Step(chats, *figures, sum(map(resident_mb, self._pids)))

    def _used(self) -> tuple[float, float, float]:
        times = time.process_time()
        return sum(map(processor_seconds, self._pids)), processor_seconds(self._model), times

    def _chat(self, number: int) -> Chat:
        """Every second one is watched through the next process."""
        user, cookies = self._person(number)
        connection = Connection.objects.get(is_sample=True)
        conversation = Conversation.objects.create(user=user, connection=connection)
        asked, watched = number // 2, number // 2 + number % 2
        at = [self._sites[place % len(self._sites)] for place in (asked, watched)]
        return Chat(f"/chat/{conversation.pk}/", cookies, *at)

    def _person(self, number: int) -> tuple[User, str]:
        while len(self._people) <= number:
            user = User.objects.create(username=f"chatter{len(self._people)}", password="!")
            Membership.objects.create(user=user, team=Connection.objects.get(is_sample=True).team)
            browser = Client()
            browser.force_login(user)
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
            self._people.append((user, cookies))
        return self._people[number]


async def _all(chats: Sequence[Chat], ramp: Ramp) -> list[list[float]]:
    """Everybody is connected before anybody asks."""
    watching = await asyncio.gather(*(_opened(chat, chat.watched_at) for chat in chats))
    asking = [
        _asking(chat, socket, number * ramp.spread / len(chats), ramp)
        for number, (chat, socket) in enumerate(zip(chats, watching, strict=True))
    ]
    try:
        received = await asyncio.gather(*asking)
    finally:
        await asyncio.gather(*(socket.close() for socket in watching))
    # Looked into only now, so that this process does not add to the lag.
    return [_checked(list(_lags(one)), ramp) for one in received]


async def _asking(chat: Chat, watching: ClientConnection, wait: float, ramp: Ramp) -> list[tuple[float, str]]:
    """What came, each with its time of arrival. A watcher elsewhere has not asked itself."""
    await asyncio.sleep(wait)
    if chat.asked_at == chat.watched_at:
        await send(watching, type="ask", question="What does each token cost?")
    else:
        await _asked_elsewhere(chat)
    received: list[tuple[float, str]] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(ramp.seconds * 6 + 20):
            async for fragment in watching:
                received.append((time.monotonic(), str(fragment)))
                if ends_answer(fragment):
                    break
    return received


async def _asked_elsewhere(chat: Chat) -> None:
    """By a browser that is gone as soon as its question is taken."""
    socket = await _opened(chat, chat.asked_at)
    await send(socket, type="ask", question="What does each token cost?")
    async for fragment in socket:
        if 'id="asked"' in str(fragment):
            break
    await socket.close()


async def _opened(chat: Chat, site: str) -> ClientConnection:
    address = site.replace("http:", "ws:") + "/ws" + chat.conversation
    headers = {"Cookie": chat.cookies, "Origin": site}
    return await connect(address, additional_headers=headers, proxy=None, open_timeout=60, ping_interval=None)


def _lags(received: list[tuple[float, str]]) -> Iterator[float]:
    """Of each stamp where it is seen first: the unfinished line comes again with each of its tokens."""
    newest = 0.0
    for arrived, html in received:
        for stamp in map(float, _STAMP.findall(_TAG.sub("", html))):
            if stamp > newest:
                newest = stamp
                yield arrived - stamp


def _checked(lags: list[float], ramp: Ramp) -> list[float]:
    wanted = _lines(ramp.seconds) * STAMPS_PER_LINE
    if len(lags) < wanted:
        raise RuntimeError(f"Only {len(lags)} of {wanted} tokens arrived.")
    return lags


@contextmanager
def _scripted_model(where: Place, seconds: float) -> Iterator[tuple[dict[str, str], int]]:
    """The settings that name it, and its process id."""
    [port] = free_ports(1)
    script = where.directory / "script.json"
    tokens = _tokens(_lines(seconds))
    script.write_text(json.dumps([{"chunks": tokens, "tokens_per_second": TOKENS_PER_SECOND, "times": None}]))
    arguments = ("-m", "agent.scripted_server", "--port", str(port), "--script", str(script))
    with process(arguments, Path(where.directory), {}, port) as pid:
        yield {"API_BASE_URL": f"http://{HOST}:{port}/v1", "MODEL_NAME": "scripted"}, pid


def _lines(seconds: float) -> int:
    return max(1, int(seconds * TOKENS_PER_SECOND / STAMPS_PER_LINE))


def _tokens(lines: int) -> list[str]:
    """A statement that runs, of lines as long as people write them, whose numbers are the stamps."""
    line = ["\n  {now},", *[" {now},"] * (STAMPS_PER_LINE - 1)]
    return ["```sql\n", "SELECT count(*) FROM customers WHERE id NOT IN (", *line * lines, "\n  0\n)", "\n```"]


def _line(step: Step) -> str:
    return (
        f"{step.chats:5} {step.p50:7.0f} {step.p95:7.0f} {step.worst:10.0f}        {step.web_cores:5.2f} "
        f"{step.model_cores:5.2f} {step.client_cores:6.2f}          {step.web_ms_per_token:8.3f}  {step.web_mb:8.0f}"
    )
