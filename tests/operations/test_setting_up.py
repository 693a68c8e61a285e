"""Several processes that start at once set the database up once; one that is older than it does not start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from operations.models import Worker
from operations.setting_up import WAITING, migrate_when_needed
from tests.postgres import PostgresServer
from tests.processes import ROOT

COUNTED = """
from accounts.models import Team, User
from datasources.models import Connection
print(User.objects.count(), Team.objects.count(), Connection.objects.filter(is_sample=True).count())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Of a site on an empty database."""
    settings = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings", "LOCAL_MODEL": "none"}
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        server.run("CREATE ROLE starter LOGIN PASSWORD 'starter'", "postgres")
        server.run("CREATE DATABASE fresh OWNER starter", "postgres")
        settings["DATABASE_URL"] = f"postgres://starter:starter@127.0.0.1:{server.port}/fresh"
    return os.environ | settings


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_of_three_that_start_at_once_one_does_it(environment: dict[str, str]) -> None:
    said = [process.communicate()[0] for process in [start(environment, "setup") for _ in range(3)]]

    assert sum("Log in as admin" in one for one in said) == 1
    assert sum(WAITING in one for one in said) == 2
    assert "Traceback" not in "".join(said)
    assert start(environment, "shell", "-v", "0", "-c", COUNTED).communicate()[0].split() == ["1", "1", "1"]


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["setup", "worker"])
def test_a_database_of_a_newer_release_is_one_clear_line(command: str) -> None:
    MigrationRecorder.Migration.objects.create(app="operations", name="0999_of_next_year")

    with pytest.raises(CommandError, match=r"set up by a newer release: it has operations\.0999"):
        call_command(command)

    assert not Worker.objects.exists()


@pytest.mark.django_db
def test_a_room_that_is_gone_is_no_newer_release() -> None:
    MigrationRecorder.Migration.objects.create(app="of_long_ago", name="0001_initial")
    migrate_when_needed()
