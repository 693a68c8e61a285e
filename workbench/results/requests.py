"""Requests about one result."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.requests import UserRequest
from learning.models import Episode
from workbench.results.models import Result


def get_result(request: UserRequest, result_id: UUID) -> Result:
    """The person's own. Raises Http404 for everybody else."""
    visible = Result.objects.visible_to(request.user).select_related("connection__team", "user")
    return get_object_or_404(visible.defer("connection__schema_snapshot"), pk=result_id)


def get_answer(request: UserRequest, episode_id: UUID) -> Episode:
    """The person's own answer. Raises Http404 for everybody else."""
    visible = Episode.objects.visible_to(request.user).filter(user=request.user)
    return get_object_or_404(visible.select_related("connection").defer("connection__schema_snapshot"), pk=episode_id)
