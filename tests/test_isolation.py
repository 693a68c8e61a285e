"""Nobody reaches another team's things: every route and every WebSocket of the site, asked by an outsider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import ApiToken, Invitation, User
from chat.consumers import NOT_FOUND
from chat.models import Conversation, Turn
from chat.routing import websocket_urlpatterns
from datasources.models import AuditEntry
from learning.generations import changing
from learning.generations.changing import Text
from learning.models import (
    BanditReset,
    Episode,
    EvaluatedQuestion,
    Evaluation,
    Generation,
    ImportedPolicy,
    Optimization,
    Remark,
    VerifiedImport,
    VerifiedQuery,
)
from tests.chat.sockets import ORIGIN, cookies, socket
from workbench.models import Board, Pin, Result, SavedQuery, Subscription

SECRET_NAMES = ("Team of alice", "the shop of alice", "What did alice ask?", "alice's note", "token of alice")


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each route's name and arguments, but the admin's: it lets in nobody who is no staff (see below)."""
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name or whole, tuple(pattern.pattern.converters)
        elif isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from routes(pattern.url_patterns, whole)


# Links that were sent to somebody: who has the address is let in, whatever team they are of.
BY_LINK = {"invitation", "account_reset_password_from_key", "unsubscribe"}
ROUTES = sorted(route for route in set(routes(get_resolver().url_patterns)) if route[0] not in BY_LINK)
OF_OBJECTS = [route for route in ROUTES if route[1]]
OF_NOTHING = [name for name, arguments in ROUTES if not arguments]


@pytest.fixture
def belongings(conversation: Conversation) -> dict[str, Any]:
    """One of everything that can stand in an address, all of it alice's."""
    connection = conversation.connection
    connection.name, connection.notes = "the shop of alice", "alice's note"
    connection.save()
    question = "What did alice ask?"
    episode = Episode.objects.create(
        connection=connection, user=conversation.user, source="chat", question=question, model="scripted"
    )
    Turn.objects.create(conversation=conversation, episode=episode)
    evaluation = Evaluation.objects.create(connection=connection, model="scripted")
    asked = EvaluatedQuestion.objects.create(evaluation=evaluation, number=1, task="t", question=question, gold=[])
    remark = Remark.objects.create(connection=connection, user=conversation.user, origin="verdict", text="alice's note")
    query = VerifiedQuery.objects.create(connection=connection, question=question, key="k", sql="SELECT 1")
    imported = VerifiedImport.objects.create(connection=connection, user=conversation.user, name="a", lines=[])
    seed = changing.seed_of(connection)
    evolved = changing.add(seed, Text("alice's note"), Generation.Origin.EVOLVED)
    optimization = Optimization.objects.create(
        connection=connection, base=seed, max_calls=1, max_tokens=1, max_seconds=1, state="done"
    )
    saved = SavedQuery.objects.create(
        connection=connection, user=conversation.user, name="alice's note", sql="SELECT 1"
    )
    board = Board.objects.create(team=connection.team, name="alice's note", owner=conversation.user)
    watched = Subscription.objects.create(saved=saved, user=conversation.user, condition="rows", origin="http://x")
    assert evolved.number == asked.number
    invitation, _ = Invitation.issue(connection.team, by=conversation.user)
    token, _ = ApiToken.objects.create(conversation.user, name="token of alice")
    return {
        "user_id": conversation.user_id,
        "saved_id": saved.pk,
        "board_id": board.pk,
        "pin_id": Pin.objects.create(board=board, saved=saved).pk,
        "subscription_id": watched.pk,
        "invitation_id": invitation.pk,
        "public_id": token.public_id,
        "conversation_id": conversation.pk,
        "episode_id": episode.pk,
        "answer_id": episode.pk,
        "connection_id": connection.pk,
        "team_id": connection.team_id,
        "entry_id": AuditEntry.objects.create(team=connection.team, action="query").pk,
        "table": "products",
        "evaluation_id": evaluation.pk,
        "number": asked.number,
        "optimization_id": optimization.pk,
        "remark_id": remark.pk,
        "query_id": query.pk,
        "import_id": imported.pk,
        "result_id": Result.objects.of(conversation.user, connection, "SELECT 1", question).pk,
        "reset_id": BanditReset.objects.create(connection=connection).pk,
        "imported_id": ImportedPolicy.objects.create(connection=connection, name="p", data={"arms": {}}, pulls=0).pk,
    }


def client_of(user: User, route: str) -> Client:
    """As people reach it, or as programs do."""
    if route.startswith("api_"):
        token = ApiToken.objects.create(user, name="another", may_ask=True)[1]
        return Client(headers={"Authorization": f"Token {token}"})
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "arguments"), OF_OBJECTS, ids=[name for name, _ in OF_OBJECTS])
def test_what_is_another_team_s_is_not_found(
    belongings: dict[str, Any], bob: User, name: str, arguments: tuple[str, ...], method: str
) -> None:
    client = client_of(bob, name)
    address = reverse(name, kwargs={argument: belongings[argument] for argument in arguments})
    # A route that takes the other method says so before it looks for anything.
    assert getattr(client, method)(address).status_code in {404, 405}
    assert 404 in {client.get(address).status_code, client.post(address).status_code}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "arguments"), OF_OBJECTS, ids=[name for name, _ in OF_OBJECTS])
def test_the_same_addresses_are_found_by_their_owner(
    belongings: dict[str, Any], alice: User, name: str, arguments: tuple[str, ...]
) -> None:
    client = client_of(alice, name)
    address = reverse(name, kwargs={argument: belongings[argument] for argument in arguments})
    assert {client.get(address).status_code, client.post(address).status_code} != {404}


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_NOTHING)
def test_pages_of_one_s_own_hold_nothing_of_others(belongings: dict[str, Any], bob: User, name: str) -> None:
    client = Client()
    client.force_login(bob)
    page = client.get(reverse(name), follow=True).content.decode()
    assert [secret for secret in SECRET_NAMES if secret in page] == []


@pytest.mark.django_db
def test_who_is_no_staff_gets_no_page_of_the_admin(bob: User) -> None:
    client = Client()
    client.force_login(bob)
    [*_, (address, _)] = client.get("/admin/", follow=True).redirect_chain
    assert "login/" in address or address == "/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pattern", websocket_urlpatterns, ids=str)
async def test_every_socket_closes_on_an_outsider(belongings: dict[str, Any], bob: User, pattern: Any) -> None:
    path = "/" + re.sub(r"<\w+:(\w+)>", lambda argument: str(belongings[argument[1]]), str(pattern.pattern))
    client = Client()
    await sync_to_async(client.force_login)(bob)
    async with socket(path, ORIGIN + cookies(client)) as outsider:
        assert await outsider.is_closed() == NOT_FOUND
