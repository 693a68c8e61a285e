"""What somebody has used today, for pages that are another room's."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.models import Team, User
from learning.quotas import days, standing

register = template.Library()


@register.inclusion_tag("learning/quotas/_my_usage.html")
def usage_of(user: User) -> dict[str, Any]:
    teams = Team.objects.visible_to(user).order_by("name")
    return {"mine": standing.of_person(user), "teams": standing.of_teams(teams), "when_free": days.when_free()}


@register.filter
def grouped(number: int) -> str:
    """1,234"""
    return f"{number:,}"


@register.simple_tag
def quota_notice(team: Team, user: User) -> str:
    """Empty while there is plenty left."""
    return standing.notice(team, user)
