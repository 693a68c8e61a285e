"""The official OpenEnv package: programs that its own environment runs, beside our processes (`make openenv`)."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlagent_site.env import ROOT

_BIN = ROOT / ".venv-openenv" / "bin"
# Not the directory of the program: what lies beside it might be taken for a package.
_SAFE_PATH = "-P"


class NotInstalled(Exception):
    """The message says what to do."""


def check() -> None:
    """Raises NotInstalled. A stamp stands there once everything is installed."""
    if not (_BIN.parent / "installed").exists():
        raise NotInstalled("The official OpenEnv package is not installed: run `make openenv`.")


def command(script: Path, *arguments: str) -> list[str]:
    """To run a program by the Python that has openenv-core."""
    return [str(_BIN / "python"), _SAFE_PATH, str(script), *arguments]


def packages() -> str:
    """Where its packages are, for a process of ours that is to find them."""
    [found] = (_BIN.parent / "lib").glob("python3*/site-packages")
    return str(found)


class Program:
    """One that answers each line of JSON with a line of JSON, and ends with its input.

    Importing openenv-core takes seconds (it imports gradio and pandas): start one, and ask it often.
    """

    def __init__(self, script: Path) -> None:
        self._script = script
        # No proxy stands between two processes of one machine.
        environment = os.environ | {"NO_PROXY": "127.0.0.1,localhost"}
        self._process = subprocess.Popen(
            command(script), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request: Any) -> Any:
        """Raises RuntimeError where it ends without an answer; why stands on standard error."""
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._script.name} ended with {self._process.wait()}.")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
