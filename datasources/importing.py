"""Uploaded files are looked into, and made into a database, by a process that can be killed."""

import json
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from datasources.import_job import BadFile, Source
from datasources.introspect import quoted

IMPORT_SECONDS = 600.0
CHECK_SECONDS = 120.0
# A database is rarely larger than the text it was made of; what is packed (Parquet) may be.
_GROWTH = 8
_LEAST_FILE_BYTES = 256 << 20
_SECONDS_TO_WAIT = 30.0
_NAME_CHARS = 60
_ENDINGS = re.compile(r"\.(csv|tsv|tab|txt|parquet|pq)$", re.IGNORECASE)
_START = "import sys; sys.path.append(sys.argv[1]); from datasources.import_child import main; main()"
_ROOT = str(Path(__file__).parent.parent)
# More at once would only take each other's memory.
_room = threading.BoundedSemaphore(2)


def import_files(target: Path, sources: Sequence[Source], seconds: float = IMPORT_SECONDS) -> list[str]:
    """Make the DuckDB database `target` of CSV and Parquet files, a table each; what people should know of it.

    Raises BadFile, and may leave parts of a database behind. CSV files are used up.
    """
    size = sum(Path(source.path).stat().st_size for source in sources)
    file_bytes = max(_LEAST_FILE_BYTES, _GROWTH * size)
    job = {"task": "import", "target": str(target), "sources": [asdict(source) for source in sources]}
    return _run(job | {"file_bytes": file_bytes}, seconds)


def check_sqlite(path: Path, seconds: float = CHECK_SECONDS) -> list[str]:
    """What people should know of it. Raises BadFile for a database that is damaged."""
    return _run({"task": "check_sqlite", "path": str(path), "file_bytes": 0}, seconds)


def table_names(file_names: Sequence[str]) -> list[str]:
    """A name for each: plain, no word of SQL, and different from the others in any case of letters."""
    names: list[str] = []
    for file_name in file_names:
        name = _table_name(file_name)
        taken = {name.casefold() for name in names}
        numbered = (f"{name}_{number}" for number in range(2, len(names) + 3))
        names.append(name if name.casefold() not in taken else next(n for n in numbered if n.casefold() not in taken))
    return names


def _table_name(file_name: str) -> str:
    stem = _ENDINGS.sub("", PurePath(file_name.replace("\\", "/")).name)
    name = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", stem)).strip("_").lower()[:_NAME_CHARS] or "data"
    if name[0].isdigit():
        name = f"t_{name}"
    return f"{name}_data" if name.isascii() and quoted(name) != name else name


def _run(job: Mapping[str, Any], seconds: float) -> list[str]:
    if not _room.acquire(timeout=_SECONDS_TO_WAIT):
        raise BadFile("Other files are being read in. Try again in a minute.")
    try:
        answer = _answer(json.dumps({**job, "seconds": seconds}), seconds)
    finally:
        _room.release()
    if "error" in answer:
        raise BadFile(answer["error"])
    return list(answer["notes"])


def _answer(job: str, seconds: float) -> dict[str, Any]:
    with subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _START, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
        text=True,
    ) as process:
        try:
            output, _ = process.communicate(job, seconds)
        except subprocess.TimeoutExpired:
            raise BadFile(f"It took longer than {seconds:g} seconds and was stopped. Upload less at once.") from None
        finally:
            process.kill()
    if process.returncode != 0:
        raise BadFile("The process that read it broke down: the file may be damaged. Upload a sound copy of it.")
    answer: dict[str, Any] = json.loads(output)
    return answer
