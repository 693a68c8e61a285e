"""Boards: what is pinned, how it is refreshed and as whom, and who changes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.engine import ResultSet
from datasources.models import AuditEntry
from tests.learning.benchmark.pages.runs import words_of
from tests.workbench.saved.conftest import Save
from workbench.saved.boards import refreshing
from workbench.saved.boards.models import Board, Pin
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import Kind, Parameter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def board(alice: User) -> Board:
    return Board.objects.create(team=alice.teams.get(), name="Sales", owner=alice)


def pin(board: Board, saved: SavedQuery, **more: Any) -> Pin:
    return Pin.objects.create(board=board, saved=saved, position=refreshing.next_position(board), **more)


def work() -> None:
    call_command("db_worker", batch=True, interval=0)


def post(client: Client, route: str, /, *args: Any, **data: str) -> Any:
    return client.post(reverse(route, args=args), data, follow=True)


def page(client: Client, board: Board) -> str:
    return words_of(client.get(reverse("board", args=[board.pk])).content.decode())


def test_a_member_makes_one_and_pins_to_it(alice_client: Client, alice: User, save: Save) -> None:
    team = alice.teams.get()
    assert "Give the board a name" in words_of(
        alice_client.post(reverse("team_boards", args=[team.pk]), {"name": " "}).content.decode()
    )
    post(alice_client, "team_boards", team.pk, name="Sales")
    board = Board.objects.get()
    price = Parameter("price", Kind.NUMBER)
    saved = save("Dear", "SELECT name FROM products WHERE price > {{price}}", (price,), is_shared=True)
    assert "refreshing" in words_of(
        post(alice_client, "pin_saved", saved.pk, board=str(board.pk), **{"p-price": "100"}).content.decode()
    )
    work()
    shown = page(alice_client, board)
    assert "Tent" in shown
    assert "Rope" not in shown
    assert "price: 100" in shown
    assert "refreshing" not in shown


def test_what_is_private_is_pinned_nowhere(alice_client: Client, board: Board, save: Save) -> None:
    saved = save("Mine")
    assert "Only what is saved for the team" in words_of(
        post(alice_client, "pin_saved", saved.pk, board=str(board.pk)).content.decode()
    )
    assert not Pin.objects.exists()


def test_what_became_private_or_was_deleted_is_not_shown(carol_client: Client, board: Board, save: Save) -> None:
    saved = save("Ours", is_shared=True)
    pinned = pin(board, saved)
    refreshing.refresh(pinned.pk)
    assert "Tent" in page(carol_client, board)
    saved.is_shared = False
    saved.save()
    shown = page(carol_client, board)
    assert "not for the team any more" in shown
    assert "Tent" not in shown
    refreshing.refresh(pinned.pk)
    pinned.refresh_from_db()
    assert (pinned.result, pinned.error) == (None, "This question is not for the team any more.")


def test_an_error_is_kept_in_words(alice_client: Client, board: Board, save: Save) -> None:
    refreshing.refresh(pin(board, save("Broken", "SELECT title FROM products", is_shared=True)).pk)
    assert "no such column: title" in page(alice_client, board)


def test_it_runs_as_its_owner(carol_client: Client, board: Board, save: Save, alice: User) -> None:
    pin(board, save("Ours", is_shared=True))
    post(carol_client, "board_refresh", board.pk)
    work()
    entry = AuditEntry.objects.get(source="board")
    assert entry.user == alice


def test_when_the_owner_left_it_is_paused_until_somebody_takes_it_over(
    carol: User, carol_client: Client, board: Board, save: Save, alice: User
) -> None:
    pinned = pin(board, save("Ours", is_shared=True))
    alice.memberships.all().delete()
    refreshing.refresh(pinned.pk)
    shown = page(carol_client, board)
    assert "It is paused. alice, as whom it is refreshed, is not in" in shown
    assert not AuditEntry.objects.filter(source="board").exists()
    post(carol_client, "board_take_over", board.pk)
    refreshing.refresh(pinned.pk)
    assert "Tent" in page(carol_client, board)
    assert AuditEntry.objects.get(source="board").user == carol


def test_it_is_refreshed_when_its_time_has_come(board: Board, save: Save) -> None:
    pin(board, save("Ours", is_shared=True))
    refreshing.ask_due()
    assert not Pin.objects.waiting().exists()
    board.every = "day"
    board.save()
    refreshing.ask_due()
    work()
    assert Pin.objects.get().rows == 3
    Pin.objects.update(rows=0)
    Board.objects.update(begun_at=Now() - timedelta(hours=23))
    refreshing.ask_due()
    assert not Pin.objects.waiting().exists()
    Board.objects.update(begun_at=Now() - timedelta(hours=25))
    refreshing.ask_due()
    assert Pin.objects.waiting().exists()


def test_of_many_rows_the_first_are_kept() -> None:
    many = ResultSet(("n",), tuple((number,) for number in range(1000)), truncated=False, elapsed=0.1)
    assert len(refreshing.kept(many)["rows"]) == refreshing.KEPT_ROWS
    large = ResultSet(("text",), (("x" * 10_000,),) * 100, truncated=False, elapsed=0.1)
    assert 0 < len(refreshing.kept(large)["rows"]) < 100
    assert refreshing.kept(large)["truncated"]
    huge = ResultSet(("text",), (("x" * 300_000,),), truncated=False, elapsed=0.1)
    assert refreshing.kept(huge)["rows"] == []


def test_pins_are_ordered(alice_client: Client, board: Board, save: Save) -> None:
    first, second, third = (pin(board, save(name, is_shared=True)) for name in ("A", "B", "C"))
    post(alice_client, "pin_move", board.pk, first.pk, to="down")
    assert list(board.pins.all()) == [second, first, third]
    post(alice_client, "pin_move", board.pk, second.pk, to="up")
    assert list(board.pins.all()) == [second, first, third]
    alice_client.post(reverse("board_order", args=[board.pk]), {"order": f"{third.pk},x,{first.pk},999"})
    assert list(board.pins.all()) == [third, first, second]


def test_who_may_change_it(carol: User, carol_client: Client, board: Board, save: Save) -> None:
    pinned = pin(board, save("Ours", is_shared=True))
    addresses = [
        reverse("board_change", args=[board.pk]),
        reverse("board_delete", args=[board.pk]),
        reverse("unpin", args=[board.pk, pinned.pk]),
    ]
    assert [carol_client.post(address).status_code for address in addresses] == [403] * 3
    assert carol_client.post(reverse("board_take_over", args=[board.pk])).status_code == 403
    carol.memberships.update(role="curator")
    post(carol_client, "board_change", board.pk, name="Costs", every="week")
    board.refresh_from_db()
    assert (board.name, board.every) == ("Costs", "week")
    post(carol_client, "unpin", board.pk, pinned.pk)
    post(carol_client, "board_delete", board.pk)
    assert not Board.objects.exists()
    assert SavedQuery.objects.exists()
