"""Keys that are lost, wrong or others: the start says so, and nothing is lost by it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.backends.db import SessionStore
from pytest_django import Settings

from accounts.models import Team, User
from datasources.dsn import ServerAddress
from datasources.models import Connection
from operations import keys
from tests.migrated import NewDataDir
from tests.processes import ROOT, Site, free_port

ADDRESS = ServerAddress("postgres", "db.example.org", 5432, "shop", "reader", "s3cret")
SAVE = (
    "from accounts.models import Team; from datasources.models import Connection;"
    "from datasources.dsn import ServerAddress;"
    "c = Connection(team=Team.objects.first(), name='prod', dialect='postgres', origin='server');"
    "c.address = ServerAddress('postgres', 'db.example.org', 5432, 'shop', 'reader', 's3cret'); c.save()"
)


def save(name: str) -> Connection:
    team, _ = Team.objects.get_or_create(name="Team")
    connection = Connection(team=team, name=name, dialect="postgres", origin="server")
    connection.address = ADDRESS
    connection.save()
    return connection


@pytest.fixture
def lost(db: None, settings: Settings) -> Connection:
    """Saved with a key that is no more."""
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    connection = save("old")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return connection


@pytest.mark.django_db
def test_where_nothing_is_saved_any_key_will_do() -> None:
    assert keys.trouble() == ""


def test_a_key_that_reads_nothing_is_trouble(lost: Connection) -> None:
    with pytest.raises(SystemExit, match=r"read none of the saved credentials.*Nothing has been changed"):
        keys.require()


def test_one_that_reads_what_others_saved_is_the_right_one(lost: Connection) -> None:
    save("new")
    assert keys.trouble() == ""


def test_the_operator_may_go_on_without(lost: Connection, settings: Settings) -> None:
    settings.START_WITHOUT_KEYS = True
    keys.require()


def test_who_was_logged_in_with_another_secret_key_is_noticed(alice: User, settings: Settings) -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(alice.pk)
    session.save()
    assert not keys.signs_otherwise()
    settings.SECRET_KEY = "another key for tests only"
    assert keys.signs_otherwise()


@pytest.fixture
def without_key(new_data_dir: NewDataDir) -> Site:
    """A site that has a server's credentials, and whose key file is gone."""
    site = Site(new_data_dir(), LOCAL_MODEL="none")
    site.shell(SAVE)
    site.stop()
    key_file(site).rename(key_file(site).with_name("backup"))
    return site


def key_file(site: Site) -> Path:
    return Path(site.environment["DATA_DIR"]) / "field_key"


def start(site: Site, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, *command]
    environment = os.environ | site.environment | settings
    return subprocess.run(whole, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_a_start_without_the_key_file_says_it_in_one_line_and_serves_nothing(without_key: Site) -> None:
    web = ("-m", "sqlagent_site.web", "-p", str(free_port()), "sqlagent_site.asgi:application")
    for command in (("manage.py", "serve"), web):
        done = start(without_key, *command, PORT=str(free_port()))
        assert done.returncode == 1
        assert done.stderr.startswith("The keys of this start read none of the saved credentials.")
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""

    key_file(without_key).with_name("backup").replace(key_file(without_key))
    assert start(without_key, "manage.py", "setup").returncode == 0
    read = "from datasources.models import Connection; print(Connection.objects.get(name='prod').address.password)"
    assert without_key.shell(read) == "s3cret\n"
    without_key.stop()
