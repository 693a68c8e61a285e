"""A database of its own for each run: what a simulated team teaches must reach nobody else's agent.

Each variant is a process with an application database that begins empty and is thrown away. The model is the one that
the site uses, and the databases that are asked are those of the questions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command

from accounts import teams
from accounts.models import Team, User
from datasources import sample, snapshots
from datasources.dsn import ServerAddress
from datasources.models import Connection
from learning.curve.points import Point

_POINT = "point "


class Broke(Exception):
    """A run ended before its end; the message is what it said last."""


@contextmanager
def place(*, own: Sequence[Path] = ()) -> Iterator[dict[str, str]]:
    """The environment of such a process."""
    with TemporaryDirectory(prefix="learning-curve-") as directory:
        yield os.environ | {
            "DATABASE_URL": f"sqlite:///{directory}/application.sqlite3",
            "DATA_DIR": str(settings.DATA_DIR),
            "ALLOWED_DB_DIRS": ",".join(str(path.resolve()) for path in own),
            # A simulated team asks as much as it likes.
            **dict.fromkeys(("QUOTA_USER_QUESTIONS", "QUOTA_USER_TOKENS", "RATE_USER_QUESTIONS"), "0"),
            **dict.fromkeys(("QUOTA_TEAM_QUESTIONS", "QUOTA_TEAM_TOKENS"), "0"),
        }


def run(arguments: Sequence[str], environment: dict[str, str]) -> Iterator[Point]:
    """The points that the process finds, as it finds them. Raises Broke."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "learning_curve", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is piped
            for line in process.stdout:
                if line.startswith(_POINT):
                    yield Point.of_json(json.loads(line.removeprefix(_POINT)))
        finally:
            if process.poll() is None and sys.exc_info()[0]:
                process.terminate()
    if process.returncode:
        raise Broke("It ended with an error, which stands above. What was measured is kept: run it again to go on.")


def told(point: Point) -> str:
    """A point as the process says it."""
    return _POINT + json.dumps(point.as_json())


def prepare() -> tuple[Team, User]:
    """The empty database gets its tables and a team of one. Raises Broke where it is not empty."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if Connection.objects.exists() or User.objects.exists():
        raise Broke("This application database is somebody's: a simulated team works on an empty one only.")
    person = User.objects.create_user("curator")
    return teams.found("Simulated", person), person


def sample_of(team: Team) -> Connection:
    path = Path(settings.DATABASES["default"]["NAME"]).parent / "sample.sqlite3"
    sample.build(path)
    return _read(Connection(team=team, name="sample", path=str(path), is_sample=True))


def file_of(team: Team, name: str, dialect: str, path: Path) -> Connection:
    origin = Connection.Origin.PATH
    return _read(Connection(team=team, name=name, dialect=dialect, path=str(path.resolve()), origin=origin))


def server_of(team: Team, name: str, address: ServerAddress) -> Connection:
    connection = Connection(team=team, name=name, dialect=address.dialect)
    connection.address = address
    return _read(connection)


def _read(connection: Connection) -> Connection:
    connection.save()
    snapshots.read_now(connection, with_values=True)
    return connection
