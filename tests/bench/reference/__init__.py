"""An implementation of LinUCB that is not ours, to compare with: mabwiser, in an environment of its own.

It pulls in half of scientific Python (20 packages, 490 MB), so nobody who develops or tests has to have it: the bench
installs it when it is asked for, and keeps it in .venv-mabwiser.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from learning.linucb import Floats
from learning.offpolicy import Indices
from sqlagent_site.env import ROOT

_HERE = Path(__file__).parent
_ENVIRONMENT = ROOT / ".venv-mabwiser"
_PYTHON = _ENVIRONMENT / "bin" / "python"


class Unavailable(Exception):
    """The message says why."""


def choices(contexts: Floats, rewards: Floats, alpha: float) -> Indices:
    """What mabwiser's LinUCB chooses on a stream: `contexts` T×d and the `rewards` T×K of each arm give T arms.

    Raises Unavailable.
    """
    _install()
    with TemporaryDirectory() as directory:
        given, made = Path(directory, "stream.npz"), Path(directory, "choices.npy")
        np.savez(given, contexts=contexts, rewards=rewards, alpha=alpha)
        _run(str(_PYTHON), str(_HERE / "play.py"), str(given), str(made))
        chosen: Indices = np.load(made)
    return chosen


def _install() -> None:
    done = _ENVIRONMENT / "installed"
    if done.exists():
        return
    print("Installing mabwiser into .venv-mabwiser (490 MB, about a minute, once).", file=sys.stderr, flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(_ENVIRONMENT))
    _run(str(_PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(_HERE / "mabwiser.lock"))
    done.touch()


def _run(*command: str) -> None:
    """Raises Unavailable."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise Unavailable(f"mabwiser could not be asked: {last[0]}")
