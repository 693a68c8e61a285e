"""The prompt's column: the prompt in use, how far it is to the next optimization, and the one under way."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership, User
from agent.endpoint import Endpoint
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from datasources.models import AuditEntry, Connection
from embedded.status import State, Status, write_status
from learning.models import SILENT, Optimization, Remark
from learning.optimizing import data
from tests.chat.evolved import RULE, begun, ended, evolved, measured
from tests.learning.overview.asked import SYNTAX, ask

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def curator(alice: User, alice_client: Client) -> Client:
    Membership.objects.filter(user=alice).update(role=Membership.Role.CURATOR)
    return alice_client


def words(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def panel(client: Client, connection: Connection) -> str:
    return client.get(reverse("prompt_panel", args=[connection.pk])).content.decode()


def look(client: Client, connection: Connection, known: str = "") -> Any:
    return client.get(reverse("chat_optimization", args=[connection.pk]), {"known": known}, headers=HTMX)


def mark(page: str) -> str:
    [found] = re.findall(r"known=([^&]+)&", html.unescape(page))
    return str(found)


def test_it_shows_what_the_prompt_has_learned_and_from_whom(
    connection: Connection, alice: User, alice_client: Client
) -> None:
    remark = Remark.objects.create(
        connection=connection, user=alice, origin="typed", text="Only paid", state="accepted"
    )
    evolved(connection, remark=remark.pk)
    shown = words(panel(alice_client, connection))
    assert "gen 1" in shown
    assert f"Learned rules (1) {RULE} from alice’s remark" in shown


def test_what_is_learned_is_text(connection: Connection, alice_client: Client) -> None:
    generation = evolved(connection)
    generation.rules = [{"text": "<b>{{ user }}</b> {% now 'Y' %} `x` {0}", "remark": None}]
    generation.save()
    assert "&lt;b&gt;{{ user }}&lt;/b&gt; {% now &#x27;Y&#x27; %} `x` {0}" in panel(alice_client, connection)


def test_with_something_to_learn_from_it_does_not_say_that_it_waits_for_that(
    connection: Connection, alice_client: Client, settings: Settings
) -> None:
    settings.GEPA_OPTIMIZE_EVERY = 2
    ask(connection, [SYNTAX], answered=False)
    ask(connection)
    shown = words(panel(alice_client, connection))
    assert "2 / 2 · optimizes every 2 questions: it is due" in shown
    assert "once there is something" not in shown


@pytest.mark.parametrize(
    ("every", "asked", "said"),
    [
        (4, 2, "2 / 4 · optimizes every 4 questions"),
        (4, 5, "4 / 4 · optimizes every 4 questions, once there is something to learn from"),
        (1, 0, "0 / 1 · optimizes every question"),
        (0, 2, "It does not optimize by itself here: a curator can have it done."),
    ],
)
def test_it_says_how_far_the_next_cycle_is(
    connection: Connection, alice_client: Client, settings: Settings, every: int, asked: int, said: str
) -> None:
    settings.GEPA_OPTIMIZE_EVERY = every
    for _ in range(asked):
        ask(connection)
    assert f"Optimization {said}" in words(panel(alice_client, connection))


def test_an_optimization_under_way_tells_phase_calls_and_the_best_score(
    connection: Connection, alice_client: Client
) -> None:
    measured(begun(connection, phase="trying", calls=14), 0.74, 0.81)
    shown = words(panel(alice_client, connection))
    assert "Trying a candidate" in shown
    assert "14 of at most 40 questions asked" in shown
    assert "Best so far 0.81 , the prompt in use 0.74 weak evidence" in shown


def test_with_enough_known_answers_nothing_is_weak(connection: Connection, alice_client: Client) -> None:
    known = [
        data.Example(id=f"v{number}", part="search", question="Q", gold=("SELECT 1",)).as_json()
        for number in range(data.LEAST_GOLD)
    ]
    measured(begun(connection, examples=known), 0.74)
    assert "weak evidence" not in panel(alice_client, connection)


def test_while_nothing_changes_there_is_nothing_to_tell(connection: Connection, alice_client: Client) -> None:
    run = begun(connection, phase="baseline", calls=3)
    first = look(alice_client, connection)
    assert look(alice_client, connection, mark(first.content.decode())).status_code == 204
    Optimization.objects.filter(pk=run.pk).update(calls=4)
    assert look(alice_client, connection, mark(first.content.decode())).status_code == 200


def test_a_phase_is_announced_once(connection: Connection, alice_client: Client) -> None:
    run = begun(connection, phase="baseline", calls=3)
    first = look(alice_client, connection).content.decode()
    assert "Optimization: Measuring the prompt in use" in words(first)
    Optimization.objects.filter(pk=run.pk).update(calls=4)
    second = look(alice_client, connection, mark(first)).content.decode()
    assert "announcer" not in second
    Optimization.objects.filter(pk=run.pk).update(phase="reflecting")
    assert "Optimization: Reflecting on failures" in words(
        look(alice_client, connection, mark(second)).content.decode()
    )


def test_its_end_is_told_and_the_page_looks_no_more(connection: Connection, alice_client: Client) -> None:
    run = begun(connection)
    seen = mark(look(alice_client, connection).content.decode())
    message = "3 changes were tried, and none was better."
    Optimization.objects.filter(pk=run.pk).update(state="done", message=message, finished_at=timezone.now())
    response = look(alice_client, connection, seen)
    assert f"The optimization is over. {message}" in words(response.content.decode())
    assert response["HX-Trigger"] == "prompt-changed"
    assert "hx-trigger" not in response.content.decode()


def test_a_silent_one_is_taken_over_at_a_look(connection: Connection, alice_client: Client) -> None:
    run = begun(connection, beat_at=timezone.now() - 2 * SILENT)
    look(alice_client, connection)
    assert Optimization.objects.get(pk=run.pk).run != run.run


def test_a_member_has_no_buttons(connection: Connection, alice_client: Client) -> None:
    assert "<button" not in look(alice_client, connection).content.decode()
    begun(connection)
    assert "<button" not in look(alice_client, connection).content.decode()


def test_a_curator_has_it_optimized(connection: Connection, curator: Client, model: ServerHandle) -> None:
    ask(connection, [SYNTAX], answered=False)
    response = curator.post(reverse("chat_optimize", args=[connection.pk]), headers=HTMX)
    assert "Cancel" in response.content.decode()
    assert "Waiting for its turn" in words(response.content.decode())
    assert connection.optimizations.get().trigger == "person"
    assert AuditEntry.objects.filter(message__contains="optimization of the prompt began").exists()


def test_where_there_is_nothing_to_learn_it_says_so(
    connection: Connection, curator: Client, model: ServerHandle
) -> None:
    response = curator.post(reverse("chat_optimize", args=[connection.pk]), headers=HTMX)
    assert "There is nothing to learn from yet" in response.content.decode()
    assert "Optimize now" in response.content.decode()


def test_without_htmx_that_stands_on_the_page(conversation: Conversation, curator: Client, model: ServerHandle) -> None:
    address = reverse("chat_optimize", args=[conversation.connection_id])
    response = curator.post(address, {"conversation": conversation.pk})
    assert response["Location"] == reverse("conversation", args=[conversation.pk])
    assert "nothing to learn from yet" in str(*get_messages(response.wsgi_request))


def test_a_curator_cancels_it(connection: Connection, curator: Client) -> None:
    run = begun(connection)
    response = curator.post(reverse("chat_cancel_optimization", args=[connection.pk]), headers=HTMX)
    assert "Optimize now" in response.content.decode()
    assert Optimization.objects.get(pk=run.pk).message == "Cancelled by alice."


def test_what_is_over_cannot_be_cancelled(connection: Connection, curator: Client) -> None:
    ended(connection, "nothing_found", "Nothing.")
    response = curator.post(reverse("chat_cancel_optimization", args=[connection.pk]), headers=HTMX)
    assert "It was over already." in response.content.decode()


def test_while_another_prompt_is_read_the_page_says_so(
    connection: Connection, alice_client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    settings.LLM_ENDPOINT = Endpoint("http://127.0.0.1:9/v1", "small", "local", local=True)
    write_status(tmp_path / "models", Status(State.READY, ""))
    with TestCase.captureOnCommitCallbacks(execute=True):
        evolved(connection)
    page = panel(alice_client, connection)
    assert re.search(r'id="model-status"[^>]*hx-swap-oob', page)
    assert "The model is reading this database" in page


def test_an_answer_may_begin_an_optimization_so_the_column_looks_again_once(
    connection: Connection, alice_client: Client
) -> None:
    assert 'hx-trigger="load delay:4s"' in panel(alice_client, connection)
    begun(connection)
    assert 'hx-trigger="every 2s"' in panel(alice_client, connection)


def test_a_conversation_of_another_s_adds_nothing(connection: Connection, alice_client: Client, bob: User) -> None:
    theirs = Conversation.objects.create(user=bob, connection=connection)
    address = reverse("prompt_panel", args=[connection.pk])
    page = alice_client.get(address, {"conversation": str(theirs.pk)}).content.decode()
    assert 'class="news"' not in page
