"""The connection of nobody: what agents without a token work on is no database that people could choose."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Team, User
from datasources.connecting import sample_path
from datasources.models import AuditEntry, Connection
from envapi.recording import recorder
from envapi.tasks import environment
from sqlagent_site import first_start
from tests.envapi.asked import RIGHT
from tests.envapi.conftest import forget
from tests.envapi.programs import reset, step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    settings.OPENENV_PUBLIC = True


@pytest.fixture
def hidden(connection: Connection) -> Connection:
    return environment()


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="pass"))
    return client


def test_there_is_one_however_often_it_is_wanted(hidden: Connection) -> None:
    assert environment() == hidden
    assert Team.objects.filter(name="OpenEnv").count() == 1


@pytest.mark.parametrize("route", ["connection", "ask", "learning", "connection_delete"])
def test_its_pages_are_nobody_s(alice_client: Client, hidden: Connection, route: str) -> None:
    assert alice_client.get(reverse(route, args=[hidden.pk])).status_code == 404


def test_its_team_s_pages_are_nobody_s(alice_client: Client, hidden: Connection) -> None:
    for route in ("connections", "audit"):
        assert alice_client.get(reverse(route, args=[hidden.team_id])).status_code == 404


def test_nobody_is_offered_it(alice_client: Client, connection: Connection, hidden: Connection) -> None:
    connection.team.memberships.update(role="owner")
    lists = [reverse("home"), reverse("ask", args=[connection.pk]), reverse("teams"), reverse("conversations")]
    for address in (*lists, reverse("connections", args=[connection.team_id])):
        page = alice_client.get(address, follow=True).content.decode()
        assert "OpenEnv</" not in page
        assert f"/databases/{hidden.pk}/" not in page


def test_commands_do_not_list_it(hidden: Connection) -> None:
    with pytest.raises(CommandError) as unknown:
        call_command("ask", "nonsense", "Which?")
    assert "OpenEnv" not in str(unknown.value)
    with pytest.raises(CommandError) as nowhere:
        call_command("invite", "OpenEnv")
    assert "There is no team" in str(nowhere.value)
    assert "OpenEnv." not in str(nowhere.value).partition("There are")[2]


def test_a_fresh_installation_gets_a_team_of_its_own_beside_it(hidden: Connection) -> None:
    Team.objects.exclude(pk=hidden.team_id).delete()
    first_start.set_up()
    assert Team.objects.of_people().get().name == first_start.TEAM_NAME


def test_the_operator_sees_it_in_the_admin(operator: Client, hidden: Connection) -> None:
    page = operator.get(reverse("admin:datasources_connection_changelist"), {"is_environment__exact": "1"})
    assert reverse("admin:datasources_connection_change", args=[hidden.pk]) in page.content.decode()


async def test_what_nobody_in_particular_does_is_audited_for_the_operator(operator: Client) -> None:
    await reset({}, task_id="easy-01")
    await step({}, RIGHT)
    await sync_to_async(recorder.flush)()
    entry = await AuditEntry.objects.aget(source="openenv")
    assert (entry.user, entry.user_name, entry.sql) == (None, "", RIGHT)
    page = await sync_to_async(operator.get)(reverse("admin:datasources_auditentry_changelist"), {"q": "openenv"})
    assert "price &lt; 1.5 * cost" in page.content.decode()


async def test_it_comes_back_when_the_operator_deletes_it(operator: Client) -> None:
    await reset({}, task_id="easy-01")
    hidden = await Connection.objects.aget(is_environment=True)
    address = reverse("admin:datasources_connection_delete", args=[hidden.pk])
    await sync_to_async(operator.post)(address, {"post": "yes"})
    assert not await Connection.objects.filter(is_environment=True).aexists()
    assert (await step({}, RIGHT)).status_code in (404, 409)
    forget()
    assert (await reset({}, task_id="easy-01")).status_code == 200
    answered = json.loads((await step({}, RIGHT)).content)
    assert (answered["reward"], answered["done"]) == (1.0, True)


async def test_it_comes_back_when_its_team_is_deleted() -> None:
    await reset({}, task_id="easy-01")
    await Team.objects.filter(name="OpenEnv").adelete()
    forget()
    assert (await reset({}, task_id="easy-01")).status_code == 200


async def test_its_file_comes_back_when_somebody_has_deleted_it() -> None:
    await reset({}, task_id="easy-01")
    sample_path().unlink()
    forget()
    assert (await reset({}, task_id="easy-01")).status_code == 200
    answered = json.loads((await step({}, RIGHT)).content)
    assert (answered["reward"], answered["done"]) == (1.0, True)
