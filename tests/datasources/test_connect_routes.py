"""Who may do what: every route of connecting, describing and auditing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from datasources.models import AuditEntry, Connection
from datasources.urls import urlpatterns
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

# Name, methods, the least role that may, and the status then of each method.
ROUTES: list[tuple[str, str, str, int]] = [
    ("connections", "get", "member", 200),
    ("connect", "get", "owner", 200),
    ("connect", "post", "owner", 302),
    ("audit", "get", "owner", 200),
    ("audit_export", "get", "owner", 200),
    ("audit_entry", "get", "owner", 200),
    ("connection", "get", "member", 200),
    ("connection_edit", "get", "owner", 200),
    ("connection_edit", "post", "owner", 302),
    ("connection_test", "post", "owner", 200),
    ("connection_switch", "post", "owner", 302),
    ("connection_agents", "post", "owner", 302),
    ("connection_delete", "get", "owner", 200),
    ("connection_delete", "post", "owner", 302),
    ("connection_schema", "get", "member", 302),
    ("connection_schema", "post", "curator", 302),
    ("connection_notes", "post", "curator", 302),
    ("connection_preview", "post", "curator", 200),
    ("connection_tables", "get", "member", 302),
    ("connection_table", "get", "member", 200),
    ("connection_table", "post", "curator", 200),
]
FORMS: dict[str, dict[str, str]] = {
    "connect": {"kind": "memory", "name": "scratch"},
    "connection_edit": {"kind": "memory", "name": "renamed"},
    "connection_delete": {"name": "shop"},
    "connection_notes": {"notes": "Short."},
}
ROLES = ["member", "curator", "owner"]


@pytest.fixture
def database(connection: Connection) -> Connection:
    connection.refresh_schema()
    Connection.objects.update(origin="memory")
    return connection


def address_of(name: str, database: Connection) -> str:
    if name == "audit_entry":
        entry = AuditEntry.objects.create(team=database.team, action="query", sql="SELECT 1")
        return reverse(name, args=[database.team_id, entry.pk])
    if name.startswith(("audit", "connections")) or name == "connect":
        return reverse(name, args=[database.team_id])
    return reverse(name, args=[database.pk]) + ("?table=products" if name == "connection_table" else "")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def call(client: Client, name: str, method: str, database: Connection) -> Any:
    return getattr(client, method)(address_of(name, database), FORMS.get(name, {}) if method == "post" else None)


def test_every_route_is_tested() -> None:
    assert {pattern.name for pattern in urlpatterns} == {name for name, *_ in ROUTES}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "method", "least", "status"), ROUTES)
def test_a_role_may_what_it_may(
    database: Connection, alice: User, name: str, method: str, least: str, status: int, role: str
) -> None:
    Membership.objects.filter(user=alice).update(role=role)
    may = ROLES.index(role) >= ROLES.index(least)
    assert call(client_of(alice), name, method, database).status_code == (status if may else 403)


@pytest.mark.parametrize(("name", "method", "least", "status"), ROUTES)
def test_what_is_another_team_s_is_not_found(
    database: Connection, make_user: MakeUser, name: str, method: str, least: str, status: int
) -> None:
    outsider = make_user("bob")
    Membership.objects.filter(user=outsider).update(role="owner")
    assert call(client_of(outsider), name, method, database).status_code == 404
    assert Connection.objects.filter(pk=database.pk, name="shop", is_enabled=True).exists()


@pytest.mark.parametrize(("name", "method", "least", "status"), ROUTES)
def test_the_anonymous_are_sent_to_the_log_in(
    database: Connection, name: str, method: str, least: str, status: int
) -> None:
    response = call(Client(), name, method, database)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("name", sorted({name for name, *_ in ROUTES}))
def test_a_route_takes_no_other_method(database: Connection, alice: User, name: str) -> None:
    Membership.objects.filter(user=alice).update(role="owner")
    taken = {method for other, method, *_ in ROUTES if other == name}
    for method in {"get", "post", "put", "delete"} - taken:
        assert call(client_of(alice), name, method, database).status_code == 405


def test_an_entry_of_another_team_is_not_found_in_one_s_own(
    database: Connection, alice: User, make_user: MakeUser
) -> None:
    Membership.objects.filter(user=alice).update(role="owner")
    theirs = AuditEntry.objects.create(team=make_user("bob").teams.get(), action="query", sql="SELECT secret")
    address = reverse("audit_entry", args=[database.team_id, theirs.pk])
    assert client_of(alice).get(address).status_code == 404


def test_members_read_settings_and_change_nothing(database: Connection, alice_client: Client) -> None:
    Connection.objects.update(notes="Revenue is *net*.")
    page = alice_client.get(reverse("connection", args=[database.pk])).content.decode()
    assert "Revenue is <em>net</em>." in page
    assert "<textarea" not in page
    assert "Delete" not in page
    assert "Read again" not in page
