"""Every address of accounts: who may use it, who is refused and how."""

from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import ApiToken, Invitation, Team, User
from accounts.urls import urlpatterns
from tests.accounts.conftest import client_of, roles, text
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

LOGIN = "log-in"


@dataclass(frozen=True)
class Route:
    """What each gets: a status, or LOGIN for being sent there."""

    name: str
    method: str
    owner: int
    member: int
    outsider: int
    anonymous: int | str
    wrong: str = "delete"


ROUTES = [
    Route("login", "get", 302, 302, 302, 200),
    Route("account_login", "get", 302, 302, 302, 200),
    Route("logout", "post", 302, 302, 302, 302, wrong="get"),
    Route("account_logout", "post", 302, 302, 302, 302, wrong="get"),
    Route("account_signup", "get", 302, 302, 302, 200),
    Route("account_inactive", "get", 200, 200, 200, 200, wrong="post"),
    Route("account_change_password", "get", 200, 200, 200, LOGIN),
    Route("account_set_password", "get", 302, 302, 302, LOGIN),
    Route("account_reset_password", "get", 200, 200, 200, 200),
    Route("account_reset_password_done", "get", 200, 200, 200, 200, wrong="post"),
    Route("account_reset_password_from_key", "get", 302, 302, 302, 302),
    Route("account", "get", 200, 200, 200, LOGIN),
    Route("preferences", "post", 302, 302, 302, LOGIN, wrong="get"),
    Route("tokens", "get", 200, 200, 200, LOGIN),
    Route("revoke_token", "post", 302, 404, 404, LOGIN, wrong="get"),
    Route("teams", "get", 200, 200, 200, LOGIN),
    Route("team", "get", 200, 200, 404, LOGIN, wrong="post"),
    Route("rename_team", "post", 302, 403, 404, LOGIN, wrong="get"),
    Route("leave_team", "post", 302, 302, 404, LOGIN, wrong="get"),
    Route("delete_team", "post", 302, 403, 404, LOGIN, wrong="get"),
    Route("change_role", "post", 302, 403, 404, LOGIN, wrong="get"),
    Route("remove_member", "post", 302, 403, 404, LOGIN, wrong="get"),
    Route("invite", "post", 200, 403, 404, LOGIN, wrong="get"),
    Route("revoke_invitation", "post", 302, 403, 404, LOGIN, wrong="get"),
    Route("invitation", "get", 200, 200, 200, 200),
    Route("api_me", "get", 401, 401, 401, 401),  # with a token: test_tokens.py
]
BY_NAME = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
POST = {"name": "Sales", "role": "curator", "email": ""}


@pytest.fixture(autouse=True)
def open_site(settings: Settings) -> None:
    settings.ALLOW_SIGNUP = True


@pytest.fixture
def addresses(team: Team, olive: User, make_user: MakeUser) -> dict[str, str]:
    """Of every route, in Olive's team."""
    other = make_user("other", team)
    invitation, link = Invitation.issue(team, by=olive)
    token, _ = ApiToken.objects.create(olive, name="report")
    arguments: dict[str, list[Any]] = {
        "account_reset_password_from_key": [user_pk_to_url_str(olive), default_token_generator.make_token(olive)],
        "revoke_token": [token.public_id],
        "change_role": [team.pk, other.pk],
        "remove_member": [team.pk, other.pk],
        "revoke_invitation": [team.pk, invitation.pk],
        "invitation": [link],
    }
    of_team = ("team", "rename_team", "leave_team", "delete_team", "invite")
    arguments |= {name: [team.pk] for name in of_team}
    return {route.name: reverse(route.name, args=arguments.get(route.name)) for route in ROUTES}


def ask(client: Client, method: str, address: str) -> Any:
    return getattr(client, method)(address, POST if method == "post" else None)


def test_every_route_is_tested() -> None:
    assert sorted(pattern.name for pattern in urlpatterns) == sorted(route.name for route in ROUTES)


@BY_NAME
def test_an_owner_is_served(route: Route, owner_client: Client, addresses: dict[str, str]) -> None:
    assert ask(owner_client, route.method, addresses[route.name]).status_code == route.owner


@BY_NAME
def test_a_member_is_served_or_told_who_may(route: Route, addresses: dict[str, str], member_client: Client) -> None:
    response = ask(member_client, route.method, addresses[route.name])
    assert response.status_code == route.member
    if route.member == 403:
        assert "Only the team&#x27;s owners may do this. Ask one of them." in text(response)


@BY_NAME
def test_for_an_outsider_the_team_is_not_there(route: Route, addresses: dict[str, str], team: Team, bob: User) -> None:
    before = roles(team)
    assert ask(client_of(bob), route.method, addresses[route.name]).status_code == route.outsider
    assert (Team.objects.get(pk=team.pk).name, roles(team)) == ("Analysts", before)
    assert Invitation.objects.open().count() == 1


@BY_NAME
def test_the_anonymous_are_sent_to_the_log_in(route: Route, addresses: dict[str, str]) -> None:
    response = ask(Client(), route.method, addresses[route.name])
    if route.anonymous == LOGIN:
        assert response["Location"].startswith("/login/?next=")
    else:
        assert response.status_code == route.anonymous


@pytest.mark.parametrize("route", [route for route in ROUTES if route.name != "api_me"], ids=lambda route: route.name)
def test_another_method_is_refused(route: Route, owner_client: Client, addresses: dict[str, str]) -> None:
    entrance = route.name in {"login", "account_login", "account_signup"}
    address = addresses[route.name]
    if route.name == "account_reset_password_from_key":
        address = owner_client.get(address)["Location"]
    assert ask(Client() if entrance else owner_client, route.wrong, address).status_code == 405
