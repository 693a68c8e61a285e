"""Requests about one saved query."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.models import Membership
from accounts.requests import UserRequest
from workbench.saved.models import SavedQuery


def get_saved(request: UserRequest, saved_id: int) -> tuple[SavedQuery, Membership.Role]:
    """The query, also a deleted one, and the person's role in its team. Raises Http404 for everybody else."""
    visible = SavedQuery.objects.visible_to(request.user).select_related("connection__team", "user")
    saved = get_object_or_404(visible.defer("connection__schema_snapshot"), pk=saved_id)
    role = saved.connection.team.role_of(request.user)
    assert role is not None  # noqa: S101 - visible_to says so
    return saved, role


def get_saved_to_change(request: UserRequest, saved_id: int) -> tuple[SavedQuery, Membership.Role]:
    """Raises Http404 for outsiders and PermissionDenied for who may only run it."""
    saved, role = get_saved(request, saved_id)
    if not saved.may_be_changed(request.user, role):
        raise PermissionDenied(
            "Only the person who saved it, and the team's curators and owners, may change it. Duplicate it first."
        )
    return saved, role
