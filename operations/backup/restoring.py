"""A backup takes the place of what is there: all of it, or nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from accounts.models import User
from datasources.models import Connection
from embedded.ports import why_not_free
from operations.backup import archive, databases, swapping
from operations.backup.manifest import BadBackup, Manifest
from operations.backup.progress import Progress, megabytes
from operations.models import HEARD_OF, Worker

Say = Callable[[str], None]


def restore(source: BinaryIO, say: Say, *, replace: bool = False) -> None:
    """Raises BadBackup; then everything is as it was."""
    _see_that_nobody_is_served()
    note = settings.DATA_DIR / "restoring.json"
    if swapping.put_back(note):
        say("An earlier restore was broken off. What was there before it is back.")
    if not replace and _is_in_use():
        raise BadBackup("There is an installation here already. With --replace the backup takes its place.")
    with archive.reading(source) as (about, extract), _staging() as place:
        _see_that_it_fits(about)
        say(f"Backup of {about.made_at}, {megabytes(about.size)}.")
        extract(Path(place), Progress(about.size, say).advance)
        _bring_in(about, Path(place), note, say)


def _staging() -> tempfile.TemporaryDirectory[str]:
    # Beside what it is to replace: only there a file can take another's place in one step.
    return tempfile.TemporaryDirectory(prefix="restore-", dir=settings.DATA_DIR, ignore_cleanup_errors=True)


def _bring_in(about: Manifest, place: Path, note: Path, say: Say) -> None:
    database = place / archive.DATABASES[about.engine]
    if not database.is_file():
        raise BadBackup("The backup has no database in it.")
    if about.engine == "sqlite":
        _prepare_sqlite(database, about)
    (place / archive.UPLOADS).mkdir(mode=0o700, exist_ok=True)
    pairs = _pairs(about, place)
    mark = _mark([target for target, _ in pairs])
    swap = swapping.Swap(note, mark, pairs)
    connections.close_all()
    swap.do()
    try:
        if about.engine == "postgresql":
            databases.load_postgres(database)
            _migrate(about, {})
            _follow_uploads(about)
    except BaseException:
        swap.undo()
        raise
    kept = swap.finish()
    say(f"Restored: {User.objects.count()} people, {Connection.objects.count()} connections. {_about_keys(about)}")
    if kept:
        say(f"What was there before has the ending “.{mark}” in {settings.DATA_DIR}: delete it when all is well.")


def _mark(targets: list[Path]) -> str:
    """An ending that none of them has beside it yet."""
    mark = f"before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    numbered = (mark if number == 1 else f"{mark}-{number}" for number in count(1))
    return next(each for each in numbered if not any(swapping.beside(target, each).exists() for target in targets))


def _pairs(about: Manifest, place: Path) -> list[tuple[Path, Path | None]]:
    data_dir: Path = settings.DATA_DIR
    names = [archive.UPLOADS, *(name for name in archive.KEYS if (place / name).exists())]
    pairs: list[tuple[Path, Path | None]] = [(data_dir / name, place / name) for name in names]
    if about.engine == "sqlite":
        own = databases.sqlite_path()
        pairs.append((own, place / archive.DATABASES["sqlite"]))
        pairs += [(own.with_name(f"{own.name}{ending}"), None) for ending in ("-wal", "-shm")]
    return pairs


def _prepare_sqlite(path: Path, about: Manifest) -> None:
    """Whole, of this version, and with uploads where they are here."""
    try:
        with closing(sqlite3.connect(path)) as database:
            if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BadBackup("The database in the backup is damaged: nothing was restored.")
            old, new = about.data_dir, str(settings.DATA_DIR.resolve())
            follow = "UPDATE datasources_connection SET path = ? || substr(path, ?) WHERE substr(path, 1, ?) = ?"
            database.execute(follow, (new, len(old) + 1, len(old) + 1, f"{old}/"))
            database.commit()
    except sqlite3.DatabaseError:
        raise BadBackup("The database in the backup is damaged: nothing was restored.") from None
    _migrate(about, {"DATABASE_URL": f"sqlite:///{path}"})


def _migrate(about: Manifest, also: dict[str, str]) -> None:
    """In a process of its own: this one is connected to another database."""
    if set(about.migrations) == _known():
        return
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=os.environ | also, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BadBackup(f"The backup's tables could not be brought up to date: {said[-1] if said else '?'}")


def _follow_uploads(about: Manifest) -> None:
    old, new = about.data_dir, str(settings.DATA_DIR.resolve())
    for each in Connection.objects.filter(path__startswith=f"{old}/").only("pk", "path"):
        Connection.objects.filter(pk=each.pk).update(path=new + each.path.removeprefix(old))


def _see_that_nobody_is_served() -> None:
    stop = "Stop the site first: what it writes meanwhile would be lost, or go into the wrong place."
    if why_not_free(settings.HOST, settings.PORT):
        raise BadBackup(f"Something answers on port {settings.PORT}. {stop}")
    if databases.engine() == "sqlite" and databases.sqlite_path().exists():
        connections.close_all()
        try:
            with closing(sqlite3.connect(databases.sqlite_path(), timeout=2)) as alone:
                # Only who is alone may leave the journal that several share.
                alone.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            raise BadBackup(f"Somebody else has the database open. {stop}") from None
        except sqlite3.DatabaseError:
            return  # it is no database any more: one more reason
    elif databases.engine() == "postgresql" and _has_table(Worker) and Worker.objects.alive().exists():
        # They may be on other machines, or in other containers.
        raise BadBackup(f"Background workers are at work, or were {HEARD_OF.seconds} seconds ago. {stop}")


def _is_in_use() -> bool:
    uploads = settings.DATA_DIR / archive.UPLOADS
    has_people = _has_table(User) and User.objects.exists()
    return has_people or (uploads.is_dir() and any(uploads.iterdir()))


def _has_table(model: type[Model]) -> bool:
    return model._meta.db_table in connection.introspection.table_names()


def _see_that_it_fits(about: Manifest) -> None:
    if about.engine != databases.engine():
        here = _named(databases.engine())
        raise BadBackup(f"The backup is of a {_named(about.engine)} database, and DATABASE_URL names one of {here}.")
    databases.need_programs("psql")
    if newer := sorted(set(about.migrations) - _known()):
        raise BadBackup(f"The backup is of a newer version: {newer[-1]} is not known here. Update first.")


def _known() -> set[str]:
    """The migrations of this version."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def _named(engine: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(engine, engine)


def _about_keys(about: Manifest) -> str:
    """Whether saved credentials can be read with the keys that are in force from now on."""
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet

    kept = settings.DATA_DIR / "field_key"
    named = os.environ.get("FIELD_ENCRYPTION_KEYS", "")
    keys = settings.FIELD_ENCRYPTION_KEYS if named or not about.has_field_key else kept.read_text().split()
    secret = Connection.objects.exclude(encrypted_address="").values_list("encrypted_address", flat=True).first()
    try:
        if secret:
            MultiFernet([Fernet(key) for key in keys]).decrypt(secret.encode())
    except (InvalidToken, ValueError):
        return "Their saved credentials need other keys: set FIELD_ENCRYPTION_KEYS to those of the time of the backup."
    return "Saved credentials can be read."
