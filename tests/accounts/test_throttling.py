"""Guessing passwords: five wrong ones for a name, then a pause, whoever it is and however it is tried."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.conftest import text

pytestmark = pytest.mark.django_db

ALLOWED = 5
REFUSED = "Too many wrong log-ins. Wait five minutes"


def log_in(name: str, password: str = "wrong", **headers: Any) -> str:
    """The page that answers; empty when it let in."""
    response = Client().post("/login/", {"username": name, "password": password}, **headers)
    return "" if response.status_code == 302 else text(response)


def guess(name: str, times: int = ALLOWED, **headers: Any) -> None:
    for _ in range(times):
        assert REFUSED not in log_in(name, **headers)


@pytest.mark.parametrize("name", ["olive", "olive@example.org", "nobody"])
def test_the_sixth_guess_is_refused_for_known_and_unknown_names(olive: User, name: str) -> None:
    guess(name)
    assert REFUSED in log_in(name)


def test_then_the_right_password_is_refused_too(olive: User) -> None:
    guess("olive")
    assert REFUSED in log_in("olive", "olive's secret")


def test_others_log_in_meanwhile(olive: User) -> None:
    User.objects.create_user("mark", password="mark's secret")
    guess("olive")
    assert REFUSED in log_in("olive")
    assert log_in("mark", "mark's secret") == ""


def test_right_passwords_do_not_count(olive: User) -> None:
    for _ in range(ALLOWED + 2):
        assert log_in("olive", "olive's secret") == ""


@pytest.mark.parametrize(
    "headers",
    [{"HTTP_HOST": "localhost:99"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, {"REMOTE_ADDR": "203.0.113.9"}],
    ids=["host", "forwarded", "address"],
)
def test_no_header_and_no_other_machine_starts_a_new_count(olive: User, headers: dict[str, str]) -> None:
    guess("olive")
    assert REFUSED in log_in("Olive", **headers)


def test_one_machine_may_not_try_many_names() -> None:
    for number in range(30):
        log_in(f"somebody {number}", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert REFUSED in log_in("somebody else")
    assert REFUSED not in log_in("somebody else", REMOTE_ADDR="203.0.113.9")


def test_behind_a_trusted_proxy_visitors_are_told_apart(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(30):
        log_in(f"somebody {number}", HTTP_X_FORWARDED_FOR="203.0.113.1")
    assert REFUSED in log_in("somebody else", HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.1")
    assert REFUSED not in log_in("somebody else", HTTP_X_FORWARDED_FOR="203.0.113.2")


def test_a_flood_of_log_ins_gets_a_page_that_says_so() -> None:
    answers = [Client().post("/login/", {"username": f"n{number}", "password": "x"}) for number in range(61)]
    assert [answer.status_code for answer in answers[:60]] == [200] * 60
    assert answers[60].status_code == 429
    assert "Wait a minute" in text(answers[60])
