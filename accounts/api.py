"""What a program may ask about its user."""

from __future__ import annotations

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User


@api_view(["GET"])
def me(request: Request) -> Response:
    """Who the token acts as."""
    assert isinstance(request.user, User)  # noqa: S101 - only who has a token comes here
    memberships = request.user.memberships.select_related("team").order_by("team__name")
    teams = [{"id": each.team_id, "name": each.team.name, "role": each.role} for each in memberships]
    return Response({"username": request.user.get_username(), "teams": teams})
