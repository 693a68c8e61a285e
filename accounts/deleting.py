"""Teams and people are deleted with all that belongs to them, by the operator.

Who judges or ends an answer meanwhile waits: connections are locked before anything is touched. They are of a room
above this one, and are known here by their relation to teams.
"""

from __future__ import annotations

from django.apps import apps
from django.db import transaction

from accounts.models import Team, User


@transaction.atomic
def delete_team(team: Team) -> None:
    """With its databases, and the questions and answers of those."""
    team.connections.lock(to_delete=True)
    team.delete()


@transaction.atomic
def delete_person(user: User) -> None:
    """What they asked and verified stays with the teams; their conversations and verdicts go.

    They may have left something on every connection, also of teams that they are in no more.
    """
    apps.get_model("datasources", "Connection").objects.lock()
    user.delete()
