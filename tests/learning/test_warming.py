"""When a connection's prompt is read before anybody asks, and what a question waits for."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint
from agent.llm import LLMUnreachable
from datasources.models import Connection
from embedded.status import State, Status, write_status
from learning import warming
from learning.feedback import remarks
from learning.models import Warmth
from learning.prompts import prefixes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def embedded(settings: Settings, tmp_path: Path) -> Path:
    """The embedded model is the one that is asked; nothing answers at its port."""
    settings.DATA_DIR = tmp_path
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "small", "local", local=True)
    return tmp_path / "models"


def model_is(models_dir: Path, state: State, message: str = "") -> None:
    write_status(models_dir, Status(state, message))


def enqueued() -> int:
    return DBTaskResult.objects.count()


def test_opening_a_connection_has_its_prompt_read_once(connection: Connection, embedded: Path) -> None:
    model_is(embedded, State.READY)
    warming.enqueue(connection)
    warming.enqueue(connection)
    assert enqueued() == 1


def test_nothing_is_read_while_no_model_runs(connection: Connection) -> None:
    warming.enqueue(connection)
    assert enqueued() == 0


def test_what_is_warm_is_not_read_again(connection: Connection, embedded: Path) -> None:
    model_is(embedded, State.READY)
    Warmth.objects.create(connection=connection, prefix=warming.prefix_key(connection), state=Warmth.State.WARM)
    warming.enqueue(connection)
    assert enqueued() == 0


def test_a_changed_prompt_is_read_again(connection: Connection, embedded: Path) -> None:
    model_is(embedded, State.READY)
    Warmth.objects.create(connection=connection, prefix=warming.prefix_key(connection), state=Warmth.State.WARM)
    connection.notes = "Revenue excludes cancelled orders."
    warming.enqueue(connection)
    assert enqueued() == 1


def test_a_new_rule_is_read_before_anybody_asks(connection: Connection, embedded: Path, alice: User) -> None:
    model_is(embedded, State.READY)
    Warmth.objects.create(connection=connection, prefix=warming.prefix_key(connection), state=Warmth.State.WARM)
    rule = remarks.write(connection, alice, "Revenue excludes cancelled orders.")
    assert enqueued() == 1
    Warmth.objects.update(prefix=warming.prefix_key(connection), state=Warmth.State.WARM)
    remarks.stop(rule, alice)
    assert enqueued() == 2


def test_a_reading_whose_worker_died_is_started_again(connection: Connection, embedded: Path) -> None:
    model_is(embedded, State.READY)
    warming.enqueue(connection)
    Warmth.objects.update(updated_at=timezone.now() - 2 * warming.STALE)
    warming.enqueue(connection)
    assert enqueued() == 2


def test_a_database_that_is_gone_breaks_neither_page_nor_model_server(connection: Connection, embedded: Path) -> None:
    model_is(embedded, State.READY)
    Connection.objects.update(path="/nowhere.sqlite3", schema_snapshot=None)
    connection.refresh_from_db()
    warming.enqueue(connection)
    warming.enqueue_all()
    warming.warm(connection, everywhere=True)
    assert Warmth.objects.get().state == Warmth.State.FAILED


def test_a_model_server_that_does_not_answer_is_noted(connection: Connection) -> None:
    warming.warm(connection, everywhere=True)
    assert Warmth.objects.get().state == Warmth.State.FAILED


def test_a_start_of_the_model_server_forgets_what_was_warm(connection: Connection) -> None:
    Warmth.objects.create(connection=connection, prefix="x", state=Warmth.State.WARM)
    warming.enqueue_all()
    assert Warmth.objects.get().state == Warmth.State.WARMING


async def test_a_question_waits_for_the_reading(connection: Connection, embedded: Path) -> None:
    model_is(embedded, State.READY)
    await Warmth.objects.acreate(connection=connection, prefix="x", state=Warmth.State.WARMING)
    waiting = asyncio.create_task(warming.until_ready(connection))
    await asyncio.sleep(0.5)
    assert not waiting.done()

    await sync_to_async(Warmth.objects.update)(state=Warmth.State.WARM)
    await asyncio.wait_for(waiting, timeout=5)


@pytest.mark.parametrize("state", [State.FAILED, State.DOWNLOADING])
async def test_a_question_without_a_model_is_told_why(connection: Connection, embedded: Path, state: State) -> None:
    model_is(embedded, state, "Set API_BASE_URL.")
    with pytest.raises(LLMUnreachable, match="Set API_BASE_URL"):
        await warming.until_ready(connection)


async def test_a_question_without_any_server_is_told_what_to_do(connection: Connection) -> None:
    with pytest.raises(LLMUnreachable, match="make run"):
        await warming.until_ready(connection)


def test_a_reading_of_long_ago_keeps_nobody_waiting(connection: Connection) -> None:
    Warmth.objects.create(connection=connection, prefix="x", state=Warmth.State.WARMING)
    Warmth.objects.update(updated_at=timezone.now() - warming.STALE - timedelta(seconds=1))
    assert not warming.is_warming(connection)


def kept_file(models_dir: Path, key: str) -> Path:
    path = models_dir / "slots" / f"{key}.slot"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"what the model has read")
    return path


def test_what_was_read_of_values_that_are_gone_is_forgotten(connection: Connection, embedded: Path) -> None:
    old = kept_file(embedded, "a" * 64)
    Warmth.objects.create(connection=connection, kept=["a" * 64], values_at=connection.values_at)
    warming.forget_values()
    assert old.exists()
    Connection.objects.filter(pk=connection.pk).update(values_at=timezone.now())
    warming.forget_values()
    assert not old.exists()


def test_what_was_read_of_a_connection_that_is_gone_is_forgotten(connection: Connection, embedded: Path) -> None:
    old = kept_file(embedded, "a" * 64)
    Warmth.objects.create(connection=connection, kept=["a" * 64], values_at=connection.values_at)
    connection.delete()
    warming.forget_values()
    assert not old.exists()


def test_the_prompt_as_it_is_now_stays_read(connection: Connection, embedded: Path) -> None:
    Connection.objects.filter(pk=connection.pk).update(values_at=timezone.now())
    connection.refresh_from_db()
    keys = [warming._key([text]) for text in prefixes(connection)]
    now = kept_file(embedded, keys[0])
    Warmth.objects.create(connection=connection, kept=keys)
    warming.forget_values()
    assert now.exists()


def test_a_new_start_of_the_server_still_knows_the_files(connection: Connection, embedded: Path) -> None:
    Warmth.objects.create(connection=connection, kept=["a" * 64], values_at=connection.values_at)
    warming.enqueue_all()
    assert Warmth.objects.get(connection=connection).kept == ["a" * 64]
