"""Keeps the parts of the product running under one process, and takes them all down with it."""

import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, cast

from embedded.orphans import die_with_parent
from operations.part import PART
from sqlagent_site.redaction import redacted

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Part:
    """A program that is to run for as long as the supervisor does. Its lines go out with its name before them, but for
    those that begin with one of `verbatim`: they are for programs, and stay exactly as they are."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    verbatim: tuple[str, ...] = ()


@dataclass(frozen=True)
class Patience:
    """Seconds: the pauses before a restart, how long a part must live to count as healthy, and to end when asked to."""

    first_pause: float = 1.0
    longest_pause: float = 60.0
    healthy: float = 60.0
    stop: float = 10.0


class Supervisor:
    """Each part has a thread that starts it, prints what it says and starts it again when it ends."""

    def __init__(
        self,
        parts: Sequence[Part],
        write: Callable[[str], None],
        patience: Patience = Patience(),
        put: Callable[[str, str], str] | None = None,
    ) -> None:
        """`put` makes a line of a part's name and of what it says."""
        self._write = write
        self._put = put or self._after_its_name
        self._patience = patience
        self._stopping = threading.Event()
        self._width = max((len(part.name) for part in parts), default=0)
        self._keepers = [threading.Thread(target=self._keep, args=(part,), name=part.name) for part in parts]

    def start(self) -> None:
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """End every part, politely first. Returns when all are gone."""
        self._stopping.set()
        for keeper in self._keepers:
            keeper.join()

    def _keep(self, part: Part) -> None:
        pause = self._patience.first_pause
        while not self._stopping.is_set():
            started = time.monotonic()
            how = self._run(part)
            if self._stopping.is_set():
                return
            if time.monotonic() - started >= self._patience.healthy:
                pause = self._patience.first_pause
            self._say(part, f"{how}; starting it again in {pause:g} s.")
            self._stopping.wait(pause)
            pause = min(2 * pause, self._patience.longest_pause)

    def _run(self, part: Part) -> str:
        """Run the part once, to its end or to ours; says how it ended."""
        try:
            process = _start(part)
        except OSError as error:
            return f"It could not be started ({error.strerror})"
        printer = threading.Thread(target=self._print_lines, args=(part, process), daemon=True)
        printer.start()
        while process.poll() is None and not self._stopping.is_set():
            _wait(process, POLL_SECONDS)
        self._end(process)
        printer.join(timeout=1)
        return f"It ended ({_reason(process.returncode)})"

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            _signal_group(process, signal.SIGTERM)
            _wait(process, self._patience.stop)
        # Whatever is left: a part that will not end, or what a part has started and not taken along.
        _signal_group(process, signal.SIGKILL)
        process.wait()

    def _print_lines(self, part: Part, process: subprocess.Popen[bytes]) -> None:
        with io.TextIOWrapper(cast("IO[bytes]", process.stdout), encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(part.verbatim):
                    self._write(line.rstrip("\n"))
                else:
                    self._say(part, line.rstrip())

    def _say(self, part: Part, line: str) -> None:
        self._write(self._put(part.name, line))

    def _after_its_name(self, name: str, line: str) -> str:
        # What was not logged but printed, such as the traceback of its end, has passed no guard yet.
        return f"{name:<{self._width}} | {redacted(line)}"


def _start(part: Part) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C on the terminal reaches the supervisor alone, which then ends the parts in order.
    return subprocess.Popen(
        part.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUNBUFFERED": "1", PART: part.name} | dict(part.environment),
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _reason(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
