"""The figures of all processes of this machine, told by any of them.

Each process counts in its own memory, and writes what it has counted to a file every few seconds; the name of the file
is held by a lock, which the system releases when the process ends, however it ends. So nothing is lost of the living,
the dead tell nothing, a full disk stops nobody, and an event costs a microsecond. Each figure says whose it is.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from prometheus_client import REGISTRY, Metric, disable_created_metrics
from prometheus_client.exposition import generate_latest

logger = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two writings: what others tell of a process is at most so old."""
GONE_AFTER = 24 * 3600.0
"""Seconds: a container that is replaced leaves the directory of its name behind."""
_MOST_PROCESSES = 1000

disable_created_metrics()  # type: ignore[no-untyped-call]


def directory(data_dir: Path) -> Path:
    """Of this machine: several may share a DATA_DIR, and each tells of its own processes. Of machines that serve no
    pages, which nobody can ask, one web process of all tells."""
    return data_dir / "metrics" / (socket.gethostname() or "here")


def clear_gone(places: Path) -> None:
    """Deletes what machines have left that have written nothing for a day, and of which no process lives."""
    for place in places.iterdir() if places.is_dir() else ():
        if place.is_dir() and _is_gone(place):
            shutil.rmtree(place, ignore_errors=True)


def _is_gone(place: Path) -> bool:
    try:
        written = max(path.stat().st_mtime for path in (place, *place.iterdir()))
        return time.time() - written > GONE_AFTER and not any(map(_is_held, place.glob("*.lock")))
    except OSError:  # somebody else deletes it, or writes there
        return False


class Publisher:
    """This process among those of the machine, by a name such as `web-1`."""

    def __init__(self, place: Path, part: str) -> None:
        """Raises OSError where files cannot be made."""
        clear_gone(place.parent)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._place = place
        self._lock = _hold_a_name(place, part)
        self.name = Path(self._lock.name).stem
        self._speaks_for_others: IO[str] | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._go_on, name="metrics", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._file.unlink(missing_ok=True)
        self._lock.close()
        if self._speaks_for_others:
            self._speaks_for_others.close()

    def write(self) -> None:
        """In one step. Raises OSError."""
        told = json.dumps([_as_data(metric) for metric in REGISTRY.collect()])
        draft = self._file.with_suffix(".tmp")
        draft.write_text(told)
        os.replace(draft, self._file)

    def exposition(self, more: Iterable[Metric] = ()) -> bytes:
        """In Prometheus' text format: of this process what it is now, of the others what they have written; and
        `more`, which is no process's own."""
        here = {name: metrics for name, metrics in _told_in(self._place) if name != self.name}
        processes = {self.name: list(REGISTRY.collect()), **here, **self._elsewhere()}
        return generate_latest(_Gathered([*_merged(processes), *more]))

    @property
    def _file(self) -> Path:
        return self._place / f"{self.name}.json"

    def _go_on(self) -> None:
        has_failed = False
        while not self._stopped.is_set():
            try:
                self.write()
                has_failed = False
            except OSError as error:
                if not has_failed:
                    logger.warning("the metrics of this process could not be written: %s", error.strerror)
                has_failed = True
            self._stopped.wait(EVERY)

    def _elsewhere(self) -> dict[str, list[Metric]]:
        """Of machines that have workers alone. Several web processes are asked, but each figure is told once."""
        places = self._place.parent
        self._speaks_for_others = self._speaks_for_others or _held(places / "elsewhere.lock")
        if not self._speaks_for_others:
            return {}
        mute = [place for place in places.iterdir() if place.is_dir() and place != self._place and not _serves(place)]
        return {f"{place.name}/{name}": metrics for place in mute for name, metrics in _told_in(place)}


def _serves(place: Path) -> bool:
    return any(_is_held(lock) for lock in place.glob("web-*.lock"))


def _told_in(place: Path) -> Iterator[tuple[str, list[Metric]]]:
    """What the living have written. The files of the dead are deleted."""
    for lock in sorted(place.glob("*.lock")):
        file = lock.with_suffix(".json")
        if _is_held(lock):
            with suppress(OSError, ValueError):  # it has just begun, or has just ended
                yield lock.stem, [_from_data(data) for data in json.loads(file.read_text())]
        else:
            file.unlink(missing_ok=True)


class _Gathered:
    """What prometheus_client takes for a registry."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _hold_a_name(place: Path, part: str) -> IO[str]:
    """The lock file of the first name that nobody has. A successor takes the name of a process that is gone."""
    for number in range(1, _MOST_PROCESSES):
        if lock := _held(place / f"{part}-{number}.lock"):
            return lock
    raise OSError(f"{place} names {_MOST_PROCESSES} processes")


def _held(path: Path) -> IO[str] | None:
    """Open and locked, unless somebody else holds it."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _is_held(path: Path) -> bool:
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _merged(processes: dict[str, list[Metric]]) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for process, metrics in processes.items():
        for metric in metrics:
            family = families.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
            for sample in metric.samples:
                family.add_sample(sample.name, {**sample.labels, "process": process}, sample.value)
    yield from families.values()


def _as_data(metric: Metric) -> list[object]:
    samples = [(sample.name, sample.labels, sample.value) for sample in metric.samples]
    return [metric.name, metric.documentation, metric.type, samples]


def _from_data(data: list[object]) -> Metric:
    name, documentation, kind, samples = data
    metric = Metric(str(name), str(documentation), str(kind))
    assert isinstance(samples, list)  # noqa: S101 - a process of ours wrote it
    for sample in samples:
        metric.add_sample(*sample)
    return metric


_publisher: Publisher | None = None
_beginning = threading.Lock()


def publish(data_dir: Path, part: str) -> Publisher:
    """This process', from now on in the background. Raises OSError."""
    global _publisher
    with _beginning:
        if _publisher is None:
            _publisher = Publisher(directory(data_dir), part)
            _publisher.start()
    return _publisher
