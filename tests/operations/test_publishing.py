"""The figures of several processes, told by one of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import Counter

from operations.publishing import Publisher
from tests.processes import ROOT

COUNTED = Counter("sqlagent_tests", "Counted by tests", ["kind"])
OTHER = (
    "import sys, pathlib; from prometheus_client import Counter; from operations.publishing import Publisher;"
    "Counter('sqlagent_tests', 'Counted by tests', ['kind']).labels('a').inc(5);"
    "publisher = Publisher(pathlib.Path(sys.argv[1]), 'worker'); publisher.write();"
    "print(publisher.name, flush=True); sys.stdin.read()"
)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path / "metrics", "web")
    yield made
    made.stop()


@pytest.fixture
def other(publisher: Publisher, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker that has written what it counted."""
    yield from worker_in(tmp_path / "metrics")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """One on a machine that serves no pages."""
    yield from worker_in(tmp_path / "elsewhere")


def worker_in(place: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", OTHER, str(place)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "worker-1\n"
    yield process
    process.kill()
    process.communicate()


def told(publisher: Publisher, process: str) -> str:
    beginning = f'sqlagent_tests_total{{kind="a",process="{process}"}} '
    lines = publisher.exposition().decode().splitlines()
    return next((line.removeprefix(beginning) for line in lines if line.startswith(beginning)), "")


def test_each_figure_says_whose_it_is(publisher: Publisher, other: subprocess.Popen[str]) -> None:
    COUNTED.labels("a").inc()
    assert float(told(publisher, "web-1")) >= 1
    assert told(publisher, "worker-1") == "5.0"


def test_a_family_is_described_once(publisher: Publisher, other: subprocess.Popen[str]) -> None:
    COUNTED.labels("a").inc()
    assert publisher.exposition().count(b"# TYPE sqlagent_tests_total counter") == 1


def test_who_was_killed_tells_nothing_any_more(publisher: Publisher, other: subprocess.Popen[str]) -> None:
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert told(publisher, "worker-1") == ""


def test_a_successor_takes_the_name_and_others_get_their_own(tmp_path: Path) -> None:
    first, second = Publisher(tmp_path, "web"), Publisher(tmp_path, "web")
    assert (first.name, second.name) == ("web-1", "web-2")
    first.stop()
    third = Publisher(tmp_path, "web")
    assert third.name == "web-1"
    second.stop()
    third.stop()


def test_a_worker_of_another_machine_is_told_of_by_one_web_process(
    publisher: Publisher, elsewhere: subprocess.Popen[str], tmp_path: Path
) -> None:
    second = Publisher(tmp_path / "second", "web")
    assert told(publisher, "elsewhere/worker-1") == "5.0"
    assert told(second, "elsewhere/worker-1") == ""
    publisher.stop()
    assert told(second, "elsewhere/worker-1") == "5.0"
    second.stop()


def test_a_machine_that_serves_pages_tells_of_its_own(
    publisher: Publisher, elsewhere: subprocess.Popen[str], tmp_path: Path
) -> None:
    beside = Publisher(tmp_path / "elsewhere", "web")
    assert told(publisher, "elsewhere/worker-1") == ""
    beside.stop()


def test_what_cannot_be_read_is_left_out(publisher: Publisher, other: subprocess.Popen[str], tmp_path: Path) -> None:
    (tmp_path / "metrics" / "worker-1.json").write_text("[half")
    assert told(publisher, "worker-1") == ""
    assert b"process_resident_memory_bytes" in publisher.exposition()


def test_a_full_disk_keeps_nobody_from_counting_and_telling(
    publisher: Publisher, other: subprocess.Popen[str], tmp_path: Path
) -> None:
    (tmp_path / "metrics" / "web-1.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        publisher.write()
    COUNTED.labels("a").inc()
    assert float(told(publisher, "web-1")) >= 1
    assert told(publisher, "worker-1") == "5.0"


def left_behind(place: Path, hours: float) -> Path:
    """What a machine wrote so long ago."""
    place.mkdir(exist_ok=True)
    (place / "worker-1.lock").touch()
    then = time.time() - hours * 3600
    for path in (*place.iterdir(), place):
        os.utime(path, (then, then))
    return place


def test_what_a_machine_left_that_is_gone_is_deleted_when_another_process_starts(tmp_path: Path) -> None:
    gone, away = left_behind(tmp_path / "gone", hours=25), left_behind(tmp_path / "away", hours=23)
    Publisher(tmp_path / "here", "web").stop()
    assert not gone.exists()
    assert away.exists()


def test_what_a_process_holds_that_could_not_write_for_long_is_kept(
    elsewhere: subprocess.Popen[str], tmp_path: Path
) -> None:
    place = left_behind(tmp_path / "elsewhere", hours=25)
    Publisher(tmp_path / "here", "web").stop()
    assert (place / "worker-1.lock").exists()
