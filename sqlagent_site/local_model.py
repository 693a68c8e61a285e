"""The embedded model as the settings want it."""

from django.conf import settings

from embedded.catalogue import MODELS
from embedded.launch import Plan
from learning.warming import models_dir


def is_wanted() -> bool:
    """Whether answers come from the embedded model server, so that it has to run."""
    return bool(settings.LLM_ENDPOINT.local) and settings.LOCAL_MODEL != "none"


def plan() -> Plan:
    return Plan(
        model=MODELS[settings.LOCAL_MODEL],
        models_dir=models_dir(),
        port=settings.LOCAL_MODEL_PORT,
        alias=settings.LLM_ENDPOINT.model,
        own_path=settings.LOCAL_MODEL_PATH,
        source=settings.LOCAL_MODEL_SOURCE,
        slots=settings.LOCAL_MODEL_SLOTS,
        context=settings.LOCAL_MODEL_CONTEXT,
        threads=settings.LOCAL_MODEL_THREADS,
    )
