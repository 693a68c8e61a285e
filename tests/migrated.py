"""Application databases that are migrated and empty: each is a copy of one that was migrated once."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.postgres import PostgresServer
from tests.processes import ROOT
from tests.workers import one_at_a_time

TEMPLATE = "app_template"
NewDataDir = Callable[[], Path]
NewPostgresUrl = Callable[[], str]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A data directory to copy from. All workers share it, and the first that wants it makes it; so do later runs, as
    long as no migration and no package has changed."""
    kept = pytestconfig.rootpath / ".pytest_cache" / "migrated"
    place = kept / _state(pytestconfig.rootpath)
    with one_at_a_time(tmp_path_factory):
        if not place.exists():
            made = tmp_path_factory.mktemp("migrating")
            migrate(DATA_DIR=str(made))
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(parents=True)
            shutil.move(made, place)
    return place


def _state(root: Path) -> str:
    """Names all that a migrated database depends on."""
    digest = sha256((root / "requirements-dev.lock").read_bytes())
    for path in sorted(root.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, migrated: Path, django_db_blocker: DjangoDbBlocker) -> None:
    """Django has made the tables without migrations (tests/settings.py): here comes what migrations make of them."""
    with django_db_blocker.unblock(), closing(sqlite3.connect(migrated / "app.sqlite3")) as source:
        connection.ensure_connection()
        source.backup(connection.connection)
        call_command("createcachetable")


@pytest.fixture(scope="session")
def new_data_dir(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> NewDataDir:
    def make() -> Path:
        path = tmp_path_factory.mktemp("data")
        shutil.copy(migrated / "app.sqlite3", path)
        return path

    return make


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """The server, with a database to copy from. Its owner `app` may do no more than own it."""
    postgres.run("CREATE ROLE app LOGIN PASSWORD 'app'", "postgres")
    postgres.run(f"CREATE DATABASE {TEMPLATE} OWNER app", "postgres")
    migrate(DATABASE_URL=_url(postgres, TEMPLATE), DATA_DIR=str(tmp_path_factory.mktemp("data")))
    return postgres


@pytest.fixture(scope="session")
def new_postgres_url(postgres_template: PostgresServer) -> NewPostgresUrl:
    def make() -> str:
        name = f"app_{secrets.token_hex(4)}"
        postgres_template.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER app", "postgres")
        return _url(postgres_template, name)

    return make


@pytest.fixture
def postgres_url(new_postgres_url: NewPostgresUrl) -> str:
    """The address of an application database on PostgreSQL."""
    return new_postgres_url()


def migrate(**settings: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"} | settings
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _url(server: PostgresServer, name: str) -> str:
    return f"postgres://app:app@127.0.0.1:{server.port}/{name}"
