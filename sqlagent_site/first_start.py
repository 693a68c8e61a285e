"""What a fresh installation needs: tables, a sample database, a team and a person who may log in."""

import logging
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from accounts.models import Membership, Team, User
from datasources import snapshots
from datasources.connecting import sample_path
from datasources.models import Connection
from operations import keys
from operations.setting_up import Say, alone, migrate_when_needed

logger = logging.getLogger(__name__)

TEAM_NAME = "My team"
SAMPLE_NAME = "sample"


@dataclass(frozen=True)
class FirstUser:
    """A user made just now. `password` is there when it was made up, and nowhere else."""

    name: str
    password: str = ""

    def introduction(self) -> str:
        if not self.password:
            return f"User {self.name} was made, with the password from ADMIN_PASSWORD."
        return f"Log in as {self.name} with the password {self.password} (it is shown this once)."


def set_up(say: Say = logger.info) -> FirstUser | None:
    """Bring everything up to date; costs next to nothing when it is. Gives the first user if that was missing. Of
    several processes that start at once one does it, and the others wait; they `say` so. Raises Newer."""
    with alone(say):
        return _set_up()


def _set_up() -> FirstUser | None:
    migrate_when_needed()
    keys.require()
    if keys.signs_otherwise():
        logger.warning("SECRET_KEY is another one than before: everybody logs in again.")
    call_command("createcachetable", verbosity=0)
    # Each schema, prompt and example question leaves one.
    call_command("prune_db_task_results", queue_name="*", verbosity=0)
    path = sample_path()
    # DATA_DIR may have moved since the last start.
    Connection.objects.filter(is_sample=True).exclude(path=str(path)).update(path=str(path))
    with transaction.atomic():
        teams = Team.objects.of_people().order_by("pk")
        team = teams.first() or make_first_team(path)
        return make_first_user(team)


def make_first_team(sample: Path) -> Team:
    """A team with the sample. When it deletes the sample, it does not get it back."""
    team = Team.objects.create(name=TEAM_NAME)
    connection = Connection.objects.create(team=team, name=SAMPLE_NAME, path=str(sample), is_sample=True)
    snapshots.read_now(connection, with_values=True)
    return team


def make_first_user(team: Team) -> FirstUser | None:
    """ADMIN_USER, when nobody is there yet or when ADMIN_PASSWORD asks for it."""
    name, password = settings.ADMIN_USER, settings.ADMIN_PASSWORD
    if User.objects.filter(username=name).exists() or (User.objects.exists() and not password):
        return None
    made_up = "" if password else secrets.token_urlsafe(12)
    user = User.objects.create_superuser(username=name, password=password or made_up)
    Membership.objects.create(user=user, team=team, role=Membership.Role.OWNER)
    return FirstUser(name, made_up)
