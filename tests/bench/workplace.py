"""A site of the benchmark's own: a temporary DATA_DIR, settings that nothing around it changes, and its processes."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import django

from embedded.orphans import die_with_parent
from embedded.ports import is_free
from sqlagent_site.env import ROOT, SETTINGS
from sqlagent_site.ports import wait_until_open

HOST = "127.0.0.1"
PORTS = range(9200, 9300)
PASSWORD = "correct horse battery"
START_SECONDS = 60.0
STOP_SECONDS = 15.0


@contextmanager
def data_dir(models: Path) -> Iterator[Path]:
    """A temporary DATA_DIR with tables, sample and a first user, in which this process's Django works, too.

    The weights in `models` are linked.
    """
    with tempfile.TemporaryDirectory(prefix="sqlagent-bench-") as name:
        directory = Path(name)
        _link_weights(models, directory / "models")
        os.environ.update(environment(directory))
        django.setup()
        from sqlagent_site import first_start

        first_start.set_up()
        yield directory


def set_up(directory: Path) -> None:
    """Makes another installation there, for processes."""
    directory.mkdir()
    command = [sys.executable, "manage.py", "setup"]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment(directory), check=True, stdout=subprocess.DEVNULL)


def environment(directory: Path, settings: Mapping[str, str] = {}) -> dict[str, str]:
    """Every setting is said, so that neither the shell's nor those of `.env` count."""
    own = {"DATA_DIR": str(directory), "ADMIN_PASSWORD": PASSWORD, "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}
    return {setting.name: "" for setting in SETTINGS} | own | dict(settings)


def free_ports(count: int) -> list[int]:
    return [port for port in PORTS if is_free(HOST, port)][:count]


@contextmanager
def web(directory: Path, settings: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """One web process, as `manage.py serve` starts it; gives its address and its process id."""
    [port] = free_ports(1)
    program = ("-m", "sqlagent_site.web", "-v", "0", "-b", HOST, "-p", str(port), "sqlagent_site.asgi:application")
    with process(program, directory, settings, port) as pid:
        yield f"http://{HOST}:{port}", pid


@contextmanager
def process(
    arguments: Sequence[str],
    directory: Path,
    settings: Mapping[str, str],
    port: int = 0,
    python: str = sys.executable,
) -> Iterator[int]:
    """A Python process that ends with the block, and what it has started with it; gives its id once `port` is open."""
    # A file: a pipe that nobody empties would halt a process that says much.
    with (directory / "processes.log").open("a") as log:
        started = subprocess.Popen(
            [python, *arguments],
            cwd=ROOT,
            env=os.environ | environment(directory, settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        if port and not wait_until_open(HOST, port, START_SECONDS):
            sys.exit(f"{arguments} did not start:\n{(directory / 'processes.log').read_text()[-2000:]}")
        yield started.pid
    finally:
        _end(started)


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def processor_seconds(pid: int) -> float:
    """Of a process and of all that it has started, also what is over by now."""
    used, parents = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in parentheses, may have spaces in it.
            fields = entry.read_text().rpartition(")")[2].split()
            number = int(entry.parent.name)
            parents[number], used[number] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {pid}
    while found := {number for number, parent in parents.items() if parent in family} - family:
        family |= found
    return sum(used.get(number, 0) for number in family) / os.sysconf("SC_CLK_TCK")


def _end(started: subprocess.Popen[bytes]) -> None:
    started.terminate()
    try:
        started.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        started.kill()
    # Whatever it has started and left behind.
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def _link_weights(source: Path, target: Path) -> None:
    """The note that says they were verified goes with them: reading a gigabyte takes seconds."""
    target.mkdir()
    for path in [*source.glob("*.gguf"), *source.glob("*.gguf.verified.json")]:
        (target / path.name).symlink_to(path.resolve())
