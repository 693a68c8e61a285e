"""What the operator sees and does in the admin."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from agent.endpoint import Endpoint as AgentEndpoint
from agent.scripted_server import ServerHandle, running_server
from datasources import rotation
from datasources.models import AuditEntry
from endpoints.models import Endpoint, Ticket, Usage, valid_address
from tests.endpoints.conftest import KEY, MakeEndpoint

pytestmark = pytest.mark.django_db

LIST = reverse("admin:endpoints_endpoint_changelist")
NO_TEAMS = {"teams-TOTAL_FORMS": 0, "teams-INITIAL_FORMS": 0}


@pytest.fixture(scope="module")
def server() -> Iterator[ServerHandle]:
    with running_server([]) as handle:
        yield handle


@pytest.fixture(autouse=True)
def environment(settings: Settings) -> None:
    settings.LLM_ENDPOINT = AgentEndpoint("http://user:hunter2@llm/v1?key=hunter2", "usual", "env-key")


def typed(**fields: object) -> dict[str, object]:
    return {
        "name": "Azure", "is_enabled": "on", "is_shared": "on", "position": 1, "base_url": "https://azure.example/v1",
        "model": "large", "context": 32768, "first_token": 30, "idle": 30, "total": 120, **NO_TEAMS, **fields,
    }  # fmt: skip


def change(endpoint: Endpoint) -> str:
    return reverse("admin:endpoints_endpoint_change", args=[endpoint.pk])


def test_the_environments_is_listed_without_its_secrets(admin_client: Client) -> None:
    page = admin_client.get(LIST).content.decode()
    assert "http://llm/v1" in page
    page += admin_client.get(change(Endpoint.objects.get())).content.decode()
    assert "hunter2" not in page
    assert "env-key" not in page


def test_one_is_added_and_its_key_is_never_shown_again(admin_client: Client) -> None:
    admin_client.post(reverse("admin:endpoints_endpoint_add"), typed(new_key=KEY))
    made = Endpoint.objects.get(name="Azure")
    assert made.key == KEY
    page = admin_client.get(change(made)).content.decode() + admin_client.get(LIST).content.decode()
    assert "A key is set" in page
    assert KEY not in page
    assert KEY not in "".join(AuditEntry.objects.values_list("message", flat=True))


def test_who_did_what_is_audited(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure", position=1)
    admin_client.post(change(azure), typed(base_url=azure.base_url, model="larger", new_key="another"))
    entry = AuditEntry.objects.get()
    assert (entry.user_name, entry.message) == ("admin", "LLM endpoint Azure changed in the admin: model, key")


def test_without_a_new_key_the_old_one_stays(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure")
    admin_client.post(change(azure), typed(base_url=azure.base_url, model="larger"))
    azure.refresh_from_db()
    assert (azure.model, azure.key) == ("larger", KEY)


def test_a_key_can_be_taken_away(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure")
    admin_client.post(change(azure), typed(base_url=azure.base_url, without_key="on"))
    azure.refresh_from_db()
    assert azure.key == ""


def test_a_key_does_not_follow_to_another_server(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure")
    page = admin_client.post(change(azure), typed(base_url="https://elsewhere.example/v1")).content.decode()
    assert "Type the key again" in page
    azure.refresh_from_db()
    assert azure.base_url == "http://127.0.0.1:9/v1"


def test_what_is_counted_meanwhile_is_not_overwritten(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure", failures=2)
    admin_client.post(change(azure), typed(base_url=azure.base_url))
    azure.refresh_from_db()
    assert azure.failures == 2


@pytest.mark.parametrize(
    "address", ["ftp://host/v1", "host/v1", "http://", "http://u:p@host/v1", "http://host/v1?key=1", "http://ho st/v1"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        valid_address(address)


@pytest.mark.parametrize("address", ["https://host/v1", "http://127.0.0.1:11434/v1", "http://[::1]:8000/v1"])
def test_an_address_of_the_operators_own_network_is_taken(address: str) -> None:
    valid_address(address)


def test_the_list_tells_how_each_fares(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure", at_once=2, currency="USD", failures=2, last_error="It fell over.")
    Endpoint.objects.update(last_error_at=timezone.now())
    Ticket.objects.create(endpoint=azure, at_work=True)
    Ticket.objects.create(endpoint=azure)
    Usage.objects.create(endpoint=azure, day=timezone.now().date(), answers=3, prompt_tokens=1200, cost="0.25")
    page = admin_client.get(LIST).content.decode()
    for told in (
        "1 of 2 at work, 1 in line",
        "3 answers, 1,200 tokens, 0.2500 USD",
        "2 failed in a row",
        "It fell over.",
    ):
        assert told in page


def test_a_test_really_asks_and_says_how_long_it_took(
    admin_client: Client, endpoint: MakeEndpoint, server: ServerHandle
) -> None:
    azure = endpoint("Azure", server, failures=7)
    server.set_script(["OK"])
    page = page_after_trying(admin_client, azure)
    assert "Azure: Azure-model answered in" in page
    [asked] = server.requests()
    assert asked.body["max_tokens"] == 1
    azure.refresh_from_db()
    assert azure.failures == 0


def test_a_test_that_fails_says_why(admin_client: Client, endpoint: MakeEndpoint, server: ServerHandle) -> None:
    server.set_script([{"status": 401}])
    assert "Azure: The model endpoint Azure refused the key (401)" in page_after_trying(
        admin_client, endpoint("Azure", server)
    )


def page_after_trying(client: Client, endpoint: Endpoint) -> str:
    asked = {"action": "test", "_selected_action": [endpoint.pk]}
    return client.post(LIST, asked, follow=True).content.decode()


def test_staff_without_the_permission_see_none(alice: User, alice_client: Client) -> None:
    alice.is_staff = True
    alice.save()
    assert alice_client.get(LIST).status_code == 403


def test_staff_who_may_only_look_cannot_test(
    alice: User, alice_client: Client, endpoint: MakeEndpoint, server: ServerHandle
) -> None:
    alice.is_staff = True
    alice.save()
    alice.user_permissions.add(Permission.objects.get(codename="view_endpoint"))
    server.set_script(["OK"])
    page_after_trying(alice_client, endpoint("Azure", server))
    assert not server.requests()


def test_the_environments_is_not_deleted(admin_client: Client) -> None:
    row = Endpoint.objects.saved_environment()
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert Endpoint.objects.filter(pk=row.pk).exists()


def test_one_that_was_asked_is_deleted_with_its_usage(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure")
    Usage.objects.create(endpoint=azure, day=timezone.now().date(), answers=3)
    admin_client.post(reverse("admin:endpoints_endpoint_delete", args=[azure.pk]), {"post": "yes"})
    assert not Endpoint.objects.filter(pk=azure.pk).exists()


def test_figures_of_usage_are_grouped(admin_client: Client, endpoint: MakeEndpoint) -> None:
    Usage.objects.create(endpoint=endpoint("Azure"), day=timezone.now().date(), prompt_tokens=1234567)
    assert "1,234,567" in admin_client.get(reverse("admin:endpoints_usage_changelist")).content.decode()


def test_usage_is_deleted_by_nobody_on_a_page_of_its_own(admin_client: Client, endpoint: MakeEndpoint) -> None:
    row = Usage.objects.create(endpoint=endpoint("Azure"), day=timezone.now().date())
    page = admin_client.post(reverse("admin:endpoints_usage_delete", args=[row.pk]), {"post": "yes"})
    assert page.status_code == 403


def test_saving_what_it_was_is_not_on_record(admin_client: Client, endpoint: MakeEndpoint) -> None:
    azure = endpoint("Azure", position=1)
    admin_client.post(change(azure), typed(base_url=azure.base_url, model=azure.model))
    assert not AuditEntry.objects.exists()


def test_a_key_for_the_environment_s_is_not_taken(admin_client: Client) -> None:
    row = Endpoint.objects.saved_environment()
    admin_client.post(change(row), {"name": row.name, "is_enabled": "on", "position": 1000, "new_key": KEY, **NO_TEAMS})
    row.refresh_from_db()
    assert row.encrypted_key == ""


def test_staff_who_may_only_look_see_no_field_of_a_key(
    alice: User, alice_client: Client, endpoint: MakeEndpoint
) -> None:
    alice.is_staff = True
    alice.save()
    alice.user_permissions.add(Permission.objects.get(codename="view_endpoint"))
    page = alice_client.get(change(endpoint("Azure"))).content.decode()
    assert "http://127.0.0.1:9/v1" in page
    assert KEY not in page
    assert "new_key" not in page


def test_keys_are_rotated_with_all_other_credentials(endpoint: MakeEndpoint, settings: Settings) -> None:
    from cryptography.fernet import Fernet

    azure = endpoint("Azure")
    newest = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [newest, *settings.FIELD_ENCRYPTION_KEYS]
    assert rotation.rotate_all().rotated == 1
    settings.FIELD_ENCRYPTION_KEYS = [newest]
    azure.refresh_from_db()
    assert azure.key == KEY
