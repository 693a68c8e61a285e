"""A backup is made while the site is served."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from operations.backup import archive, databases
from operations.backup.manifest import BadBackup, Manifest
from operations.backup.progress import Progress, megabytes

Say = Callable[[str], None]


def back_up(target: BinaryIO, say: Say) -> None:
    """Write a backup to `target`. Raises BadBackup."""
    databases.need_programs("pg_dump")
    if not databases.applied():
        raise BadBackup("There is nothing to back up: the database has no tables yet.")
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.DATA_DIR) as place:
        database = Path(place) / archive.DATABASES[databases.engine()]
        databases.dump(database)
        say(f"Database: {megabytes(database.stat().st_size)}.")
        # After the database: what it knows of is there, but for what is deleted at this moment.
        uploads = list(_uploads())
        files = [(database.name, database), *_keys(), *uploads]
        about = _manifest(files)
        say(f"Uploads: {len(uploads)} files. {_about_keys(about)}")
        archive.write(target, about, files, Progress(about.size, say).advance)


def beside(target: Path) -> Path:
    """Where `target` is written until it is whole. Raises BadBackup when it cannot be."""
    if target.exists():
        raise BadBackup(f"{target} is there already. Name another file, or take that one away.")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise BadBackup(f"{target.parent} is no directory that may be written to.")
    return target.with_name(f"{target.name}.part")


def _manifest(files: list[tuple[str, Path]]) -> Manifest:
    names = {name for name, _ in files}
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        engine=databases.engine(),
        migrations=databases.applied(),
        data_dir=str(settings.DATA_DIR.resolve()),
        size=sum(path.stat().st_size for _, path in files if path.exists()),
        has_secret_key="secret_key" in names,
        has_field_key="field_key" in names,
    )


def _keys() -> Iterator[tuple[str, Path]]:
    """Those that are in force, and not what another setting has made useless."""
    for name, setting in zip(archive.KEYS, ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"), strict=True):
        path: Path = settings.DATA_DIR / name
        if path.is_file() and not os.environ.get(setting):
            yield name, path


def _uploads() -> Iterator[tuple[str, Path]]:
    root: Path = settings.DATA_DIR
    for path in sorted((root / archive.UPLOADS).glob("*/*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path


def _about_keys(about: Manifest) -> str:
    missing = [
        name
        for name, there in (("SECRET_KEY", about.has_secret_key), ("FIELD_ENCRYPTION_KEYS", about.has_field_key))
        if not there
    ]
    if missing:
        return f"Not in it, as the environment has them: {' and '.join(missing)}. Keep them elsewhere."
    return "The keys are in it: keep it where nobody else can read it."
