"""The site as processes of its own, in a data directory of its own: what a browser talks to."""

import contextlib
import copy
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Event

ROOT = Path(__file__).parent.parent
USER, PASSWORD = "admin", "only for tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Shell:
    """A process with the site's settings (`tests/shell.py`), as starting one for each piece of code takes seconds."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.shell"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, code: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["said"]

    def close(self) -> None:
        self._process.communicate()


class Site:
    """A web process on a port; `restart` ends it the hard way and starts it again."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self._listen_on(free_port())
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings",
            "DATA_DIR": str(data_dir),
            "ADMIN_USER": USER,
            "ADMIN_PASSWORD": PASSWORD,
            **settings,
        }
        self.manage("setup")
        self._process: subprocess.Popen[bytes] | None = None
        self._shell: Shell | None = None

    def beside(self) -> "Site":
        """Another web process of the same site, on a port of its own. It is not started."""
        other = copy.copy(self)
        other._process = other._shell = None
        other._listen_on(free_port())
        return other

    def _listen_on(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout

    def shell(self, code: str) -> str:
        """What this Python prints, run with the site's settings."""
        self._shell = self._shell or Shell(self.environment)
        return self._shell.run(code)

    def start(self, output: Path | None = None) -> None:
        """With `output`, what it prints goes to that file."""
        options = ["-v", "0", "-p", str(self.port), "sqlagent_site.asgi:application"]
        command = [sys.executable, "-m", "sqlagent_site.web", *options]
        with output.open("wb") if output else contextlib.nullcontext() as stdout:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=stdout
            )
        wait_until(self.url + "/login/")

    @property
    def pid(self) -> int:
        """Of the web process; 0 before it starts."""
        return self._process.pid if self._process else 0

    def stop(self) -> None:
        self.kill()
        if self._shell:
            self._shell.close()
            self._shell = None

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """The web process alone; returns when it is gone."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()


@contextlib.contextmanager
def running_site(data_dir: Path, **settings: str) -> Iterator[Site]:
    site = Site(data_dir, **settings)
    try:
        site.start()
        yield site
    finally:
        site.stop()


def wait_until(address: str, seconds: float = 60) -> None:
    """Until something answers there."""
    for _ in range(int(seconds * 5)):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        Event().wait(0.2)
    raise TimeoutError(f"{address} did not answer within {seconds} s.")
