"""Requests about one database."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accounts.models import Membership
from accounts.requests import UserRequest, require_curator
from datasources.models import Connection


def get_connection(request: UserRequest, connection_id: int) -> tuple[Connection, Membership.Role]:
    """The connection, and the person's role in its team. Raises Http404 for everybody else."""
    visible = Connection.objects.visible_to(request.user).select_related("team")
    connection = get_object_or_404(visible, pk=connection_id)
    role = connection.team.role_of(request.user)
    assert role is not None  # noqa: S101 - visible_to says so
    return connection, role


def get_connection_to_curate(request: UserRequest, connection_id: int) -> tuple[Connection, Membership.Role]:
    """Raises Http404 for outsiders and PermissionDenied for who may only read."""
    connection, role = get_connection(request, connection_id)
    require_curator(role)
    return connection, role
