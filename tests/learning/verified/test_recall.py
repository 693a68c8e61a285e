"""Which verified query answers a question at once."""

from __future__ import annotations

import pytest

from datasources.models import Connection
from learning.verified import recall
from tests.learning.verified.conftest import MakeVerified

pytestmark = pytest.mark.django_db

BEFORE = "How many orders are there?"


def test_a_question_that_stands_alone_is_recalled_after_any_other(
    connection: Connection, verified: MakeVerified
) -> None:
    query = verified("Which products are cheap?")
    assert recall.find(connection, "which products are cheap", BEFORE).recalled == query


def test_one_that_goes_on_is_recalled_after_the_same_question_only(
    connection: Connection, verified: MakeVerified
) -> None:
    query = verified("And by month?", follows=BEFORE)
    assert recall.find(connection, "And by month?", BEFORE).recalled == query
    assert recall.find(connection, "And by month?", "How much revenue?").recalled is None
    assert recall.find(connection, "And by month?").recalled is None


def test_one_that_goes_on_and_was_asked_after_nothing_is_recalled_after_nothing(
    connection: Connection, verified: MakeVerified
) -> None:
    query = verified("And by month?")
    assert recall.find(connection, "And by month?").recalled == query
    assert recall.find(connection, "And by month?", BEFORE).recalled is None


def test_what_a_curator_wrote_for_no_question_before_it_is_recalled_after_any(
    connection: Connection, verified: MakeVerified
) -> None:
    query = verified("Top sellers", is_curated=True)
    assert recall.find(connection, "Top sellers", BEFORE).recalled == query


def test_the_one_of_the_same_question_before_it_comes_first(connection: Connection, verified: MakeVerified) -> None:
    verified("Which products are cheap?")
    query = verified("Which products are cheap?", follows=BEFORE)
    assert recall.find(connection, "Which products are cheap?", BEFORE).recalled == query
