"""The one file: a compressed tar of the manifest, the database, the keys and uploads. It is written and read as a
stream, so that it may come through a pipe."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from operations.backup import manifest
from operations.backup.manifest import BadBackup, Manifest

MANIFEST = "manifest.json"
DATABASES = {"sqlite": "app.sqlite3", "postgresql": "database.sql"}
KEYS = ("secret_key", "field_key")
UPLOADS = "uploads"
_ALLOWED = re.compile(rf"{'|'.join(map(re.escape, (*DATABASES.values(), *KEYS)))}|{UPLOADS}(/[\w-][\w.-]*)+")
Advance = Callable[[int], None]
"""Is told the bytes of each file that is done."""


def write(target: BinaryIO, about: Manifest, files: Sequence[tuple[str, Path]], advance: Advance) -> None:
    """An upload that is deleted meanwhile, as its connection was, is left out."""
    # The fastest compression: databases shrink by it nearly as well, and the slowest would take minutes a gigabyte.
    with (
        gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        _add(tar, MANIFEST, io.BytesIO(about.text().encode()), len(about.text().encode()))
        for name, path in files:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            with source:
                size = path.stat().st_size
                _add(tar, name, source, size)
            advance(size)


def _add(tar: tarfile.TarFile, name: str, source: BinaryIO, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    tar.addfile(entry, source)


@contextmanager
def reading(source: BinaryIO) -> Iterator[tuple[Manifest, Callable[[Path, Advance], None]]]:
    """The manifest, and what takes all else out into a directory. Raises BadBackup for what is no whole backup."""
    try:
        with tarfile.open(fileobj=source, mode="r|gz") as tar:
            first = tar.next()
            stream = tar.extractfile(first) if first and first.name == MANIFEST else None
            if stream is None:
                raise BadBackup("This is no backup that “manage.py backup” made.")
            yield manifest.read(stream.read().decode()), lambda place, advance: _extract(tar, place, advance)
    except (tarfile.TarError, zlib.error, EOFError, UnicodeDecodeError):
        raise BadBackup("The file is damaged or not whole: nothing was restored from it.") from None


def _extract(tar: tarfile.TarFile, place: Path, advance: Advance) -> None:
    """Files under names of ours only, whatever the archive says."""
    while entry := tar.next():
        stream = tar.extractfile(entry) if entry.isreg() and _ALLOWED.fullmatch(entry.name) else None
        if stream is None:
            raise BadBackup(f"The backup holds “{entry.name}”, which does not belong into one.")
        path = place / entry.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("wb") as target:
            shutil.copyfileobj(stream, target, 1 << 20)
        advance(entry.size)
