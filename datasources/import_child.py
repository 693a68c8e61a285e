"""The process in which uploaded files are looked into and turned into a database: it is killed when that takes long.

It reads one job from standard input and writes what came of it to standard output, both as JSON.
"""

import json
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import quote

# Imported before the limits hold.
from datasources import tables_from_files
from datasources.import_job import BadFile, Source

_MEMORY = 2 << 30
_OPEN_FILES = 64
_MOST_FINDINGS = 3


def main() -> None:
    # What DuckDB prints, such as how far it is, is no part of the answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    job = json.load(sys.stdin)
    _confine(job["seconds"], job["file_bytes"])
    try:
        notes = _TASKS[job["task"]](job)
        answer: dict[str, Any] = {"notes": notes}
    except BadFile as bad:
        answer = {"error": str(bad)}
    except MemoryError:
        answer = {"error": "It needs more memory than an import may use."}
    answers.write(json.dumps(answer))
    answers.close()


def _confine(seconds: float, file_bytes: int) -> None:
    """The parent kills it in time; the alarm is for when there is no parent any more."""
    signal.alarm(int(seconds) + 5)
    os.umask(0o077)
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))


def _import(job: dict[str, Any]) -> list[str]:
    return tables_from_files.build(job["target"], [Source(**source) for source in job["sources"]])


def _check_sqlite(job: dict[str, Any]) -> list[str]:
    uri = f"file:{quote(job['path'])}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return _findings(connection)
    except sqlite3.DatabaseError as error:
        raise BadFile(f"The SQLite database is damaged: {error}. Upload a sound copy of it.") from None


def _findings(connection: sqlite3.Connection) -> list[str]:
    """Notes. Raises BadFile for a damaged file."""
    for pragma in ("trusted_schema = 0", "cell_size_check = 1", "mmap_size = 0", "cache_size = -64000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    try:
        found = [text for (text,) in connection.execute(f"PRAGMA quick_check({_MOST_FINDINGS})")]
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such module"):
            raise
        return [f"Some of its tables cannot be read here: {error}."]
    if found != ["ok"]:
        details = "; ".join(line for text in found for line in text.splitlines() if not line.startswith("***"))
        raise BadFile(f"The SQLite database is damaged: {details[:500]}. Upload a sound copy of it.")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view')").fetchone()[0]
    return [] if tables else ["The database has no tables yet."]


_TASKS: dict[str, Callable[[dict[str, Any]], list[str]]] = {"import": _import, "check_sqlite": _check_sqlite}
