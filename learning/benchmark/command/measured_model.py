"""Which model is measured: the configured one, another at the same endpoint, or the embedded one that runs now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from agent.endpoint import Endpoint
from agent.llm import LLMError
from datasources.models import Connection
from embedded.catalogue import MODELS
from embedded.served import served_file
from embedded.status import State, read_status
from endpoints import choosing
from learning.warming import NOT_RUNNING, models_dir


class NoSuchModel(Exception):
    """It cannot be asked; the message is for the operator."""


@dataclass(frozen=True)
class MeasuredModel:
    """`name` is what runs: of the embedded model, by its weights and not by what the settings call it."""

    endpoint: Endpoint
    name: str

    @classmethod
    def of(cls, wanted: str, connection: Connection | None) -> MeasuredModel:
        """`wanted` is empty for the one that is there: the first that answers the connection's questions, or without
        one what the environment names. Raises NoSuchModel."""
        endpoint = _first(connection) if connection else settings.LLM_ENDPOINT
        if endpoint.local:
            return cls(endpoint, _embedded(endpoint, wanted))
        name = wanted or endpoint.model
        return cls(replace(endpoint, model=name), name)


def _first(connection: Connection) -> Endpoint:
    try:
        return choosing.first(connection).asked()
    except LLMError as error:
        raise NoSuchModel(error.message) from None


def _embedded(endpoint: Endpoint, wanted: str) -> str:
    status = read_status(models_dir())
    if status.state is State.OFF:
        raise NoSuchModel(NOT_RUNNING)
    if status.state is not State.READY:
        raise NoSuchModel(f"The embedded model is not ready yet: {status.message}")
    names = {model.filename: model.name for model in MODELS.values()}
    file = served_file(endpoint.base_url)
    running = names.get(file, file) or endpoint.model
    if wanted in MODELS:
        wanted = MODELS[wanted].name
    if wanted not in ("", running):
        raise NoSuchModel(
            f"The embedded model that runs is {running}. To measure {wanted}, start the site with LOCAL_MODEL="
            f"{' or '.join(MODELS)}, with LOCAL_MODEL_PATH, or with an endpoint in API_BASE_URL and MODEL_NAME."
        )
    return running
