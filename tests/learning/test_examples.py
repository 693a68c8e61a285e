"""Example questions: written for a schema, tried, and offered when they find something; nobody waits for them."""

import time
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from agent.endpoint import Endpoint
from agent.scripted_server import ServerHandle
from datasources.models import AuditEntry, Connection
from embedded.status import State, Status, write_status
from learning import examples
from learning.models import BanditArm, Episode, ExampleSet

pytestmark = pytest.mark.django_db(transaction=True)

REPLY = """Here are some questions:
1. How many products are there?
2. Which product has colour red?
3. Which orders were lost?
4. What is the price of the lamp?
5. How many orders are paid?
6. How many rows has products?
"""

PAID = "```sql\nSELECT COUNT(*) FROM orders WHERE status = 'paid'\n```"

SCRIPT = [
    {"when": "Write 8 questions", "text": REPLY},
    {"when": "How many products", "text": "```sql\nSELECT COUNT(*) FROM products\n```"},
    {"when": "colour red", "text": "```sql\nSELECT colour FROM products\n```"},
    {"when": "were lost", "text": "```sql\nSELECT * FROM orders WHERE status = 'lost'\n```"},
    {"when": "price of the lamp", "text": "```sql\nSELECT price FROM products WHERE name = 'Lamp'\n```"},
    {"when": "are paid", "text": PAID},
    {"when": "rows has products", "text": "```sql\nSELECT  COUNT(*) FROM products\n```"},
]


@pytest.fixture
def shop_connection(connection: Connection) -> Connection:
    """Its schema has been read."""
    connection.refresh_schema()
    return connection


def work() -> None:
    """What the worker does, until nothing is due."""
    call_command("db_worker", queue_name="model", batch=True, interval=0, verbosity=0)


def ask_soon(connection_id: int) -> None:
    time.sleep(0.3)
    Episode.objects.create(connection_id=connection_id, question="Which?", model="small")
    connections.close_all()


def stored() -> ExampleSet:
    return ExampleSet.objects.get()


def enqueued() -> int:
    return DBTaskResult.objects.count()


def test_those_that_run_and_find_something_are_offered(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    assert examples.offer(shop_connection) == examples.Offer((), writing=True)
    work()

    assert examples.offer(shop_connection).questions == ("How many products are there?", "How many orders are paid?")
    assert not examples.offer(shop_connection).writing


def test_at_most_five_are_offered(shop_connection: Connection, model: ServerHandle) -> None:
    lines = [f"What is {number} plus one?" for number in range(8)]
    answers = [{"when": f"is {number} plus", "text": f"```sql\nSELECT {number} + 1\n```"} for number in range(8)]
    model.set_script([{"when": "Write 8 questions", "text": "\n".join(lines)}, *answers])
    examples.enqueue(shop_connection)
    work()
    assert examples.offer(shop_connection).questions == tuple(lines[:5])


def test_nothing_is_recorded_and_nothing_learned(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    work()
    assert not Episode.objects.exists()
    assert not BanditArm.objects.exists()


def test_what_was_tried_is_audited_as_such(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    work()
    tried = AuditEntry.objects.filter(source="examples", user=None)
    assert "SELECT COUNT(*) FROM products" in tried.values_list("sql", flat=True)


def test_they_are_written_once(
    shop_connection: Connection, model: ServerHandle, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    examples.enqueue(shop_connection)
    assert enqueued() == 1

    work()
    done = enqueued()
    with django_assert_num_queries(1):  # nobody who opens a page waits for a lock
        examples.enqueue(shop_connection)
    assert enqueued() == done


def test_another_schema_gets_others(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    work()
    shop_connection.schema_fingerprint = "another"
    examples.enqueue(shop_connection)
    assert stored().state == ExampleSet.State.WRITING
    assert examples.offer(shop_connection).questions == ()


def test_a_curator_gets_others(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    work()
    examples.renew(shop_connection)
    assert examples.offer(shop_connection).writing

    model.set_script([{"when": "Write 8 questions", "text": "How many paid?"}, {"when": "paid", "text": PAID}])
    work()
    assert examples.offer(shop_connection).questions == ("How many paid?",)


def test_the_old_ones_stay_where_others_cannot_be_written(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    work()
    before = examples.offer(shop_connection)
    model.set_script([{"status": 401, "error": "bad key"}])
    examples.renew(shop_connection)
    work()
    assert examples.offer(shop_connection) == before


def test_the_sample_has_its_own(shop_connection: Connection, model: ServerHandle) -> None:
    shop_connection.is_sample = True
    examples.enqueue(shop_connection)
    assert enqueued() == 0


@pytest.mark.parametrize("snapshot", [None, {"tables": []}])
def test_without_tables_there_is_nothing_to_ask(
    connection: Connection, model: ServerHandle, snapshot: dict[str, list[str]] | None
) -> None:
    connection.schema_snapshot = snapshot
    examples.enqueue(connection)
    assert enqueued() == 0


def test_a_failure_is_quiet_and_not_repeated_at_once(
    shop_connection: Connection, model: ServerHandle, caplog: pytest.LogCaptureFixture
) -> None:
    model.set_script([{"status": 401, "error": "bad key"}])
    examples.enqueue(shop_connection)
    work()
    assert stored().state == ExampleSet.State.FAILED
    assert "writing example questions for shop failed" in caplog.text

    done = enqueued()
    examples.enqueue(shop_connection)
    assert enqueued() == done
    assert examples.offer(shop_connection) == examples.Offer()


def test_a_database_that_is_gone_is_noted(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    Connection.objects.update(path="/nowhere.sqlite3")
    work()
    assert stored().state == ExampleSet.State.FAILED


def test_a_writing_whose_worker_died_is_started_again(shop_connection: Connection, model: ServerHandle) -> None:
    examples.enqueue(shop_connection)
    ExampleSet.objects.update(updated_at=timezone.now() - 2 * examples.STALE)
    assert not examples.offer(shop_connection).writing
    examples.enqueue(shop_connection)
    assert enqueued() == 2


def test_a_step_that_was_overtaken_changes_nothing(shop_connection: Connection, model: ServerHandle) -> None:
    model.set_script(SCRIPT)
    examples.enqueue(shop_connection)
    overtaken = stored().run
    ExampleSet.objects.update(updated_at=timezone.now() - 2 * examples.STALE)
    examples.enqueue(shop_connection)
    examples.step(shop_connection.pk, overtaken)
    assert stored().candidates == []


def test_a_connection_that_is_deleted_meanwhile_ends_it(shop_connection: Connection, model: ServerHandle) -> None:
    examples.enqueue(shop_connection)
    Connection.objects.all().delete()
    work()
    assert not ExampleSet.objects.exists()


class TestEmbedded:
    """The embedded model has room for two: people come first."""

    @pytest.fixture(autouse=True)
    def embedded(self, settings: Settings, tmp_path: Path, model: ServerHandle) -> None:
        settings.DATA_DIR = tmp_path
        settings.LLM_ENDPOINT = Endpoint(model.base_url, "small", "local", local=True)
        write_status(tmp_path / "models", Status(State.READY, ""))
        model.set_script(SCRIPT)

    def test_nothing_is_written_while_an_answer_runs(self, shop_connection: Connection, alice: User) -> None:
        episode = Episode.objects.create(connection=shop_connection, question="Which?", model="small")
        examples.enqueue(shop_connection)
        examples.step(shop_connection.pk, stored().run)
        assert stored().candidates == []
        assert stored().state == ExampleSet.State.WRITING
        later = DBTaskResult.objects.order_by("-run_after").first()
        assert later
        assert later.run_after > timezone.now()

        episode.delete()
        examples.step(shop_connection.pk, stored().run)
        assert len(stored().candidates) == 6

    def test_a_question_that_comes_meanwhile_ends_the_step(
        self, shop_connection: Connection, model: ServerHandle, alice: User
    ) -> None:
        model.set_script([{"hang": True}])
        examples.enqueue(shop_connection)
        person = Thread(target=ask_soon, args=(shop_connection.pk,))
        person.start()
        examples.step(shop_connection.pk, stored().run)
        person.join()
        assert stored().state == ExampleSet.State.WRITING
        assert enqueued() == 2

    def test_nothing_is_written_while_no_model_runs(self, shop_connection: Connection, settings: Settings) -> None:
        write_status(Path(settings.DATA_DIR) / "models", Status(State.LOADING, ""))
        examples.enqueue(shop_connection)
        assert enqueued() == 0
