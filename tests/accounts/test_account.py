"""A person's own page: user name and e-mail, changed with the current password."""

import pytest
from django.test import Client

from accounts.models import Team, User
from tests.accounts.conftest import client_of, text
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

ANSWERS = {"username": "oliver", "email": "Oliver@example.org", "current_password": "olive's secret"}


@pytest.fixture
def client(olive: User) -> Client:
    return client_of(olive)


def test_name_and_address_are_changed(client: Client, olive: User) -> None:
    assert "Saved." in text(client.post("/account/", ANSWERS, follow=True))
    olive.refresh_from_db()
    assert (olive.username, olive.email) == ("oliver", "oliver@example.org")
    assert Client().post("/login/", {"username": "oliver@example.org", "password": "olive's secret"}).status_code == 302


def test_the_teams_are_there(client: Client, team: Team) -> None:
    assert f'You are an owner of <a href="/teams/{team.pk}/">Analysts</a>' in text(client.get("/account/"))


def test_an_old_address_logs_nobody_in(client: Client) -> None:
    Client().post("/login/", {"username": "olive@example.org", "password": "olive's secret"})
    client.post("/account/", ANSWERS)
    response = Client().post("/login/", {"username": "olive@example.org", "password": "olive's secret"})
    assert "password is wrong" in text(response)


def test_an_address_may_be_taken_away(client: Client, olive: User) -> None:
    client.post("/account/", ANSWERS | {"email": ""})
    olive.refresh_from_db()
    assert olive.email == ""


def test_the_case_of_ones_own_name_may_change(client: Client, olive: User) -> None:
    client.post("/account/", ANSWERS | {"username": "Olive"})
    olive.refresh_from_db()
    assert olive.username == "Olive"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"current_password": "guess"}, "This is not your current password."),
        ({"username": "MARK"}, "This user name is taken."),
        ({"username": ""}, "This field is required."),
        ({"email": "Mark@example.org"}, "This address belongs to an account already."),
        ({"email": "nowhere"}, "Enter a valid email address."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(
    client: Client, olive: User, make_user: MakeUser, wrong: dict[str, str], sentence: str
) -> None:
    make_user("mark")
    User.objects.filter(username="mark").update(email="mark@example.org")
    response = client.post("/account/", ANSWERS | wrong)
    page = text(response)
    assert response.status_code == 422
    assert sentence in page
    assert (ANSWERS | wrong)["username"] in page
    assert (ANSWERS | wrong)["email"] in page
    assert ANSWERS["current_password"] not in page
    assert '<span class="grow">olive</span>' in page, "the page still says who is logged in"
    olive.refresh_from_db()
    assert olive.username == "olive"


def test_nothing_else_can_be_changed(client: Client, olive: User) -> None:
    client.post("/account/", ANSWERS | {"is_staff": "on", "is_superuser": "on"})
    olive.refresh_from_db()
    assert not olive.is_staff
    assert not olive.is_superuser
