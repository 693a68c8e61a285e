"""Requests about one verified query, and about one import."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accounts.models import Membership
from accounts.requests import UserRequest, require_curator
from datasources.requests import get_connection
from learning.models import VerifiedQuery


def get_query(request: UserRequest, connection_id: int, query_id: int) -> tuple[VerifiedQuery, Membership.Role]:
    """The query, and the person's role in its team. Raises Http404 for everybody else."""
    connection, role = get_connection(request, connection_id)
    visible = VerifiedQuery.objects.visible_to(request.user).filter(connection=connection)
    found = visible.select_related("created_by", "episode").defer("episode__result")
    query = get_object_or_404(found, pk=query_id)
    query.connection = connection
    return query, role


def get_query_to_curate(
    request: UserRequest, connection_id: int, query_id: int
) -> tuple[VerifiedQuery, Membership.Role]:
    """Raises Http404 for outsiders and PermissionDenied for who may only read."""
    query, role = get_query(request, connection_id, query_id)
    require_curator(role)
    return query, role
