"""What the embedded model is doing, in a file: the model server writes it, the page shows it."""

import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

FILENAME = "status.json"


class State(StrEnum):
    OFF = "off"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Status:
    """`message` is a sentence for a person; `done` of `total` counts bytes while they are fetched or checked."""

    state: State
    message: str
    done: int = 0
    total: int = 0
    pid: int = 0
    updated: float = 0.0

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


OFF = Status(State.OFF, "The embedded model is not running.")


def write_status(models_dir: Path, status: Status) -> None:
    """Replace the file in one step, signed with this process and the time."""
    models_dir.mkdir(parents=True, exist_ok=True)
    signed = asdict(status) | {"pid": os.getpid(), "updated": time.time()}
    with tempfile.NamedTemporaryFile("w", dir=models_dir, prefix="status-", suffix=".tmp", delete=False) as file:
        json.dump(signed, file)
    # The default mode of a temporary file would hide it from a web process of another user.
    os.chmod(file.name, 0o644)
    os.replace(file.name, models_dir / FILENAME)


def read_status(models_dir: Path) -> Status:
    """The current status; `OFF` when there is none or when its writer is gone.

    A failure outlives its process: why the model is missing is what a person needs to read.
    """
    try:
        fields = json.loads((models_dir / FILENAME).read_text())
        status = Status(**fields | {"state": State(fields["state"])})
    except (OSError, ValueError, TypeError, KeyError):
        return OFF
    if status.state is not State.FAILED and not _is_alive(status.pid):
        return OFF
    return status


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
