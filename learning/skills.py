"""What the agent does beyond writing and repairing SQL, as the operator has set it."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings

from agent.skills import Skills
from datasources.models import Connection
from endpoints import choosing


def skills_of(connection: Connection) -> Skills:
    """By what answers it: the embedded model, which costs nothing, reads each question again."""
    return skills(is_local=choosing.is_embedded(connection))


def skills(parts: Collection[str] | None = None, readings: int | None = None, *, is_local: bool) -> Skills:
    """Where none are named, those of the settings."""
    return Skills.of(
        settings.SKILLS if parts is None else parts,
        settings.READINGS if readings is None else readings,
        eager=is_local,
    )
