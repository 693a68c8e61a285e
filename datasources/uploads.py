"""Database files of people: uploaded ones, each in a directory of its own, and those that the operator allows."""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from datasources import file_kinds, importing, upload_limit
from datasources.engine import DuckdbDatabase, Limits
from datasources.errors import SQLError
from datasources.import_job import BadFile, Source
from datasources.sqlite_header import check_header

_DATABASES = frozenset({"sqlite", "duckdb"})
# Whoever uploads one of these and gets a table of one column is surprised.
_NAMES_OF_DATABASES = frozenset({".sqlite", ".sqlite3", ".db", ".db3", ".duckdb", ".parquet"})
_OPENING = Limits(seconds=10)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_MOST_FILES = 50
_LABEL_CHARS = 100


NO_ROOM = "There is no room left for it on the server's disk. Tell the operator, and upload it again later."


class BadUpload(Exception):
    """A file that cannot be connected; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Stored:
    """`path` is the database; `notes` are what people should know of it, a line each."""

    path: Path
    dialect: str
    notes: str = ""


def store(files: Sequence[UploadedFile[Any]], team_id: int) -> Stored:
    """Keep one database, or make one of CSV and Parquet files. Raises BadUpload, and then keeps nothing."""
    if not files:
        raise BadUpload("Choose a file to upload.")
    if len(files) > _MOST_FILES:
        raise BadUpload(f"At most {_MOST_FILES} files can be uploaded at once.")
    directory = settings.DATA_DIR / "uploads" / f"{team_id}-{secrets.token_hex(16)}"
    try:
        _uploads()
        directory.mkdir(mode=0o700)
        return _stored(files, directory)
    except BadFile as bad:
        shutil.rmtree(directory, ignore_errors=True)
        raise BadUpload(str(bad)) from None
    except OSError as error:
        shutil.rmtree(directory, ignore_errors=True)
        if error.errno in _NO_ROOM:
            raise BadUpload(NO_ROOM) from error
        raise
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def remove(path: Path | str) -> None:
    """Delete an upload with its directory; nothing happens when it is gone. Raises ValueError for what is no upload."""
    directory = Path(path).resolve().parent
    if directory.parent != _uploads().resolve():
        raise ValueError("no upload")
    shutil.rmtree(directory, ignore_errors=True)


def check_path(text: str) -> Path:
    """The database file on the server that `text` leads to. Raises BadUpload."""
    path = allowed(text)
    if not path.is_file():
        raise BadUpload(f"There is no file {path.name} in that directory.")
    dialect_of(path)
    return path


def allowed(text: str) -> Path:
    """Where `text` leads to now, if the operator lets files be read there. Raises BadUpload."""
    if not settings.ALLOWED_DB_DIRS:
        raise BadUpload(
            "Files on the server cannot be connected here. The operator can allow a directory with the setting"
            " ALLOWED_DB_DIRS; or upload the file."
        )
    path = _resolved(text)
    if not any(_opens(directory.resolve(), path) for directory in settings.ALLOWED_DB_DIRS):
        raise BadUpload(
            "The file is not in a directory that the operator has allowed (setting ALLOWED_DB_DIRS)."
            " Move it there, or upload it."
        )
    return path


def dialect_of(path: Path) -> str:
    """sqlite or duckdb. Raises BadUpload for any other file."""
    kind = _kind(path, path.name)
    if kind not in _DATABASES:
        raise BadUpload(f"The file {path.name} is not a SQLite or DuckDB database. Upload it to have one made of it.")
    return kind


def _uploads() -> Path:
    path: Path = settings.DATA_DIR / "uploads"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _opens(directory: Path, path: Path) -> bool:
    """Not what is the site's own: a directory around DATA_DIR opens neither its accounts nor other teams' uploads."""
    own = settings.DATA_DIR.resolve()
    is_own = own.is_relative_to(directory) and path.is_relative_to(own)
    return path.is_relative_to(directory) and not is_own and path != _application_database()


def _application_database() -> Path | None:
    database = settings.DATABASES["default"]
    return Path(database["NAME"]).resolve() if "sqlite3" in database["ENGINE"] else None


def _resolved(text: str) -> Path:
    """Whole, and without links."""
    try:
        path = Path(text.strip())
        if not path.is_absolute():
            raise BadUpload("Write the whole path of the file, from / on.")
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        raise BadUpload("That is not a path that can be followed.") from None


def _stored(files: Sequence[UploadedFile[Any]], directory: Path) -> Stored:
    parts = list(_received(files, directory))
    kinds = {part.kind for part in parts}
    if not kinds & _DATABASES:
        return _made_of(parts, directory)
    if len(parts) > 1:
        raise BadUpload("A database has to be uploaded alone: one database is one connection.")
    return _kept(parts[0], directory)


def _received(files: Sequence[UploadedFile[Any]], directory: Path) -> Iterator[Source]:
    labels = [_label(file) for file in files]
    room = settings.MAX_UPLOAD_MB << 20
    for number, (file, table) in enumerate(zip(files, importing.table_names(labels), strict=True)):
        path = directory / f"part{number}"
        room = _received_one(file, path, room)
        yield Source(str(path), _kind(path, labels[number]), table, labels[number])


def _label(file: UploadedFile[Any]) -> str:
    """Its name as the person has it: only shown, never used as one."""
    name = "".join(letter for letter in file.name or "" if letter.isprintable())
    return name[-_LABEL_CHARS:] or "without a name"


def _received_one(file: UploadedFile[Any], path: Path, room: int) -> int:
    """How much room is left for other files."""
    path.touch(mode=0o600)
    with path.open("wb") as target:
        for chunk in file.chunks():
            room -= len(chunk)
            if room < 0:
                raise BadUpload(upload_limit.sentence())
            target.write(chunk)
    return room


def _kind(path: Path, label: str) -> str:
    try:
        kind = file_kinds.kind_of(path)
    except file_kinds.Useless as useless:
        raise BadUpload(f"The file {label} {useless}") from None
    except OSError as error:
        raise BadUpload(f"The file {label} could not be read: {error.strerror}.") from None
    if kind == "csv" and Path(label).suffix.lower() in _NAMES_OF_DATABASES:
        raise BadUpload(
            f"The file {label} is text, not a database. If it is a table, call it .csv and upload it again."
        )
    return kind


def _made_of(parts: list[Source], directory: Path) -> Stored:
    target = directory / "database.duckdb"
    notes = importing.import_files(target, parts)
    for file in directory.iterdir():
        if file != target:
            file.unlink()
    return Stored(target, "duckdb", "\n".join(notes))


def _kept(part: Source, directory: Path) -> Stored:
    path = Path(part.path).rename(directory / f"database.{part.kind}")
    notes = _checked_sqlite(path) if part.kind == "sqlite" else _checked_duckdb(path)
    return Stored(path, part.kind, "\n".join(notes))


def _checked_sqlite(path: Path) -> list[str]:
    return [*check_header(path), *importing.check_sqlite(path)]


def _checked_duckdb(path: Path) -> list[str]:
    database = DuckdbDatabase(path, _OPENING)
    try:
        database.probe()
    except SQLError as error:
        raise BadUpload(error.message) from None
    finally:
        database.close()
    return []
