"""Each change of the prompt in use is kept, and can be taken back."""

from __future__ import annotations

import pytest

from accounts.models import User
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import NotPossible, Rule, Text
from learning.models import Activation, Generation

pytestmark = pytest.mark.django_db


@pytest.fixture
def evolved(connection: Connection) -> Generation:
    """One more generation, not in use."""
    return changing.add(changing.seed_of(connection), Text("", [Rule("Be brief.")]), Generation.Origin.EVOLVED)


def told(one: Activation) -> tuple[int, int, bool, bool, str]:
    return one.generation.number, one.instead_of.number, one.is_roll_back, one.is_automatic, one.reason


def test_what_a_person_puts_to_use_is_kept_with_who_and_why(evolved: Generation, alice: User) -> None:
    changing.promote(evolved, alice, "It is shorter.")
    [kept] = evolved.connection.activations.all()
    assert told(kept) == (1, 0, False, False, "It is shorter.")
    assert kept.user == alice


def test_what_comes_by_itself_is_kept_as_that(evolved: Generation) -> None:
    changing.promote(evolved, None)
    changing.roll_back(changing.seed_of(evolved.connection), None, "Worse.")
    last, first = evolved.connection.activations.all()
    assert told(first) == (1, 0, False, True, "")
    assert told(last) == (0, 1, True, True, "Worse.")


def test_undone_the_one_before_is_in_use_again(evolved: Generation, alice: User) -> None:
    changing.promote(evolved, alice)
    changing.undo(evolved, alice, "Undone.")
    evolved.refresh_from_db()
    assert changing.in_use(evolved.connection).number == 0
    assert (evolved.state, evolved.reason) == ("rolled_back", "Undone.")


def test_undone_it_is_what_was_in_use_and_not_what_it_was_made_from(evolved: Generation, alice: User) -> None:
    other = changing.add(changing.seed_of(evolved.connection), Text("Answer well."), Generation.Origin.EDITED)
    changing.promote(other, alice)
    changing.promote(evolved, alice)
    changing.undo(evolved, alice, "Undone.")
    assert changing.in_use(evolved.connection) == other


def test_what_is_not_in_use_cannot_be_undone(evolved: Generation, alice: User) -> None:
    with pytest.raises(NotPossible, match="not in use any more"):
        changing.undo(evolved, alice, "Undone.")
    assert not Activation.objects.exists()


def test_what_was_undone_can_be_put_to_use_again(evolved: Generation, alice: User) -> None:
    changing.promote(evolved, alice)
    changing.undo(evolved, alice, "Undone.")
    changing.promote(evolved, alice)
    assert changing.in_use(evolved.connection) == evolved
    assert evolved.connection.activations.count() == 3


def test_they_go_with_their_connection(evolved: Generation, alice: User) -> None:
    changing.promote(evolved, alice)
    evolved.connection.delete()
    assert not Activation.objects.exists()
    assert not Generation.objects.exists()
