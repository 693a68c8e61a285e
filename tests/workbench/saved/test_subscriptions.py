"""E-mails when a condition holds: once, to who may still see it, and ended by a link."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from datasources.engine import ResultSet
from datasources.errors import SQLError
from datasources.models import AuditEntry
from tests.learning.benchmark.pages.runs import words_of
from tests.workbench.saved.conftest import Save
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import Kind, Parameter
from workbench.saved.subscriptions import checking
from workbench.saved.subscriptions.models import Subscription

pytestmark = pytest.mark.django_db(transaction=True)
EXPENSIVE = "SELECT name, price FROM products WHERE price > {{price}}"
PRICE = Parameter("price", Kind.NUMBER, default=("100",))


@pytest.fixture
def watched(alice: User, save: Save) -> SavedQuery:
    alice.email = "alice@example.org"
    alice.save()
    return save("Dear products", EXPENSIVE, (PRICE,))


def subscribe(client: Client, saved: SavedQuery, **data: str) -> Any:
    wanted = {"condition": "rows", "every": "hour"} | data
    return client.post(reverse("subscribe", args=[saved.pk]), wanted, follow=True)


def look() -> None:
    for subscription in Subscription.objects.all():
        checking.check(subscription.pk)


def set_price(saved: SavedQuery, price: str) -> None:
    Subscription.objects.filter(saved=saved).update(typed={"price": [price]})


def test_an_e_mail_says_that_it_gives_rows(alice_client: Client, watched: SavedQuery) -> None:
    said = words_of(subscribe(alice_client, watched, **{"p-price": "150"}).content.decode())
    assert "You get an e-mail at alice@example.org when it gives rows" in said
    checking.ask_due()
    call_command("db_worker", batch=True, interval=0)
    [letter] = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert letter.subject == "Dear products: it gives rows"
    assert "It gives 1 row." in letter.body
    assert f"http://testserver/saved/{watched.pk}/?price=150&run=1" in letter.body
    assert "Tent" not in letter.body
    assert AuditEntry.objects.get(source="alert").user == watched.user


def test_it_is_not_told_again_before_it_was_otherwise(alice_client: Client, watched: SavedQuery) -> None:
    subscribe(alice_client, watched)
    look()
    look()
    assert len(mail.outbox) == 1
    set_price(watched, "1000")
    look()
    set_price(watched, "100")
    look()
    assert len(mail.outbox) == 2


def test_a_number_passes_a_limit(alice_client: Client, watched: SavedQuery) -> None:
    subscribe(alice_client, watched, condition="above", column="PRICE", limit="199.5")
    subscribe(alice_client, watched, condition="below", column="price", limit="199.5")
    look()
    [letter] = mail.outbox
    assert letter.subject == "Dear products: PRICE is above 199.5"
    assert "PRICE is 200.0." in letter.body


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"condition": "above", "column": "", "limit": "1"}, "Name the column"),
        ({"condition": "above", "column": "price", "limit": "dear"}, "The limit has to be a number"),
        ({"condition": "sometimes"}, "Choose when"),
        ({"p-price": "dear"}, "that is no number"),
    ],
)
def test_what_cannot_be_watched_is_said(
    alice_client: Client, watched: SavedQuery, data: dict[str, str], said: str
) -> None:
    response = subscribe(alice_client, watched, **data)
    assert response.status_code == 422
    assert said in words_of(response.content.decode())
    assert not Subscription.objects.exists()


def test_who_has_no_address_is_told(alice_client: Client, save: Save) -> None:
    assert "has no e-mail address" in words_of(subscribe(alice_client, save()).content.decode())


def test_columns_that_are_gone_or_no_numbers_are_errors() -> None:
    watching = Subscription(condition="above", column="n", limit=Decimal(1))
    with pytest.raises(SQLError, match="no column n"):
        checking.holds(watching, ResultSet(("m",), ((1,),), truncated=False, elapsed=0.1))
    with pytest.raises(SQLError, match="is no number"):
        checking.holds(watching, ResultSet(("n",), (("x",),), truncated=False, elapsed=0.1))
    assert checking.holds(watching, ResultSet(("n",), ((None,), (1,)), truncated=False, elapsed=0.1)) is None


def test_an_error_is_on_the_account_page(alice_client: Client, watched: SavedQuery) -> None:
    subscribe(alice_client, watched)
    SavedQuery.objects.update(sql="SELECT title FROM products")
    look()
    page = words_of(alice_client.get(reverse("account")).content.decode())
    assert "Dear products" in page
    assert "no such column: title" in page
    assert mail.outbox == []


def test_who_may_not_see_it_any_more_is_told_nothing(
    carol: User, carol_client: Client, save: Save, alice_client: Client
) -> None:
    User.objects.update(email="carol@example.org")
    saved = save("Ours", is_shared=True)
    subscribe(carol_client, saved)
    carol.memberships.all().delete()
    look()
    assert mail.outbox == []
    assert not AuditEntry.objects.filter(source="alert").exists()
    page = words_of(carol_client.get(reverse("account")).content.decode())
    assert "Ours" not in page
    assert "may not see any more" in page


@pytest.mark.parametrize("change", [{"is_shared": False}, {"deleted_at": Now()}])
def test_nor_of_what_is_private_or_deleted_now(carol_client: Client, carol: User, save: Save, change: Any) -> None:
    User.objects.update(email="carol@example.org")
    subscribe(carol_client, save("Ours", is_shared=True))
    SavedQuery.objects.update(**change)
    look()
    assert mail.outbox == []


def test_an_e_mail_that_could_not_be_sent_is_tried_again(
    alice_client: Client, watched: SavedQuery, settings: Settings
) -> None:
    subscribe(alice_client, watched)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    look()
    assert "could not be sent" in Subscription.objects.get().error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    look()
    assert len(mail.outbox) == 1
    assert Subscription.objects.get().error == ""


def test_the_link_ends_it_without_a_log_in(alice_client: Client, watched: SavedQuery) -> None:
    subscribe(alice_client, watched)
    look()
    [letter] = mail.outbox
    link = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in letter.body
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(link)
    assert "Dear products" not in page.content.decode()
    assert Subscription.objects.exists()
    stranger.post(link, {"List-Unsubscribe": "One-Click"})
    assert not Subscription.objects.exists()
    assert stranger.get(link).status_code == 404
    assert stranger.post(link[:-3] + "xx/").status_code == 404


def test_it_ends_on_the_account_page(alice_client: Client, watched: SavedQuery) -> None:
    subscribe(alice_client, watched)
    alice_client.post(reverse("end_subscription", args=[Subscription.objects.get().pk]))
    assert not Subscription.objects.exists()


def test_it_is_looked_at_when_its_time_has_come(alice_client: Client, watched: SavedQuery) -> None:
    subscribe(alice_client, watched, every="day")
    checking.ask_due()
    call_command("db_worker", batch=True, interval=0)
    checking.ask_due()
    call_command("db_worker", batch=True, interval=0)
    assert AuditEntry.objects.filter(source="alert").count() == 1
    Subscription.objects.update(begun_at=Now() - timedelta(hours=25))
    checking.ask_due()
    call_command("db_worker", batch=True, interval=0)
    assert AuditEntry.objects.filter(source="alert").count() == 2
