"""Two generations side by side."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from datasources.models import Connection
from learning.generations import changing
from learning.models import Generation
from learning.optimizing.data import Part
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.generations.pages.made import (
    RIGHT,
    WEAK,
    WRONG,
    address,
    examples,
    made,
    measured,
    optimization,
)
from tests.learning.optimizing.lessons import asked
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(connection: Connection) -> Generation:
    return changing.seed_of(connection)


@pytest.fixture
def two(seed: Generation) -> tuple[Generation, Generation]:
    return made(seed, "Count paid orders."), made(seed, "Count paid orders.", "Be brief.")


def page_of(client: Client, before: Generation, after: Generation) -> str:
    query = f"?a={before.number}&b={after.number}"
    return words_of(text(client, address("compare_generations", before.connection) + query))


def test_until_two_are_named_one_chooses(alice_client: Client, connection: Connection, seed: Generation) -> None:
    assert "There is only one generation so far" in text(alice_client, address("compare_generations", connection))
    made(seed, "one")
    page = words_of(text(alice_client, address("compare_generations", connection) + "?a=1&b=x"))
    assert "Before Generation 1 Generation 0 After" in page


@pytest.mark.parametrize("query", ["?a=0&b=9", "?a=9&b=0"])
def test_what_is_no_generation_is_not_found(
    alice_client: Client, connection: Connection, seed: Generation, query: str
) -> None:
    assert alice_client.get(address("compare_generations", connection) + query).status_code == 404


def test_what_differs_stands_side_by_side(alice_client: Client, two: tuple[Generation, Generation]) -> None:
    page = page_of(alice_client, *two)
    assert "- Count paid orders. - Count paid orders. Added: - Be brief." in page


def test_two_that_were_not_measured_are_not_ranked(alice_client: Client, two: tuple[Generation, Generation]) -> None:
    assert "Neither of the two was measured" in page_of(alice_client, *two)


def test_where_one_was_measured_it_says_which(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    measured(optimization(connection, examples("a")), two[1], {0: RIGHT})
    assert "Only generation 2 was measured" in page_of(alice_client, *two)


def test_without_a_question_in_common_nothing_is_said(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    run = optimization(connection, examples("a", "b"))
    measured(run, two[0], {0: RIGHT})
    measured(run, two[1], {1: RIGHT})
    assert "The two were measured on no question in common" in page_of(alice_client, *two)


def test_on_questions_in_common_they_are_compared(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    query = verified(connection, "Revenue of tents")
    run = optimization(connection, examples(f"verified-{query.pk}", *"bcde"))
    measured(run, two[0], {0: WRONG, 1: WRONG, 2: WRONG, 3: RIGHT})
    measured(run, two[1], {0: RIGHT, 1: RIGHT, 2: RIGHT, 3: RIGHT, 4: RIGHT})
    page = page_of(alice_client, *two)
    assert "1 → 4 of 4 questions right, 3 fixed, 0 broken" in page
    assert "Revenue of tents searched by Wrong 0.25 Right 1.00 fixed" in page
    assert "What is d? searched by Right 1.00 Right 1.00" in page
    assert "What is e?" not in page
    assert page.index("Revenue of tents") < page.index("What is d?")


def test_the_other_way_round_what_was_fixed_is_broken(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    run = optimization(connection, examples(*"abcd"))
    measured(run, two[0], dict.fromkeys(range(4), WRONG))
    measured(run, two[1], dict.fromkeys(range(4), RIGHT))
    assert "4 → 0 of 4 questions right, 0 fixed, 4 broken" in page_of(alice_client, two[1], two[0])


def test_few_known_answers_are_weak_evidence(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    run = optimization(connection, [*examples("a"), *examples("episode-1", part=Part.TRAIN)])
    measured(run, two[0], {0: WRONG, 1: WEAK})
    measured(run, two[1], {0: RIGHT, 1: WEAK})
    page = page_of(alice_client, *two)
    assert "Weak evidence as there is only 1 verified query" in page
    assert "learned from Weak 0.50 Weak 0.50" in page


def test_what_was_learned_from_judges_nothing_where_enough_answers_are_known(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    run = optimization(connection, [*examples(*"abcd"), *examples("episode-1", part=Part.TRAIN)])
    measured(run, two[0], {**dict.fromkeys(range(4), RIGHT), 4: RIGHT})
    measured(run, two[1], {**dict.fromkeys(range(4), RIGHT), 4: WRONG})
    assert "4 → 4 of 4 questions right" in page_of(alice_client, *two)


def test_one_run_that_has_both_counts_before_two_that_have_one_each(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    both, newer = optimization(connection, examples("a")), optimization(connection, examples("a"))
    measured(both, two[0], {0: WRONG})
    measured(both, two[1], {0: RIGHT})
    measured(newer, two[1], {0: WRONG})
    page = page_of(alice_client, *two)
    assert "Wrong 0.25 Right 1.00 fixed" in page
    assert "two runs" not in page


def test_of_two_runs_it_says_so(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    measured(optimization(connection, examples("b", "a")), two[0], {1: WRONG})
    measured(optimization(connection, examples("a")), two[1], {0: RIGHT})
    page = page_of(alice_client, *two)
    assert "1 question was measured in two runs, which may differ in more than the prompt" in page
    assert "fixed two runs" in page


def test_what_other_connections_measured_counts_nowhere(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path=connection.path)
    for one in two:
        measured(optimization(other, examples("a")), one, {0: RIGHT})
    assert "Neither of the two was measured" in page_of(alice_client, *two)


def test_of_questions_in_conversations_members_are_told_that_there_were_some(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation], alice: User
) -> None:
    run = optimization(connection, examples("episode-1", part=Part.TRAIN))
    for one in two:
        measured(run, one, {0: WEAK})
    assert "What is episode-1?" not in page_of(alice_client, *two)
    assert "A question that somebody asked" in page_of(alice_client, *two)
    alice.memberships.update(role="curator")
    assert "What is episode-1?" in page_of(alice_client, *two)


def test_one_twice_is_nothing_to_compare(alice_client: Client, two: tuple[Generation, Generation]) -> None:
    assert "This is one generation twice" in page_of(alice_client, two[0], two[0])


def test_two_that_say_the_same(alice_client: Client, seed: Generation) -> None:
    page = page_of(alice_client, made(seed, "same"), made(seed, "same"))
    assert "The two say the same." in page


def test_how_people_fare_with_both(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    asked(connection, 1, answered=3, failed=1)
    assert "People 3 of 4 answered Weak: under 8 Nothing asked with it" in page_of(alice_client, *two)


def test_many_questions_cost_as_many_statements_as_few(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    def statements(count: int) -> int:
        ids = [f"verified-{verified(connection, f'Question {number} of {count}').pk}" for number in range(count)]
        run = optimization(connection, examples(*ids))
        for one in two:
            measured(run, one, dict.fromkeys(range(count), RIGHT))
        with CaptureQueriesContext(database) as caught:
            page_of(alice_client, *two)
        return len(caught)

    statements(1)
    assert statements(3) == statements(30)


def test_how_people_fare_is_weak_evidence_where_few_asked(
    alice_client: Client, connection: Connection, two: tuple[Generation, Generation]
) -> None:
    asked(connection, 1, answered=2, failed=1)
    asked(connection, 2, answered=9, failed=1)
    assert "People 2 of 3 answered Weak: under 8 9 of 10 answered (90 %)" in page_of(alice_client, *two)
