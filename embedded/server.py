"""The model server: llama.cpp's own, in this process, on a loopback port.

`python -m embedded.server --model FILE --port N` runs it by hand; `manage.py modelserver` runs it for the site.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, NoReturn

from embedded.errors import ModelUnavailable
from embedded.orphans import die_with_parent
from embedded.ports import is_free
from embedded.slots import prepare_slots_dir
from embedded.waiting import wait_until_healthy

HOST = "127.0.0.1"
# Prompts are read in bites of this many tokens. Small ones cost nothing on a processor (measured: 955 tokens in 16 s
# either way), and between two bites the other slots write: an answer no longer halts while somebody's schema is read.
BATCH_TOKENS = 128
# Prefixes that have lost their slot wait here: about 18,000 tokens of the 1.5B model.
PROMPT_CACHE_MIB = 512
ERRORS_ONLY = 1


@dataclass(frozen=True)
class ServerSettings:
    """`context` counts tokens for each of `slots`; `threads` 0 means one for each core."""

    model: Path
    port: int
    slots_dir: Path
    alias: str = "local"
    slots: int = 2
    context: int = 8192
    threads: int = 0

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"


class ModelServer:
    """A running server: once made, it has loaded the model and answers, until the process ends."""

    def __init__(self, settings: ServerSettings) -> None:
        self.base_url = settings.base_url
        if not is_free(HOST, settings.port):
            raise ModelUnavailable(f"Port {settings.port} is taken by another program; LOCAL_MODEL_PORT names another.")
        prepare_slots_dir(settings.slots_dir, _maker(settings))
        # Read when OpenMP is loaded. Without it idle threads spin and starve the rest of a busy machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            self._server = _start(settings)
        except ImportError:
            raise ModelUnavailable("The package xllamacpp, which runs the embedded model, is not installed.") from None
        except RuntimeError as error:
            raise ModelUnavailable(f"The model server could not load {settings.model}: {error}") from error


def _start(settings: ServerSettings) -> object:
    import xllamacpp

    p = xllamacpp.CommonParams()
    p.model.path = str(settings.model)
    p.model_alias = {settings.alias}
    p.hostnames = [HOST]
    p.port = settings.port
    # Any web page may send requests to a loopback port; none may read the answers.
    p.cors_origins = f"http://{HOST}:{settings.port}"
    p.ui = False
    p.n_parallel = settings.slots
    # One cache cut into equal shares: a long prompt in one slot cannot crowd out the other's.
    p.kv_unified = False
    p.n_ctx = settings.slots * settings.context
    p.n_batch = p.n_ubatch = BATCH_TOKENS
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = settings.threads or _cores()
    p.cont_batching = True
    p.cache_prompt = True
    p.cache_ram_mib = PROMPT_CACHE_MIB
    p.endpoint_slots = True
    p.slot_save_path = f"{settings.slots_dir}{os.sep}"
    p.verbosity = ERRORS_ONLY
    return xllamacpp.Server(p)


def _cores() -> int:
    """Those that this process may use: a container's share is smaller than the machine."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _maker(settings: ServerSettings) -> str:
    """What saved slots depend on: other weights or another build of the server would misread them."""
    stat = settings.model.stat()
    return f"{settings.model} {stat.st_size} {stat.st_mtime_ns} xllamacpp {version('xllamacpp')}"


@contextmanager
def running(settings: ServerSettings, *, seconds: float = 120.0, log: IO[bytes] | None = None) -> Iterator[str]:
    """A model server in a process of its own for the length of the block; gives its base URL. For tests and benches."""
    process = subprocess.Popen(_command(settings), stdout=log, stderr=log, preexec_fn=die_with_parent)
    try:
        if not wait_until_healthy(settings.base_url, seconds, alive=lambda: process.poll() is None):
            raise ModelUnavailable(f"The model server did not answer within {seconds:.0f} s.")
        yield settings.base_url
    finally:
        process.kill()
        process.wait()


def _command(settings: ServerSettings) -> list[str]:
    options = [f"--{name.replace('_', '-')}={value}" for name, value in vars(settings).items()]
    return [sys.executable, "-m", "embedded.server", *options]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.server", description="Serve a GGUF file.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--slots-dir", type=Path, required=True, help="where prefixes are kept")
    parser.add_argument("--alias", default="local")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--context", type=int, default=8192, help="tokens for each slot")
    parser.add_argument("--threads", type=int, default=0, help="0: one for each core")
    try:
        server = ModelServer(ServerSettings(**vars(parser.parse_args(arguments))))
    except ModelUnavailable as error:
        sys.exit(str(error))
    wait_for_the_end(server)


def wait_for_the_end(server: ModelServer) -> NoReturn:
    """Let the server work until somebody ends this process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave_at_once)
    sys.stdout.write(f"Serving on {server.base_url}\n")
    sys.stdout.flush()
    while True:
        signal.pause()


def _leave_at_once(number: int, frame: object) -> NoReturn:
    # Taking the server's threads apart can take seconds, and there is nothing in them to keep.
    os._exit(0)


if __name__ == "__main__":
    main()
