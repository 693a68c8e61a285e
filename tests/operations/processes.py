"""Worker processes as `make run` starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlagent_site import parts
from tests.processes import ROOT, Site


@contextmanager
def worker(site: Site, queue: str) -> Iterator[subprocess.Popen[str]]:
    command = parts.worker("worker", queue).command
    process = subprocess.Popen(
        command, cwd=ROOT, env=site.environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(condition: Callable[[], object], seconds: float = 90) -> float:
    """Until it holds; gives how many seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + seconds, "it did not come to that"
        time.sleep(0.2)
    return time.monotonic() - began
