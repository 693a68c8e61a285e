"""From settings to a running model server, telling the page and the terminal how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded.catalogue import Model
from embedded.errors import ModelUnavailable
from embedded.progress import PrintedProgress, Report
from embedded.server import ModelServer, ServerSettings
from embedded.status import State, Status, write_status
from embedded.weights import ensure, own_file

WAY_OUT = (
    "Set API_BASE_URL and MODEL_NAME to use another OpenAI-compatible endpoint, "
    "or LOCAL_MODEL_PATH to use a GGUF file of your own."
)
STATUS_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """What to serve and how. `own_path` names a GGUF file to take instead of `model`."""

    model: Model
    models_dir: Path
    port: int
    alias: str
    own_path: str = ""
    source: str = "registry"
    slots: int = 2
    context: int = 8192
    threads: int = 0

    @property
    def slots_dir(self) -> Path:
        return self.models_dir / "slots"


def launch(plan: Plan, printed: Report | None = None, loaded: Callable[[], None] = lambda: None) -> ModelServer:
    """Get the weights and serve them. Raises ModelUnavailable, after the status file says what to do.

    `loaded` is called when the server answers and the status file does not say so yet.
    """
    report = StatusReport(plan.models_dir, printed or PrintedProgress())
    try:
        weights = _weights(plan, report)
        report(State.LOADING, f"Loading {weights.name}.", 0, 0)
        server = ModelServer(_server_settings(plan, weights))
    except ModelUnavailable as error:
        write_status(plan.models_dir, Status(State.FAILED, f"{error} {WAY_OUT}"))
        raise
    loaded()
    report(State.READY, f"{weights.name} is ready.", 0, 0)
    return server


class StatusReport:
    """Writes the status file, not more often than a page would look, and passes everything on to the terminal."""

    def __init__(self, models_dir: Path, printed: Report) -> None:
        self._models_dir = models_dir
        self._printed = printed
        self._state = State.OFF
        self._written = 0.0

    def __call__(self, state: State, message: str, done: int, total: int) -> None:
        self._printed(state, message, done, total)
        now = time.monotonic()
        if state is self._state and now - self._written < STATUS_EVERY_SECONDS:
            return
        write_status(self._models_dir, Status(state, message, done, total))
        self._state, self._written = state, now


def _weights(plan: Plan, report: Report) -> Path:
    if plan.own_path:
        return own_file(Path(plan.own_path).expanduser())
    return ensure(plan.model, plan.models_dir, report, source=plan.source)


def _server_settings(plan: Plan, weights: Path) -> ServerSettings:
    return ServerSettings(
        model=weights,
        port=plan.port,
        slots_dir=plan.slots_dir,
        alias=plan.alias,
        slots=plan.slots,
        context=plan.context,
        threads=plan.threads,
    )
