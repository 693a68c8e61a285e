"""Changing a password, and choosing a new one by e-mail when it is forgotten."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.conftest import client_of, text

pytestmark = pytest.mark.django_db

OLD, NEW = "olive's secret", "green-lamp-52"
RESET = "/account/password/reset/"


def ask_for_a_link(address: str = "olive@example.org") -> str:
    """The path of the link that was sent."""
    Client().post(RESET, {"email": address})
    found = re.search(r"http://testserver(/account/password/reset/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def choose(link: str, password: str = NEW, again: str = NEW) -> tuple[Client, str]:
    client = Client()
    form = client.get(link, follow=True)
    page = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client, text(client.post(page, {"password1": password, "password2": again}, follow=True))


@pytest.fixture
def client(olive: User) -> Client:
    return client_of(olive)


def test_a_password_is_changed_and_one_stays_logged_in(client: Client, olive: User) -> None:
    elsewhere = client_of(olive)
    answer = client.post("/account/password/", {"oldpassword": OLD, "password1": NEW, "password2": NEW})
    assert answer["Location"] == "/account/"
    assert "Your password is changed." in text(client.get("/account/"))
    assert elsewhere.get("/account/").status_code == 302, "other browsers are logged out"
    assert User.objects.get().check_password(NEW)


@pytest.fixture
def without_password(olive: User) -> Client:
    olive.set_unusable_password()
    olive.save()
    return client_of(olive)


def test_who_has_no_password_is_led_to_choose_one(without_password: Client) -> None:
    assert without_password.get("/account/password/")["Location"] == "/account/password/set/"
    page = text(without_password.get("/account/password/set/"))
    assert "Choose a password" in page
    assert "At least 8 characters" in page


def test_who_has_no_password_chooses_one_and_stays_logged_in(without_password: Client) -> None:
    answer = without_password.post("/account/password/set/", {"password1": NEW, "password2": NEW})
    assert answer["Location"] == "/account/"
    assert "Change the password" in text(without_password.get("/account/"))
    assert User.objects.get().check_password(NEW)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"oldpassword": "guess"}, "This is not your current password."),
        ({"password1": "12345678", "password2": "12345678"}, "too common"),
        ({"password2": "other-lamp-52"}, "You must type the same password each time."),
        ({"password1": "olive123", "password2": "olive123"}, "too similar to the username"),
    ],
)
def test_a_wrong_change_says_what_is_wrong(client: Client, wrong: dict[str, str], sentence: str) -> None:
    page = text(client.post("/account/password/", {"oldpassword": OLD, "password1": NEW, "password2": NEW} | wrong))
    assert sentence in page
    assert User.objects.get().check_password(OLD)


def test_the_current_password_is_not_guessed_here(client: Client) -> None:
    answers = [
        client.post("/account/password/", {"oldpassword": f"guess {number}", "password1": NEW, "password2": NEW})
        for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_a_link_by_e_mail_sets_a_new_one_and_logs_in(olive: User) -> None:
    client, _ = choose(ask_for_a_link())
    assert User.objects.get().check_password(NEW)
    assert client.session["_auth_user_id"] == str(olive.pk)


def test_the_link_works_once(olive: User) -> None:
    link = ask_for_a_link()
    choose(link)
    assert "This link works no more" in text(Client().get(link, follow=True))


def test_a_wrong_new_password_is_refused_with_a_sentence(olive: User) -> None:
    _, page = choose(ask_for_a_link(), "12345678", "12345678")
    assert "too common" in page
    assert User.objects.get().check_password(OLD)


@pytest.mark.parametrize("address", ["olive@example.org", "nobody@example.org"])
def test_nobody_learns_whether_an_address_has_an_account(olive: User, address: str) -> None:
    response = Client().post(RESET, {"email": address}, follow=True)
    assert response.redirect_chain == [(f"{RESET}done/", 302)]
    assert "If an account has the address you gave" in text(response)
    assert [message.to for message in mail.outbox] == [[address]]


def test_an_unknown_address_gets_no_link(olive: User) -> None:
    Client().post(RESET, {"email": "nobody@example.org"})
    assert "No account has it." in mail.outbox[0].body
    assert "http" not in mail.outbox[0].body


def test_asking_again_and_again_is_stopped(olive: User) -> None:
    answers = [Client().post(RESET, {"email": "olive@example.org"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_a_mail_server_that_fails_is_named(olive: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = Client().post(RESET, {"email": "olive@example.org"})
    assert response.status_code == 503
    assert "The mail server of this site does not work" in text(response)


def test_an_old_address_gets_no_link_after_it_was_changed(client: Client) -> None:
    ask_for_a_link()
    client.post("/account/", {"username": "olive", "email": "new@example.org", "current_password": OLD})
    Client().post(RESET, {"email": "olive@example.org"})
    assert "No account has it." in mail.outbox[-1].body
    assert ask_for_a_link("new@example.org")


def test_a_link_to_an_old_address_does_not_work_after_it_was_changed(client: Client) -> None:
    link = ask_for_a_link()
    client.post("/account/", {"username": "olive", "email": "new@example.org", "current_password": OLD})
    assert "This link works no more" in text(Client().get(link, follow=True))


def test_a_link_behind_a_proxy_has_the_origin_that_people_see(olive: User, settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://testserver"]
    Client().post(RESET, {"email": "olive@example.org"})
    assert "https://testserver/account/password/reset/" in mail.outbox[0].body
