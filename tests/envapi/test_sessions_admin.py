"""The operator sees what agents have under way over HTTP, and ends it."""

from __future__ import annotations

import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import Connection
from envapi.models import Session
from envapi.recording import recorder
from learning.models import Episode
from tests.envapi.programs import bearer, reset, step, token_of
from tests.learning.overview.asked import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="pass"))
    return client


async def under_way(user: User) -> Session:
    """With one attempt that failed."""
    headers = bearer(await token_of(user))
    await reset(headers, task_id="easy-01", episode_id="mine")
    answered = json.loads((await step(headers, "SELECT nothing FROM products")).content)
    assert answered["done"] is False, answered
    return await Session.objects.aget()


def listed(client: Client, **query: str) -> str:
    return client.get(reverse("admin:envapi_session_changelist"), query).content.decode()


async def test_they_are_listed_with_who_and_what(operator: Client, alice: User) -> None:
    session = await under_way(alice)
    page = await sync_to_async(listed)(operator, q="alice")
    for shown in (f"user {alice.pk}", "easy-01", "environment", '<td class="field-tried">1</td>', "mine"):
        assert shown in page
    address = reverse("admin:envapi_session_change", args=[session.pk])
    assert "Not yet" in (await sync_to_async(operator.get)(address)).content.decode()


@pytest.mark.parametrize("way", ["delete", "delete_selected"])
async def test_deleting_one_ends_it_and_records_it(operator: Client, alice: User, way: str) -> None:
    session = await under_way(alice)
    if way == "delete":
        address, form = reverse("admin:envapi_session_delete", args=[session.pk]), {"post": "yes"}
    else:
        address = reverse("admin:envapi_session_changelist")
        form = {"action": way, "_selected_action": str(session.pk), "post": "yes"}
    assert (await sync_to_async(operator.post)(address, form)).status_code == 302
    await sync_to_async(recorder.flush)()
    assert not await Session.objects.aexists()
    episode = await Episode.objects.aget()
    assert (episode.source, episode.status, await episode.attempts.acount()) == ("openenv", "stopped", 1)


def session_of(connection: Connection, record: str = "") -> Session:
    state = {"record": record, "episode": {"attempts": []}}
    return Session.objects.create(
        caller="somebody", episode_id=str(uuid.uuid4()), exercise="easy-01", connection=connection, state=state
    )


def test_one_that_has_ended_leads_to_what_was_recorded(operator: Client, connection: Connection) -> None:
    episode = ask(connection, source="openenv")
    session = session_of(connection, record=str(episode.pk))
    page = operator.get(reverse("admin:envapi_session_change", args=[session.pk])).content.decode()
    assert reverse("admin:learning_episode_change", args=[episode.pk]) in page


def test_nobody_changes_or_adds_one(operator: Client, connection: Connection) -> None:
    session = session_of(connection)
    address = reverse("admin:envapi_session_change", args=[session.pk])
    assert operator.post(address, {"caller": "me"}).status_code == 403
    assert operator.get(reverse("admin:envapi_session_add")).status_code == 403


def test_staff_see_those_of_their_teams(connection: Connection, alice: User, bob: User) -> None:
    session_of(connection)
    for user, sees in ((alice, True), (bob, False)):
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="envapi"))
        client = Client()
        client.force_login(user)
        assert ("easy-01" in listed(client)) is sees
