"""Logging in by user name or e-mail, out by a button; who is not logged in is sent to the log-in."""

from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import User
from chat.models import Conversation
from tests.accounts.conftest import client_of, text

pytestmark = pytest.mark.django_db

PASSWORD = "olive's secret"


def log_in(name: str, password: str = PASSWORD, **more: str) -> tuple[Client, object]:
    client = Client()
    return client, client.post("/login/", {"username": name, "password": password, **more})


@pytest.mark.parametrize("name", ["olive", "Olive", "olive@example.org", "OLIVE@example.org", " olive "])
def test_user_name_and_e_mail_both_log_in(olive: User, name: str) -> None:
    client, response = log_in(name)
    assert response.status_code == 302  # type: ignore[attr-defined]
    assert client.session["_auth_user_id"] == str(olive.pk)


@pytest.mark.parametrize("name", ["olive", "olive@example.org", "nobody"])
def test_wrong_log_ins_all_read_alike_and_keep_the_name(olive: User, name: str) -> None:
    client, response = log_in(name, "guessed")
    page = text(response)
    assert "The user name or the password is wrong." in page
    assert f'value="{name}"' in page
    assert "guessed" not in page
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("olive", ""), ("o\0live", "x")])
def test_what_cannot_be_a_log_in_is_told_so(olive: User, name: str, password: str) -> None:
    _, response = log_in(name, password)
    assert "Type your user name or e-mail, and your password." in text(response)


def test_a_log_in_leads_to_the_page_that_was_wanted(olive: User) -> None:
    _, response = log_in("olive", next="/teams/")
    assert response["Location"] == "/teams/"  # type: ignore[index]


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_log_in_leads_nowhere_else(olive: User, next_page: str) -> None:
    _, response = log_in("olive", next=next_page)
    assert response["Location"] == "/"  # type: ignore[index]


def test_somebody_switched_off_is_told_so_and_not_let_in(olive: User) -> None:
    User.objects.update(is_active=False)
    client, response = log_in("olive")
    assert "switched off" in text(client.get(response["Location"]))  # type: ignore[index]
    assert "_auth_user_id" not in client.session


def test_logging_out_is_a_button_not_a_link(olive: User) -> None:
    client = client_of(olive)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/teams/").status_code == 302


def test_admin_has_no_log_in_of_its_own() -> None:
    response = Client().get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/login/?next=%2Fadmin%2F"


def test_admin_is_for_staff(olive: User) -> None:
    assert client_of(olive).get("/admin/", follow=True).status_code == 403


def test_an_old_page_of_allauth_is_not_there(olive: User) -> None:
    for page in ("/account/email/", "/account/confirm-email/", "/account/reauthenticate/", "/account/login/"):
        assert client_of(olive).get(page).status_code == 404


def test_a_page_redirects_to_the_log_in_and_back(conversation: Conversation) -> None:
    response = Client().get(f"/chat/{conversation.pk}/")
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next=/chat/{conversation.pk}/"


@pytest.mark.parametrize("address", ["/model-status/?connection=1", "/conversations/?q=x", "/prompt/1/"])
def test_htmx_leaves_the_page_and_comes_back_to_it(conversation: Conversation, address: str) -> None:
    page = f"/chat/{conversation.pk}/?since=x"
    response = Client().get(address, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/login/?next={quote(page)}"
    assert "Location" not in response


@pytest.mark.parametrize("page", ["http://evil.example/", "", "//evil.example/"])
def test_htmx_comes_back_to_pages_of_this_site_only(conversation: Conversation, page: str) -> None:
    response = Client().get("/prompt/1/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response["HX-Redirect"] == "/login/?next=/"
