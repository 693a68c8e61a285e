"""After a change of the schema verified queries are run again, and only those that run are used."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.models import VerifiedQuery
from learning.verified import checking
from tests.learning.verified.conftest import MakeVerified

pytestmark = pytest.mark.django_db(transaction=True)

PRODUCTS = "SELECT count(*) FROM products"
ORDERS = "SELECT sum(amount) FROM orders"


@pytest.fixture
def path(shop_path: Path, tmp_path: Path) -> Path:
    """A shop of its own, whose schema may be changed."""
    return Path(shutil.copy(shop_path, tmp_path / "shop.sqlite3"))


@pytest.fixture
def connection(alice: User, path: Path) -> Connection:
    connection = Connection.objects.create(team=alice.teams.get(), name="shop", path=str(path))
    connection.refresh_schema()
    return connection


def change(connection: Connection, path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    connection.refresh_schema()


def work() -> None:
    """What the worker does, until nothing is due."""
    call_command("db_worker", queue_name="default", batch=True, interval=0, verbosity=0)


def now(query: VerifiedQuery) -> VerifiedQuery:
    return VerifiedQuery.objects.get(pk=query.pk)


def test_what_lacks_a_column_is_broken_and_says_why(connection: Connection, path: Path, verified: MakeVerified) -> None:
    orders, products = verified("How much?", ORDERS), verified("How many?", PRODUCTS)
    change(connection, path, "ALTER TABLE orders RENAME COLUMN amount TO total")
    checking.enqueue(connection)
    work()

    assert (now(orders).state, now(products).state) == ("broken", "active")
    assert now(orders).reason == "Since the database has changed it does not run: no such column: amount"
    assert {now(query).checked_schema for query in (orders, products)} == {connection.schema_fingerprint}


def test_what_runs_again_is_in_use_again(connection: Connection, path: Path, verified: MakeVerified) -> None:
    orders = verified("How much?", ORDERS)
    change(connection, path, "ALTER TABLE orders RENAME COLUMN amount TO total")
    checking.check(connection)
    change(connection, path, "ALTER TABLE orders RENAME COLUMN total TO amount")
    checking.check(connection)
    assert (now(orders).state, now(orders).reason) == ("active", "")


def test_unless_another_one_answers_its_question_by_then(connection: Connection, verified: MakeVerified) -> None:
    broken = verified("How much?", ORDERS, state="broken", checked_schema="")
    used = verified("How much?", PRODUCTS)
    checking.check(connection)
    assert (now(broken).state, now(used).state) == ("retired", "active")
    assert "another query answers" in now(broken).reason


def test_retired_ones_are_left_alone(connection: Connection, verified: MakeVerified) -> None:
    query = verified("How much?", "SELECT nothing FROM nowhere", state="retired", reason="No.", checked_schema="")
    checking.check(connection)
    assert (now(query).reason, now(query).checked_at) == ("No.", None)


def test_what_finds_no_rows_still_runs(connection: Connection, verified: MakeVerified) -> None:
    query = verified("Which?", "SELECT name FROM products WHERE price > 1000", checked_schema="")
    checking.check(connection)
    assert now(query).state == "active"


def test_what_is_too_slow_is_not_broken(connection: Connection, verified: MakeVerified, settings: Settings) -> None:
    settings.QUERY_SECONDS = 0.5
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    query = verified("How many numbers?", endless, checked_schema="")
    assert checking.check(connection)
    assert (now(query).state, now(query).checked_schema) == ("active", connection.schema_fingerprint)


def test_a_database_that_is_down_changes_nothing(connection: Connection, path: Path, verified: MakeVerified) -> None:
    query = verified("How much?", ORDERS, checked_schema="before")
    path.unlink()
    checking.enqueue(connection)
    work()
    assert (now(query).state, now(query).checked_schema) == ("active", "before")


def test_and_it_is_not_tried_again_at_once(connection: Connection, path: Path, verified: MakeVerified) -> None:
    query = verified("How much?", ORDERS, checked_schema="before")
    path.unlink()
    checking.enqueue(connection)
    work()
    checking.enqueue(connection)
    assert DBTaskResult.objects.count() == 1
    VerifiedQuery.objects.update(claimed_at=timezone.now() - checking.TRY_AGAIN_AFTER - timedelta(seconds=1))
    checking.enqueue(connection)
    assert DBTaskResult.objects.count() == 2
    assert now(query).state == "active"


def test_it_is_done_once_at_a_time(connection: Connection, verified: MakeVerified) -> None:
    verified("How much?", ORDERS, checked_schema="before")
    checking.enqueue(connection)
    checking.enqueue(connection)
    assert DBTaskResult.objects.count() == 1


def test_while_the_schema_is_the_same_nothing_is_done(connection: Connection, verified: MakeVerified) -> None:
    verified("How much?", ORDERS)
    checking.enqueue(connection)
    assert not DBTaskResult.objects.exists()


def test_nor_before_any_schema_was_read(connection: Connection, verified: MakeVerified) -> None:
    verified("How much?", ORDERS, checked_schema="before")
    connection.schema_fingerprint = ""
    checking.enqueue(connection)
    assert not DBTaskResult.objects.exists()


def test_many_are_checked_in_steps(
    connection: Connection, verified: MakeVerified, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SECONDS", 0.0)
    for number in range(3):
        verified(f"How much is {number}?", f"SELECT {number}", checked_schema="before")
    checking.enqueue(connection)
    work()
    assert DBTaskResult.objects.count() == 3
    assert {query.checked_schema for query in VerifiedQuery.objects.all()} == {connection.schema_fingerprint}


def test_the_audit_says_what_was_run_and_why(connection: Connection, verified: MakeVerified) -> None:
    verified("How much?", ORDERS, checked_schema="before")
    checking.check(connection)
    entry = AuditEntry.objects.get(source="verified")
    assert (entry.user, entry.sql) == (None, ORDERS)


def test_what_somebody_edits_meanwhile_stays_as_they_wrote_it(connection: Connection, verified: MakeVerified) -> None:
    query = verified("How much?", "SELECT nothing FROM nowhere", checked_schema="before")
    edited = now(query)
    edited.sql = ORDERS
    edited.save()
    with closing(connection.database()) as database:
        checking._check(query, database, connection.schema_fingerprint)
    assert (now(query).state, now(query).checked_schema) == ("active", "before")
