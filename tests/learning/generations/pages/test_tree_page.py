"""The page of all generations."""

from __future__ import annotations

import re

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from datasources.models import Connection
from learning.generations import changing
from learning.generations.pages import tree
from learning.models import Generation
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.generations.pages.made import RIGHT, WRONG, address, comparison, examples, made, optimization
from tests.learning.optimizing.lessons import asked
from tests.learning.overview.asked import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(connection: Connection) -> Generation:
    return changing.seed_of(connection)


def page_of(client: Client, connection: Connection) -> str:
    return words_of(text(client, address("generations", connection)))


def test_of_a_new_connection_there_is_the_seed_and_what_will_happen(
    alice_client: Client, connection: Connection, settings: Settings
) -> None:
    settings.GEPA_OPTIMIZE_EVERY = 4
    ask(connection)
    page = page_of(alice_client, connection)
    assert "Generation 0 In use" in page
    assert "So far there is only the seed" in page
    assert "1 / 4 questions since the last optimization" in page
    assert "Compare two" not in page
    assert "Optimizations are also begun by the team's curators" in page


def test_where_none_begins_by_itself_it_says_so(
    alice_client: Client, connection: Connection, settings: Settings
) -> None:
    settings.GEPA_OPTIMIZE_EVERY = 0
    assert "No optimization begins by itself" in page_of(alice_client, connection)


def test_the_line_in_use_comes_first_and_branches_after_what_they_came_of(
    connection: Connection, seed: Generation, alice: User
) -> None:
    one = made(seed, "one")
    changing.promote(one, alice)
    made(seed, "two")
    three = made(one, "three")
    four = made(three, "four")
    five = made(one, "five")
    changing.promote(five, alice)
    made(four, "six")
    rows = [(row.generation.number, row.level, row.parent) for row in tree.rows(connection)]
    assert rows == [(5, 0, 1), (1, 0, 0), (3, 1, 1), (4, 2, 3), (6, 3, 4), (0, 0, None), (2, 1, 0)]


def test_a_long_branch_is_no_deep_recursion(alice_client: Client, connection: Connection, seed: Generation) -> None:
    last = seed
    for number in range(120):
        last = made(last, f"rule {number}", origin="edited")
    page = page_of(alice_client, connection)
    assert "Generation 120 from 119 , a branch, level 120" in page


def test_what_is_in_use_is_the_line_s_head_after_a_roll_back(
    connection: Connection, seed: Generation, alice: User
) -> None:
    one = made(seed, "one")
    changing.promote(one, alice)
    changing.roll_back(seed, alice, "worse")
    assert [(row.generation.number, row.level) for row in tree.rows(connection)] == [(0, 0), (1, 1)]


def test_each_says_its_state_its_figures_and_how_people_fare(
    alice_client: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    tasks = examples(*"abcd")
    figures = comparison(tasks, [WRONG, WRONG, WRONG, RIGHT], [RIGHT, RIGHT, RIGHT, RIGHT])
    one = made(seed, "one", comparison=figures)
    changing.promote(one, alice)
    asked(connection, 0, answered=5, failed=4)
    asked(connection, 1, answered=2, failed=1)
    page = page_of(alice_client, connection)
    assert "1 → 4 of 4 questions right, 3 fixed, 0 broken. 2 of 3 answered Weak: under 8 Evolved" in page
    assert "Used before What all connections begin with 5 of 9 answered (56" in page


def test_weak_evidence_is_marked(alice_client: Client, connection: Connection, seed: Generation) -> None:
    made(seed, "one", comparison=comparison(examples("a"), [WRONG], [RIGHT]))
    assert "Weak evidence as there is only 1 verified query" in page_of(alice_client, connection)


def test_what_was_written_by_hand_says_by_whom(
    alice_client: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    made(seed, "one", origin="edited", user=alice)
    made(seed, "two", origin="imported")
    page = page_of(alice_client, connection)
    assert "Not measured Nothing asked with it Edited by hand by alice" in page
    assert "Imported by somebody who is gone" in page


def test_runs_say_how_they_ended(alice_client: Client, connection: Connection, seed: Generation) -> None:
    optimization(connection)
    run = optimization(connection, state="stopped", outcome="", message="Cancelled by alice.")
    made(seed, "one", optimization=run)
    page = page_of(alice_client, connection)
    assert "No candidate was better on what it was tried on 2 changes were tried, and none was better." in page
    assert "Stopped Generation 1 Cancelled by alice. Asked for by a curator · 12 questions asked" in page


def test_of_many_runs_a_page_is_shown(alice_client: Client, connection: Connection) -> None:
    for number in range(22):
        optimization(connection, message=f"Run {number}.")
    page = text(alice_client, address("generations", connection))
    assert len(re.findall(r"Run \d+\.", page)) == 20
    assert "Run 0." in text(alice_client, address("generations", connection) + "?page=2")


def test_one_under_way_is_told_instead_of_the_next(curator: Client, connection: Connection) -> None:
    optimization(connection, state="running", phase="trying", outcome="", message="", finished_at=None)
    page = page_of(curator, connection)
    assert "Trying a candidate 12 of 60 questions asked" in page
    assert "Cancel" in page
    assert "Optimize now" not in page


def test_who_curates_has_buttons_and_members_have_none(
    alice_client: Client, connection: Connection, alice: User
) -> None:
    def main() -> str:
        return text(alice_client, address("generations", connection)).partition("<main")[2].partition("</main>")[0]

    buttons = ("Optimize now", "Import", "Edit")
    assert not any(button in main() for button in buttons)
    alice.memberships.update(role="curator")
    assert all(button in main() for button in buttons)


def test_thirty_cost_as_many_statements_as_three(
    alice_client: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    def statements(count: int) -> int:
        while connection.generations.count() < count:
            run = optimization(connection, user=alice)
            made(seed, f"rule {connection.generations.count()}", optimization=run, user=alice)
        with CaptureQueriesContext(
            database,
        ) as caught:
            page_of(alice_client, connection)
        return len(caught)

    statements(2)
    assert statements(3) == statements(30)


def test_generations_evolve_as_data(alice_client: Client, connection: Connection, seed: Generation) -> None:
    made(seed, "<script>alert(1)</script> {{ 7 }} {% now %}", reason="<img src=x>")
    page = alice_client.get(address("generation", connection, 1)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 }} {% now %}" in page
