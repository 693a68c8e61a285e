"""The disk with DATA_DIR is full, while an answer is written, a question is asked and a file is uploaded."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from agent.scripted_server import running_server
from tests.bench.person import Person, ends_answer, send, shows_sql
from tests.migrated import NewDataDir
from tests.processes import PASSWORD, USER, Site

BEFORE, ASKED, REFUSED = "How many shops?", "How many books are there?", "And how many orders?"
SQL = "SELECT COUNT(*) AS books_there_are FROM sqlite_master"
SCRIPT: list[dict[str, Any]] = [
    {"when": REFUSED, "where": "last", "text": "```sql\nSELECT 2\n```", "times": None},
    {"when": BEFORE, "where": "last", "text": "```sql\nSELECT 1\n```", "times": None},
    {"text": f"```sql\n{SQL}\n```", "tokens_per_second": 4, "first_token_delay": 1.0, "times": None},
]
# What is written to a log that has room in it needs none on the disk.
EMPTY_THE_LOG = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
"""
EPISODES = """
from learning.models import Episode
for one in Episode.objects.order_by("started_at"):
    print(one.question, one.status, one.sql, sep="|")
"""
CONNECTIONS = """
from datasources.models import Connection
print(*Connection.objects.order_by("pk").values_list("name", flat=True))
"""


@dataclass(frozen=True)
class Story:
    """What was seen; `left` are files of the refused upload, `names` the databases in the end."""

    refused: str
    upload_refused: str
    left: list[Path]
    page: tuple[int, str]
    episodes: list[list[str]]
    names: list[str]


class Disk:
    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass

    def make_room(self) -> None:
        self._ballast.unlink()


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    place = tmp_path_factory.mktemp("disk")
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place]).returncode:
        pytest.skip("A small disk can be mounted by root only.")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture(scope="module")
def story(disk: Disk, new_data_dir: NewDataDir, shop_file: bytes) -> Iterator[Story]:
    shutil.copytree(new_data_dir(), disk.place, dirs_exist_ok=True)
    with running_server(SCRIPT) as model, _site(disk.place, model.base_url) as site:
        with closing(Person(site.url, USER, PASSWORD)) as person:
            yield asyncio.run(_happens(site, disk, person, shop_file))


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE products AS SELECT 'x' AS name")
        database.execute("CREATE TABLE pictures AS SELECT zeroblob(200000) AS picture")
    return path.read_bytes()


@contextmanager
def _site(data_dir: Path, model: str) -> Iterator[Site]:
    site = Site(data_dir, API_BASE_URL=model, MODEL_NAME="scripted", GEPA_OPTIMIZE_EVERY="0")
    try:
        site.start()
        yield site
    finally:
        site.stop()


async def _happens(site: Site, disk: Disk, person: Person, file: bytes) -> Story:
    first = person.new_conversation()
    # While that is empty, it is given again for a new one.
    async with person.open(first) as socket:
        await send(socket, type="ask", question=BEFORE, request="before")
        await _until(socket, ends_answer)
    second = person.new_conversation()
    upload = ("/teams/1/databases/new/", {"kind": "upload", "name": "mine", "do": "save"}, "shop.db", file)
    async with person.open(first) as socket, person.open(second) as other:
        await send(socket, type="ask", question=ASKED, request="first")
        await _until(socket, shows_sql)
        site.shell(EMPTY_THE_LOG)
        disk.fill()
        await send(other, type="ask", question=REFUSED, request="second")
        refused = await _until(other, lambda fragment: "ask-error" in str(fragment))
        page = await asyncio.to_thread(person.try_to_get, second)
        _, upload_refused = await asyncio.to_thread(person.upload, *upload)
        left = [path for path in (disk.place / "uploads").rglob("*") if path.is_file()]
        disk.make_room()
        await _until(socket, ends_answer)
        await send(other, type="ask", question=REFUSED, request="third")
        await _until(other, ends_answer)
        await asyncio.to_thread(person.upload, *upload)
    episodes = [line.split("|") for line in site.shell(EPISODES).splitlines()]
    return Story(refused, unescape(upload_refused), left, page, episodes, site.shell(CONNECTIONS).split())


async def _until(socket: ClientConnection, condition: Callable[[object], bool]) -> str:
    async with asyncio.timeout(90):
        async for fragment in socket:
            if condition(fragment):
                return str(fragment)
    return "the socket was closed"


def test_who_asks_is_told_in_words(story: Story) -> None:
    assert "disk is full, so nothing can be stored" in unescape(story.refused)


def test_pages_can_be_looked_at(story: Story) -> None:
    """Where SQLite can map its index without room for it; where it cannot, that is said."""
    status, text = story.page
    assert status == 200 or (status == 503 and "is full" in unescape(text))


def test_an_upload_is_refused_in_words_and_leaves_no_half_file(story: Story) -> None:
    said = story.upload_refused
    assert "There is no room left for it on the server's disk" in said or "is full" in said
    assert story.left == []


def test_the_answer_that_was_being_written_is_stored_when_there_is_room(story: Story) -> None:
    assert story.episodes[1] == [ASKED, "succeeded", SQL]


def test_the_site_goes_on_when_there_is_room(story: Story) -> None:
    assert story.episodes[2:] == [[REFUSED, "succeeded", "SELECT 2"]]
    assert "mine" in story.names
