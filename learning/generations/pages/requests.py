"""Requests about one generation, and about one optimization."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import Membership
from accounts.requests import UserRequest, require_curator
from datasources.models import Connection
from datasources.requests import get_connection
from learning.generations import changing
from learning.models import Generation, Optimization
from learning.prompts import SEED


def get_generation(request: UserRequest, connection_id: int, number: int) -> tuple[Generation, Membership.Role]:
    """The generation, and the person's role in its team. Raises Http404 for everybody else."""
    connection, role = get_connection(request, connection_id)
    if number == SEED:
        changing.seed_of(connection)
    visible = Generation.objects.visible_to(request.user).filter(connection=connection)
    generation = get_object_or_404(visible.select_related("parent", "created_by"), number=number)
    _know(generation, connection)
    return generation, role


def get_generation_to_curate(
    request: UserRequest, connection_id: int, number: int
) -> tuple[Generation, Membership.Role]:
    """Raises Http404 for outsiders and PermissionDenied for who may only read."""
    generation, role = get_generation(request, connection_id, number)
    require_curator(role)
    return generation, role


def get_optimization(
    request: UserRequest, connection_id: int, optimization_id: UUID
) -> tuple[Optimization, Membership.Role]:
    """Raises Http404 for everybody who is not of its team."""
    connection, role = get_connection(request, connection_id)
    visible = Optimization.objects.visible_to(request.user).filter(connection=connection)
    optimization = get_object_or_404(visible.select_related("base", "user"), pk=optimization_id)
    optimization.connection = connection
    return optimization, role


def _know(generation: Generation, connection: Connection) -> None:
    """The connection that is at hand is not fetched again."""
    generation.connection = connection
    if generation.parent:
        generation.parent.connection = connection
