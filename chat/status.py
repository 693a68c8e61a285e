"""Whether the model can answer now, in words for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from datasources.models import Connection
from embedded.status import State, read_status
from endpoints import choosing
from learning import warming


@dataclass(frozen=True)
class ModelStatus:
    """`percent` is set while something is downloaded."""

    kind: Literal["ready", "busy", "failed"]
    text: str = ""
    percent: int | None = None


def model_status(connection: Connection) -> ModelStatus:
    """Of the embedded model; an endpoint of the operator's counts as ready until it fails to answer."""
    if not choosing.is_embedded(connection):
        return ModelStatus("ready")
    server = read_status(warming.models_dir())
    match server.state:
        case State.READY if warming.is_warming(connection):
            return ModelStatus("busy", "The model is reading this database's schema; the first answer waits for it.")
        case State.READY:
            return ModelStatus("ready")
        case State.FAILED:
            return ModelStatus("failed", server.message)
        case State.OFF:
            return ModelStatus("failed", warming.NOT_RUNNING)
    return ModelStatus("busy", server.message, server.percent if server.total else None)
