"""A link that lets one person into a team, once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import teams
from accounts.models import Invitation, Team, User
from tests.accounts.conftest import client_of, roles, text
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

ANSWERS = {"username": "nora", "email": "", "password1": "blue-tent-91", "password2": "blue-tent-91"}


def invite(client: Client, team: Team, **fields: str) -> str:
    """The path of the link that the owner gets."""
    page = text(client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": ""} | fields))
    found = re.search(r'id="new-link">http://testserver(/invitations/[^<]+)<', page)
    assert found, page
    return found[1]


@pytest.fixture
def link(owner_client: Client, team: Team) -> str:
    return invite(owner_client, team, role="curator")


def test_a_new_person_makes_an_account_and_is_in(link: str, team: Team) -> None:
    client = Client()
    assert "olive invites you" in text(client.get(link))
    assert client.post(link, ANSWERS)["Location"] == f"/teams/{team.pk}/"
    assert "Welcome to “Analysts”." in text(client.get(f"/teams/{team.pk}/"))
    assert roles(team) == {"olive": "owner", "nora": "curator"}
    assert User.objects.get(username="nora").teams.count() == 1


def test_no_log_holds_a_link_that_still_works(link: str, caplog: pytest.LogCaptureFixture) -> None:
    assert Client().post(link, ANSWERS | {"password2": "another"}).status_code == 422
    assert Client(enforce_csrf_checks=True).post(link, ANSWERS).status_code == 403
    assert caplog.text.count("/invitations/…/") == 2
    assert link not in caplog.text


def test_somebody_with_an_account_joins_with_it(link: str, team: Team, bob: User) -> None:
    client = client_of(bob)
    assert "logged in as bob" in text(client.get(link))
    assert roles(team) == {"olive": "owner"}
    assert client.post(link)["Location"] == f"/teams/{team.pk}/"
    assert roles(team) == {"olive": "owner", "bob": "curator"}


def test_somebody_who_logs_in_first_comes_back_to_the_link(link: str, olive: User) -> None:
    page = text(Client().get(link))
    assert f"/login/?next={link}" in page


def test_a_form_that_fails_keeps_what_was_typed_and_the_link(link: str, team: Team) -> None:
    response = Client().post(link, ANSWERS | {"password2": "other"})
    assert response.status_code == 422
    assert 'value="nora"' in text(response)
    assert Client().post(link, ANSWERS).status_code == 302


def test_a_used_link_says_so(link: str, team: Team, bob: User) -> None:
    Client().post(link, ANSWERS)
    for client in (Client(), client_of(bob)):
        for response in (client.get(link), client.post(link, ANSWERS | {"username": "second"})):
            assert response.status_code == 410
            assert "has been used" in text(response)
    assert roles(team) == {"olive": "owner", "nora": "curator"}
    assert not User.objects.filter(username="second").exists()


def test_an_expired_link_says_so(link: str, team: Team) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = Client().post(link, ANSWERS)
    assert response.status_code == 410
    assert "expired on" in text(response)
    assert roles(team) == {"olive": "owner"}


def test_a_withdrawn_link_says_so(link: str, owner_client: Client, team: Team) -> None:
    address = f"/teams/{team.pk}/invitations/{Invitation.objects.get().pk}/revoke/"
    assert "withdrawn" in text(owner_client.post(address, follow=True))
    assert "was withdrawn" in text(Client().get(link))
    assert "used or withdrawn before" in text(owner_client.post(address, follow=True))


def test_a_link_that_never_was_says_so() -> None:
    response = Client().get("/invitations/made-up/")
    assert response.status_code == 404
    assert "no such invitation" in text(response)


def test_a_link_works_for_seven_days(link: str) -> None:
    left = Invitation.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_somebody_in_the_team_is_told_so_and_does_not_use_it_up(link: str, owner_client: Client, team: Team) -> None:
    for response in (owner_client.get(link), owner_client.post(link)):
        assert "You are in “Analysts” already" in text(response)
    assert roles(team) == {"olive": "owner"}
    assert Client().post(link, ANSWERS).status_code == 302


def test_the_link_is_shown_once_and_kept_as_a_hash(link: str, owner_client: Client, team: Team) -> None:
    token = link.split("/")[2]
    assert token not in text(owner_client.get(f"/teams/{team.pk}/"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation")
        assert token not in str(cursor.fetchall())


def test_the_page_with_the_link_is_kept_by_no_browser(owner_client: Client, team: Team) -> None:
    response = owner_client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": ""})
    assert "no-store" in response["Cache-Control"]


def test_the_link_is_sent_to_an_address(owner_client: Client, team: Team) -> None:
    link = invite(owner_client, team, email="nora@example.org")
    [message] = mail.outbox
    assert message.to == ["nora@example.org"]
    assert f"http://testserver{link}" in message.body
    assert "Analysts" in message.body
    assert 'value="nora@example.org"' in text(Client().get(link))


def test_a_mail_server_that_fails_is_named_and_the_link_is_there(
    owner_client: Client, team: Team, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = text(owner_client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": "n@example.org"}))
    assert "It was not sent to n@example.org" in page
    assert "/invitations/" in page


def test_an_e_mail_that_only_the_console_gets_is_not_called_sent(
    owner_client: Client, team: Team, settings: Settings, capsys: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = text(owner_client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": "n@example.org"}))
    assert "It was not sent to n@example.org" in page
    assert "To: n@example.org" in capsys.readouterr().out


def test_a_link_behind_a_proxy_has_the_origin_that_people_see(
    owner_client: Client, team: Team, settings: Settings
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://testserver"]
    page = text(owner_client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": ""}))
    assert "https://testserver/invitations/" in page


@pytest.mark.parametrize("fields", [{"role": "king"}, {"role": ""}, {"role": "member", "email": "nowhere"}])
def test_a_wrong_invitation_is_none(owner_client: Client, team: Team, fields: dict[str, str]) -> None:
    response = owner_client.post(f"/teams/{team.pk}/invitations/", {"email": ""} | fields)
    assert response.status_code == 422
    assert fields.get("email", "") in text(response)
    assert not Invitation.objects.exists()


def test_nobody_sends_invitations_by_the_hundred(owner_client: Client, team: Team) -> None:
    for _ in range(30):
        invite(owner_client, team)
    response = owner_client.post(f"/teams/{team.pk}/invitations/", {"role": "member", "email": "n@example.org"})
    assert response.status_code == 429
    assert "Wait a while" in text(response)
    assert Invitation.objects.count() == 30


@pytest.mark.parametrize("how", ["demoted", "removed", "left"])
def test_whoever_stops_managing_leaves_no_link_to_come_back_by(
    owner_client: Client, team: Team, make_user: MakeUser, how: str
) -> None:
    second = make_user("second", team)
    team.memberships.filter(user=second).update(role="owner")
    theirs, others = invite(client_of(second), team), invite(owner_client, team)
    match how:
        case "demoted":
            teams.change_role(team, second, teams.Role.MEMBER)
        case "removed":
            owner_client.post(f"/teams/{team.pk}/members/{second.pk}/remove/")
        case "left":
            client_of(second).post(f"/teams/{team.pk}/leave/")
    assert "was withdrawn" in text(Client().get(theirs))
    assert Client().get(others).status_code == 200


def test_an_operator_makes_a_link_on_the_command_line(team: Team, capsys: Any) -> None:
    call_command("invite", "Analysts", "--role", "owner")
    found = re.search(r"https?://[^/]+(/invitations/\S+)", capsys.readouterr().out)
    assert found
    assert Client().post(found[1], ANSWERS).status_code == 302
    assert roles(team)["nora"] == "owner"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_is_let_in(link: str, team: Team, make_user: MakeUser) -> None:
    clients = [client_of(make_user(f"person {number}")) for number in range(6)]

    start = Barrier(len(clients))

    def accept(client: Client) -> int:
        start.wait()
        try:
            return client.post(link).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = sorted(pool.map(accept, clients))
    assert answers == [302] + [410] * 5
    assert team.memberships.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_new_people_at_once_one_gets_an_account(link: str, team: Team) -> None:
    start = Barrier(2)

    def sign_up(name: str) -> int:
        start.wait()
        try:
            return Client().post(link, ANSWERS | {"username": name}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sign_up, ["first", "second"])) == [302, 410]
    assert team.memberships.count() == 2
    assert User.objects.exclude(username="olive").count() == 1
