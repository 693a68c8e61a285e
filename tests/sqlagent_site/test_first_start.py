"""`manage.py setup`: everything a fresh installation needs, and nothing twice."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Membership, Team, User
from datasources.connecting import sample_path
from datasources.models import Connection
from datasources.tasks import read_schema


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample database is built once for all tests here."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def first_start(db: None, settings: Any, sample_dir: Path) -> None:
    settings.DATA_DIR = sample_dir
    settings.ADMIN_USER = "ada"
    settings.ADMIN_PASSWORD = ""


def run_setup() -> str:
    output = io.StringIO()
    call_command("setup", stdout=output)
    return output.getvalue()


def test_first_user_may_do_everything_with_the_printed_password() -> None:
    found = re.search(r"Log in as ada with the password (\S+)", run_setup())

    assert found
    user = authenticate(username="ada", password=found[1])
    assert isinstance(user, User)
    assert user.is_superuser
    assert Membership.objects.get(user=user).role == Membership.Role.OWNER


def test_sample_is_ready_to_be_asked(sample_dir: Path) -> None:
    run_setup()

    connection = Connection.objects.visible_to(User.objects.get()).get()
    assert connection.is_sample
    assert connection.path == str(sample_dir / "sample.sqlite3")
    assert len(connection.schema().tables) >= 8
    assert any(column.values for table in connection.schema().tables for column in table.columns)


def test_the_cache_that_counts_log_ins_is_ready() -> None:
    with database.cursor() as cursor:
        cursor.execute("DROP TABLE cache")

    run_setup()

    cache.set("guesses", 3)
    assert cache.get("guesses") == 3


def test_what_the_workers_did_long_ago_is_forgotten() -> None:
    for days in (1, 15):
        read_schema.enqueue(0, "")
        done = DBTaskResult.objects.filter(finished_at=None)
        done.update(status="SUCCESSFUL", finished_at=timezone.now() - timedelta(days=days))

    run_setup()

    assert DBTaskResult.objects.count() == 1


def test_second_run_changes_and_prints_nothing() -> None:
    run_setup()
    password = User.objects.get().password

    assert run_setup() == ""
    assert User.objects.get().password == password
    assert (Team.objects.count(), Connection.objects.count()) == (1, 1)


def test_password_of_the_operator_is_taken_and_not_printed(settings: Any) -> None:
    settings.ADMIN_PASSWORD = "chosen-by-the-operator"

    assert "chosen-by-the-operator" not in run_setup()
    assert authenticate(username="ada", password="chosen-by-the-operator")


def test_other_users_are_left_alone() -> None:
    User.objects.create_user("grace", password="secret-of-grace")

    assert run_setup() == ""
    assert [user.username for user in User.objects.all()] == ["grace"]


def test_named_user_is_added_when_a_password_asks_for_it(settings: Any) -> None:
    User.objects.create_user("grace", password="secret-of-grace")
    settings.ADMIN_PASSWORD = "chosen-by-the-operator"

    run_setup()

    assert authenticate(username="ada", password="chosen-by-the-operator")


def test_deleted_sample_connection_does_not_come_back() -> None:
    run_setup()
    Connection.objects.all().delete()

    run_setup()

    assert not Connection.objects.exists()


def test_sample_follows_a_data_directory_that_has_moved(settings: Any, sample_dir: Path, tmp_path: Path) -> None:
    run_setup()
    (tmp_path / "sample.sqlite3").write_bytes((sample_dir / "sample.sqlite3").read_bytes())
    settings.DATA_DIR = tmp_path

    run_setup()

    assert Connection.objects.get().path == str(tmp_path / "sample.sqlite3")


def test_sample_is_built_once(sample_dir: Path) -> None:
    before = sample_path().stat().st_mtime_ns

    assert sample_path().stat().st_mtime_ns == before
    assert not list(sample_dir.glob("*.draft"))
