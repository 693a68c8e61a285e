"""Which verified queries are like a question."""

from pathlib import Path

import pytest

from accounts.models import User
from agent.prompt import Example
from datasources.models import Connection
from learning.benchmark.tasks import built_in
from learning.models import VerifiedQuery
from learning.verified import retrieval
from learning.verified.retrieval import nearest, similar
from tests.learning.verified.conftest import MakeVerified

KNOWN = [
    Example("How many orders were cancelled?", "SELECT 1"),
    Example("Which products cost more than 100?", "SELECT 2"),
    Example("What is the total revenue by month?", "SELECT 3"),
]

PARAPHRASES = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parent / "paraphrases.txt").read_text().splitlines()
]


def questions(found: list[Example] | list[VerifiedQuery]) -> list[str]:
    return [each.question for each in found]


def test_the_most_similar_is_last() -> None:
    assert questions(nearest("How many products cost more than 200?", KNOWN, 2))[-1] == KNOWN[1].question


def test_another_form_of_a_word_is_found() -> None:
    assert nearest("cancellation rate", KNOWN, 1) == [KNOWN[0]]


def test_no_more_than_asked_for() -> None:
    assert len(nearest("How many orders, products and months?", KNOWN, 2)) == 2


@pytest.mark.parametrize("question", ["how many orders were cancelled", "How many  orders were cancelled ?"])
def test_never_the_very_same_question(question: str) -> None:
    assert KNOWN[0] not in nearest(question, KNOWN, 3)


def test_of_two_with_the_same_sql_only_the_nearer() -> None:
    same = [Example("Cancelled orders", "SELECT  1;"), KNOWN[0]]
    assert questions(nearest("Count the orders that were cancelled", same, 4)) == [KNOWN[0].question]


@pytest.mark.parametrize("question", ["", "?!", "你好吗朋友", "ü"])
def test_where_nothing_is_similar_the_first_are_shown_for_how_this_database_is_asked(question: str) -> None:
    assert nearest(question, KNOWN, 2) == [KNOWN[1], KNOWN[0]]


@pytest.mark.parametrize("known", [[], [KNOWN[0]]])
def test_without_another_question_there_is_none(known: list[Example]) -> None:
    assert nearest(KNOWN[0].question, known, 4) == []


def test_questions_without_a_word_can_be_known() -> None:
    known = [Example("?", "SELECT 1")]
    assert nearest("How many orders?", known, 4) == known


def test_a_question_in_other_words_is_among_the_first_four_nearly_always() -> None:
    """Measured: 29 of 30, and 25 of them first."""
    known = [Example(task.question, f"SELECT '{task.id}'") for task in built_in()]
    found = {asked: [each.sql for each in nearest(asked, known, 4)] for _, asked in PARAPHRASES}
    assert sum(f"SELECT '{task}'" in found[asked] for task, asked in PARAPHRASES) >= 28
    assert sum(f"SELECT '{task}'" == found[asked][-1] for task, asked in PARAPHRASES) >= 23


@pytest.mark.django_db
class TestOfAConnection:
    def test_only_those_in_use(self, connection: Connection, verified: MakeVerified) -> None:
        verified("How many orders are paid?", state="retired")
        verified("How many orders are open?", state="broken")
        used = verified("How many orders are lost?")
        assert similar(connection, "How many orders are there?") == [used]

    def test_only_its_own(self, connection: Connection, bob: User, verified: MakeVerified) -> None:
        other = Connection.objects.create(team=bob.teams.get(), name="other", path="other.sqlite3")
        verified("How many orders are paid?", connection=other)
        assert similar(connection, "How many orders are there?") == []

    def test_four_at_most(self, connection: Connection, verified: MakeVerified) -> None:
        for number in range(6):
            verified(f"How many orders are in state {number}?")
        assert len(similar(connection, "How many orders are there?")) == 4

    def test_never_the_very_same_question(self, connection: Connection, verified: MakeVerified) -> None:
        verified("How many orders are there?")
        assert similar(connection, "how many orders are there") == []

    def test_the_same_words_after_another_question_are_another_question(
        self, connection: Connection, verified: MakeVerified
    ) -> None:
        after = verified("And last year?", follows="How many orders are there?")
        assert similar(connection, "And last year?", "How many orders are there?") == []
        assert similar(connection, "And last year?", "How many orders are cancelled?") == [after]

    def test_a_question_that_goes_on_is_looked_for_with_the_one_before(
        self, connection: Connection, verified: MakeVerified
    ) -> None:
        verified("What does the lamp cost?")
        orders = verified("How many orders are paid?")
        assert similar(connection, "And now?", "How many orders are there?", limit=1) == [orders]

    def test_what_was_added_a_moment_ago_is_found(self, connection: Connection, verified: MakeVerified) -> None:
        similar(connection, "How many orders are there?")
        added = verified("How many orders are lost?")
        assert similar(connection, "How many orders are there?") == [added]

    def test_what_was_edited_or_retired_a_moment_ago_is_as_it_is_now(
        self, connection: Connection, verified: MakeVerified
    ) -> None:
        query = verified("How many orders are lost?")
        similar(connection, "How many orders are there?")
        query.sql = "SELECT 7"
        query.save()
        assert similar(connection, "How many orders are there?")[0].sql == "SELECT 7"
        query.state = VerifiedQuery.State.RETIRED
        query.save()
        assert similar(connection, "How many orders are there?") == []

    def test_what_was_deleted_is_gone(self, connection: Connection, verified: MakeVerified) -> None:
        kept, lost = verified("How many orders are paid?"), verified("How many orders are lost?")
        similar(connection, "How many orders are there?")
        lost.delete()
        assert similar(connection, "How many orders are there?") == [kept]

    def test_while_nothing_changes_they_are_not_read_again(
        self, connection: Connection, verified: MakeVerified, django_assert_num_queries: object
    ) -> None:
        verified("How many orders are lost?")
        similar(connection, "How many orders are there?")
        with django_assert_num_queries(2):  # type: ignore[operator]
            similar(connection, "How many orders are paid?")

    def test_of_very_many_those_that_were_changed_last(
        self, connection: Connection, verified: MakeVerified, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retrieval, "CONSIDERED", 2)
        for number in range(3):
            verified(f"How many orders are in state {number}?")
        found = similar(connection, "How many orders are there?")
        assert sorted(questions(found)) == ["How many orders are in state 1?", "How many orders are in state 2?"]
