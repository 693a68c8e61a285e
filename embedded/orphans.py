"""No process of ours outlives the one that started it."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
# Looked up here, so that between fork and exec nothing is imported or loaded any more.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies, however that happens. For `preexec_fn`; Linux only.

    The "parent" is the very thread that starts the process, so start it from one that lives on.
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
