"""Making an account: by invitation only, unless the operator opens the site."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.conftest import roles, text

pytestmark = pytest.mark.django_db

ADDRESS = "/account/signup/"
ANSWERS = {"username": "nora", "email": "nora@example.org", "password1": "blue-tent-91", "password2": "blue-tent-91"}


@pytest.fixture
def open_site(settings: Settings) -> None:
    settings.ALLOW_SIGNUP = True


def test_it_is_closed_by_default() -> None:
    assert "invitation" in text(Client().get(ADDRESS))
    assert "invitation" in text(Client().post(ADDRESS, ANSWERS))
    assert not User.objects.exists()
    assert ADDRESS not in text(Client().get("/login/"))


@pytest.mark.usefixtures("open_site")
def test_the_log_in_page_leads_there_when_it_is_open() -> None:
    assert ADDRESS in text(Client().get("/login/"))


@pytest.mark.usefixtures("open_site")
def test_whoever_signs_up_is_logged_in_and_owns_a_team_alone() -> None:
    client = Client()
    assert client.post(ADDRESS, ANSWERS)["Location"] == "/"
    nora = User.objects.get()
    assert client.session["_auth_user_id"] == str(nora.pk)
    assert roles(nora.teams.get()) == {"nora": "owner"}
    assert not nora.is_staff


@pytest.mark.usefixtures("open_site")
def test_an_address_is_not_needed() -> None:
    Client().post(ADDRESS, ANSWERS | {"email": ""})
    assert User.objects.get().email == ""


@pytest.mark.usefixtures("open_site")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "OLIVE"}, "This user name is taken."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"email": "Olive@example.org"}, "This address belongs to an account already."),
        ({"email": "nowhere"}, "Enter a valid email address."),
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        ({"password2": "blue-tent-92"}, "You must type the same password each time."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(olive: User, wrong: dict[str, str], sentence: str) -> None:
    page = text(Client().post(ADDRESS, ANSWERS | wrong))
    assert sentence in page
    assert (ANSWERS | wrong)["username"] in page
    assert (ANSWERS | wrong)["email"] in page
    assert "blue-tent" not in page
    assert User.objects.count() == 1
