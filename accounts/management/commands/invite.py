"""`manage.py invite TEAM [--role ROLE]`: a link into a team, for an operator who has no owner at hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.links import invitation_path
from accounts.models import Invitation, Membership, Team


class Command(BaseCommand):
    help = "Print a link that lets one person into a team."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("team", help="name or number of a team")
        parser.add_argument("--role", choices=Membership.Role.values, default=Membership.Role.MEMBER.value)

    def handle(self, *args: Any, **options: Any) -> None:
        invitation, token = Invitation.issue(_team(options["team"]), options["role"])
        self.stdout.write(_origin() + invitation_path(token))
        self.stdout.write(
            f"It lets one person in, as {invitation.role_phrase}, until {invitation.expires_at:%-d %B %Y}."
        )


def _team(wanted: str) -> Team:
    teams = Team.objects.of_people()
    named = teams.filter(name=wanted) or (teams.filter(pk=wanted) if wanted.isdecimal() else ())
    match list(named):
        case [team]:
            return team
        case []:
            names = ", ".join(f"{each.pk} {each}" for each in teams.order_by("pk")[:20])
            raise CommandError(f"There is no team {wanted!r}. There are: {names or 'none'}.")
        case several:
            numbers = ", ".join(str(each.pk) for each in several)
            raise CommandError(f"Several teams are called {wanted!r}. Say which by its number: {numbers}.")


def _origin() -> str:
    """As browsers reach the site, as far as the settings tell."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return str(settings.CSRF_TRUSTED_ORIGINS[0]).rstrip("/")
    host = "localhost" if settings.HOST in ("0.0.0.0", "::") else settings.HOST  # noqa: S104 - compared, not bound
    return f"http://{host}:{settings.PORT}"
