"""Requests about one run."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import Membership
from accounts.requests import UserRequest
from learning.models import Evaluation


def get_evaluation(request: UserRequest, evaluation_id: UUID) -> tuple[Evaluation, Membership.Role]:
    """The run as it stands now, and the person's role in its team. Raises Http404 for everybody else."""
    Evaluation.objects.mark_lost()
    visible = Evaluation.objects.visible_to(request.user).select_related("connection__team", "user")
    evaluation = get_object_or_404(visible.defer("connection__schema_snapshot"), pk=evaluation_id)
    role = evaluation.connection.team.role_of(request.user)
    assert role is not None  # noqa: S101 - visible_to says so
    return evaluation, role
