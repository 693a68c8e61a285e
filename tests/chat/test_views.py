"""The chat's pages and fragments."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as app_database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from chat.models import Conversation
from chat.urls import urlpatterns
from datasources.engine import ResultSet
from datasources.models import Connection
from learning.models import Attempt, Episode
from learning.results import to_json
from tests.chat.answers import answered, text, url

pytestmark = pytest.mark.django_db


ROUTES = [
    ("home", "get", 302),
    ("ask", "get", 302),
    ("conversations", "get", 200),
    ("new_conversation", "post", 302),
    ("conversation", "get", 200),
    ("earlier_turns", "get", 200),
    ("rename_conversation", "post", 302),
    ("delete_conversation", "post", 302),
    ("answer", "get", 200),
    ("answer_rows", "get", 200),
    ("verdict", "post", 302),
    ("pick", "post", 400),
    ("remark", "post", 302),
    ("model_status", "get", 200),
    ("prompt_panel", "get", 200),
    ("chat_optimization", "get", 200),
    ("chat_optimize", "post", 403),
    ("chat_cancel_optimization", "post", 403),
    ("chat_undo_generation", "post", 403),
    ("chat_use_generation", "post", 403),
    ("examples", "get", 200),
    ("new_examples", "post", 403),
    ("share_conversation", "post", 302),
    ("stop_sharing_conversation", "post", 302),
    ("share_answer", "post", 302),
    ("stop_sharing_answer", "post", 302),
    ("team_shared", "get", 200),
]


def address_of(name: str, conversation: Conversation, episode: Episode) -> str:
    match name:
        case "answer" | "answer_rows" | "verdict" | "pick" | "remark" | "share_answer" | "stop_sharing_answer":
            return url(name, episode.pk)
        case "team_shared":
            return url(name, conversation.connection.team_id)
        case "earlier_turns":
            return url(name, conversation.pk, episode.pk)
        case "chat_undo_generation" | "chat_use_generation":
            return url(name, conversation.pk, 0)
        case "prompt_panel" | "ask" | "examples" | "new_examples":
            return url(name, conversation.connection_id)
        case "chat_optimization" | "chat_optimize" | "chat_cancel_optimization":
            return url(name, conversation.connection_id)
        case "model_status":
            return f"{url(name)}?connection={conversation.connection_id}"
        case "home" | "conversations" | "new_conversation":
            return url(name)
    return url(name, conversation.pk)


def test_every_route_is_tested() -> None:
    assert {pattern.name for pattern in urlpatterns} == {name for name, _, _ in ROUTES}


@pytest.mark.parametrize(("name", "method", "status"), ROUTES)
def test_every_route_serves_its_owner(
    conversation: Conversation, alice_client: Client, name: str, method: str, status: int
) -> None:
    address = address_of(name, conversation, answered(conversation))
    assert (
        getattr(alice_client, method)(
            address, {"title": "T", "verdict": "right"} if method == "post" else None
        ).status_code
        == status
    )


@pytest.mark.parametrize(("name", "method", "status"), ROUTES)
def test_every_route_sends_the_anonymous_to_the_login(
    conversation: Conversation, name: str, method: str, status: int
) -> None:
    response = getattr(Client(), method)(address_of(name, conversation, answered(conversation)))
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name, method, _ in ROUTES if name not in {"home", "conversations", "new_conversation"}],
)
def test_what_is_another_s_is_not_found(conversation: Conversation, bob: User, name: str, method: str) -> None:
    client = Client()
    client.force_login(bob)
    response = getattr(client, method)(address_of(name, conversation, answered(conversation)))
    assert response.status_code == 404
    assert Conversation.objects.filter(pk=conversation.pk).exists()


@pytest.mark.parametrize(("name", "method", "status"), ROUTES)
def test_every_route_refuses_the_other_method(
    conversation: Conversation, alice_client: Client, name: str, method: str, status: int
) -> None:
    other = {"get": "post", "post": "get"}[method]
    response = getattr(alice_client, other)(address_of(name, conversation, answered(conversation)))
    assert response.status_code == 405


def test_a_colleague_does_not_see_a_private_conversation(
    conversation: Conversation, alice: User, make_user: Any
) -> None:
    client = Client()
    client.force_login(make_user("carol", team=alice.teams.get()))
    assert client.get(url("conversation", conversation.pk)).status_code == 404


def test_home_opens_a_fresh_question(alice_client: Client, connection: Connection) -> None:
    response = alice_client.get("/")
    assert response["Location"] == url("conversation", Conversation.objects.get().pk)


def test_home_uses_the_empty_conversation_again(alice_client: Client, connection: Connection) -> None:
    for _ in range(3):
        alice_client.get("/")
    assert Conversation.objects.count() == 1


def test_databases_are_chosen_by_team_where_there_are_several(
    conversation: Conversation, alice: User, alice_client: Client, bob: User
) -> None:
    address = reverse("conversation", args=[conversation.pk])
    theirs = bob.teams.get()
    Connection.objects.create(team=theirs, name="shop")
    assert "A new question on" not in alice_client.get(address).content.decode()
    Membership.objects.create(user=alice, team=theirs)
    page = alice_client.get(address).content.decode()
    _, menu = page.split("A new question on", 1)
    assert menu.index("Team of alice") < menu.index("Team of bob") < menu.index("</form>")


def test_somebody_without_a_connection_is_told_what_to_do(bob: User) -> None:
    client = Client()
    client.force_login(bob)
    assert "database" in text(client, "/")


def test_an_answer_shows_sql_rows_and_null(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    page = text(alice_client, url("conversation", conversation.pk))
    assert "Which products?" in page
    assert "Tent" in page
    assert "NULL" in page
    assert "2 rows" in page


def test_only_the_head_of_a_long_table_is_on_the_page(conversation: Conversation, alice_client: Client) -> None:
    episode = answered(conversation, rows=tuple((f"product {number}", 1.0) for number in range(300)))
    assert "product 299" not in text(alice_client, url("conversation", conversation.pk))
    assert "product 299" in text(alice_client, url("answer_rows", episode.pk))


def test_a_cut_result_says_so(conversation: Conversation, alice_client: Client) -> None:
    result = to_json(ResultSet(("n",), ((1,),), truncated=True, elapsed=0.1))
    answered(conversation, result=result)
    assert "more rows" in text(alice_client, url("conversation", conversation.pk))


def test_an_interrupted_answer_offers_a_retry(conversation: Conversation, alice_client: Client) -> None:
    lost = timezone.now() - timedelta(minutes=5)
    answered(conversation, status=Episode.Status.RUNNING, result=None, heartbeat_at=lost, finished_at=None)
    page = text(alice_client, url("conversation", conversation.pk))
    assert "The server stopped" in page
    assert "Retry" in page


def test_a_failed_attempt_shows_its_error_and_what_the_bandit_chose(
    conversation: Conversation, alice_client: Client
) -> None:
    episode = answered(conversation)
    episode.attempts.update(number=2, strategy="fix_column", scores={"fix_column": 2.0, "fix_table": 1.0})
    Attempt.objects.create(
        episode=episode, number=1, strategy="generate", sql="SELECT title", error_class="no_such_column",
        message="no such column: title", hint="The closest are products.name.", reward=-0.15,
    )  # fmt: skip
    page = text(alice_client, url("conversation", conversation.pk))
    assert "Wrong column" in page
    assert "no such column: title" in page
    assert "The closest are products.name." in page
    assert "fix column" in page


NO_CONNECTION = ["x", "-1", "999999", "²", "1.5", "9" * 30, "9" * 5000, "\0"]


@pytest.mark.parametrize("connection_id", ["", *NO_CONNECTION])
def test_the_status_of_no_connection_is_not_found(
    alice_client: Client, connection: Connection, connection_id: str
) -> None:
    assert alice_client.get(url("model_status"), {"connection": connection_id}).status_code == 404


@pytest.mark.parametrize("connection_id", NO_CONNECTION)
def test_nothing_is_asked_of_no_connection(alice_client: Client, connection: Connection, connection_id: str) -> None:
    assert alice_client.post(url("new_conversation"), {"connection": connection_id}).status_code == 404
    assert not Conversation.objects.exists()


def test_the_page_allows_no_inline_script(conversation: Conversation, alice_client: Client) -> None:
    policy = alice_client.get(url("conversation", conversation.pk))["Content-Security-Policy"]
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["home", "conversation", "answer"])
def test_no_page_loads_the_snapshot_of_a_schema_that_is_at_hand(
    name: str, alice_client: Client, conversation: Conversation, connection: Connection
) -> None:
    """Of a large database it is megabytes."""
    connection.refresh_schema()
    episode = answered(conversation)
    arguments = {"home": [], "conversation": [conversation.pk], "answer": [episode.pk]}[name]
    alice_client.get(url(name, *arguments))
    with CaptureQueriesContext(app_database) as captured:
        alice_client.get(url(name, *arguments))
    assert not [one["sql"] for one in captured if "schema_snapshot" in one["sql"]]
