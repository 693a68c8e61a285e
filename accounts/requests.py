"""Requests of people who are logged in, and what their role lets them do."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership, Team, User


class UserRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through."""

    user: User
    htmx: HtmxDetails


def person(request: HttpRequest) -> User:
    """Who asks, where only who is logged in is let in, as in the admin."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def get_team(request: UserRequest, team_id: int) -> tuple[Team, Membership.Role]:
    """The team and the person's role in it. Raises Http404 for everybody else."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    role = team.role_of(request.user)
    assert role is not None  # noqa: S101 - visible_to says so
    return team, role


def require_curator(role: Membership.Role) -> None:
    """Raises PermissionDenied, with a sentence for the page."""
    if not role.may_curate:
        raise PermissionDenied("Only the team's curators and owners may do this. Ask one of them.")


def require_owner(role: Membership.Role) -> None:
    """Raises PermissionDenied, with a sentence for the page."""
    if not role.may_manage:
        raise PermissionDenied("Only the team's owners may do this. Ask one of them.")
