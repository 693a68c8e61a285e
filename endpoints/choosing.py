"""Which endpoints answer whose questions, in which order."""

from __future__ import annotations

from django.conf import settings

from datasources.models import Connection
from endpoints.models import Endpoint, TeamChoice


def for_team(team_id: int | None) -> list[Endpoint]:
    """The first is asked first, the others when those before them fail. At least one, which may be switched off.

    Those that the operator chose for the team, and then no others, whatever becomes of them; else those that are for
    all teams. Where there are none, it is the one of the environment: a laptop configures nothing.
    """
    candidates = list(Endpoint.objects.candidates(team_id))
    environment = next((one for one in candidates if one.is_environment), None) or Endpoint.of_environment()
    chosen = [one for one in candidates if one.place_in_team is not None]
    own = sorted(chosen, key=lambda one: (one.place_in_team, one.pk))
    found = own or [one for one in candidates if one.is_shared]
    in_use = [endpoint for endpoint in found if endpoint.is_enabled]
    if not own and not environment.pk:
        in_use.append(environment)
    return _with_choice_first(in_use, team_id) or own[:1] or [environment]


def for_connection(connection: Connection | None) -> list[Endpoint]:
    return for_team(connection.team_id if connection else None)


def first(connection: Connection | None) -> Endpoint:
    return for_connection(connection)[0]


def is_embedded(connection: Connection | None) -> bool:
    """Whether the embedded model is who answers first. No database is asked where it is nobody's connection, or where
    there is no embedded model."""
    return bool(settings.LLM_ENDPOINT.local) and (connection is None or first(connection).is_local)


def reflection_model(connection: Connection | None) -> str:
    """Of the first endpoint: the model that reflects on what went wrong."""
    endpoint = first(connection)
    if endpoint.is_environment:
        return str(settings.REFLECTION_MODEL_NAME or settings.LLM_ENDPOINT.model)
    return endpoint.reflection_model or endpoint.model


def _with_choice_first(found: list[Endpoint], team_id: int | None) -> list[Endpoint]:
    if len(found) < 2 or team_id is None:
        return found
    chosen = TeamChoice.objects.filter(team=team_id).values_list("endpoint", flat=True).first()
    return sorted(found, key=lambda endpoint: endpoint.pk != chosen)
