"""The rows of results on disk: read once through the guarded connection, kept for a while, cleared."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from weakref import WeakValueDictionary

from django.conf import settings
from django.utils import timezone

from workbench.results import limits, stored
from workbench.results.models import Export, Result
from workbench.results.stored import StoredRows

SOURCE = "results"
ROWS_UNOPENED_DAYS = 90
"""After so many days that nobody opened it, a result is forgotten."""
_HOUR = 3600.0
_PARTS_HOURS = 6
"""What was left half written by a process that died is older than that."""


def read(result: Result) -> StoredRows:
    """Its rows: those that are kept, else read now, through its person's connection. Raises SQLError and NotKept."""
    with _alone(result):
        return kept(result) or _read(result)


def read_again(result: Result) -> StoredRows:
    with _alone(result):
        return _read(result)


def kept(result: Result) -> StoredRows | None:
    """None where they were never read, are too old, or lie on another machine."""
    path = _path(result.pk)
    try:
        is_old = path.stat().st_mtime < time.time() - settings.RESULT_HOURS * _HOUR
    except FileNotFoundError:
        return None
    return None if is_old else stored.look(path)


def clear() -> None:
    """What is too old, belongs to nobody any more, or is more than all results may take."""
    forgotten = timezone.now() - timedelta(days=ROWS_UNOPENED_DAYS)
    Result.objects.filter(opened_at__lt=forgotten).delete()
    lost = timezone.now() - timedelta(seconds=settings.EXPORT_SECONDS + _HOUR)
    Export.objects.filter(state=Export.State.RUNNING, begun_at__lt=lost).update(state=Export.State.FAILED)
    files = _files()
    known = set(Result.objects.filter(pk__in=[_id(path) for path in files if _id(path)]).values_list("pk", flat=True))
    for path in files:
        if _id(path) not in known and _age(path) > _HOUR:
            path.unlink(missing_ok=True)
    for path in _directory().glob("*.part"):
        if _age(path) > _PARTS_HOURS * _HOUR:
            path.unlink(missing_ok=True)
    make_room()


def make_room(bytes_wanted: int = 0) -> None:
    """The oldest go first. A file that somebody has open is read to its end."""
    room = settings.RESULTS_MB * 1_000_000 - bytes_wanted
    for path in sorted(_files(), key=_age):
        room -= _size(path)
        if room < 0 or _age(path) > settings.RESULT_HOURS * _HOUR:
            path.unlink(missing_ok=True)


def _read(result: Result) -> StoredRows:
    make_room(settings.RESULT_MB * 1_000_000 // 4)
    connection = result.connection
    database = connection.database(result.user, SOURCE, limits=limits.of_page())
    with closing(database), database.stream(result.sql, result.bound) as stream:
        stored.write(_path(result.pk), stream)
    found = stored.look(_path(result.pk))
    assert found  # noqa: S101 - it was written just now
    return found


_locks: WeakValueDictionary[UUID, threading.Lock] = WeakValueDictionary()
_guard = threading.Lock()


def _alone(result: Result) -> threading.Lock:
    """Two pages of one result do not read it twice."""
    with _guard:
        return _locks.setdefault(result.pk, threading.Lock())


def _directory() -> Path:
    directory: Path = settings.DATA_DIR / "results"
    return directory


def _path(result_id: UUID) -> Path:
    return _directory() / f"{result_id}.sqlite3"


def _files() -> list[Path]:
    return list(_directory().glob("*.sqlite3"))


def _id(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
