"""An answer that a curator puts right: a verified query, a Wrong with a remark, and a way back."""

from __future__ import annotations

import pytest

from accounts.models import User
from datasources.models import Connection
from learning.feedback import correcting, judging
from learning.feedback.remarks import BadRemark
from learning.models import Correction, Episode, Remark, Verdict, VerifiedQuery
from learning.verified import editing
from learning.verified.editing import BadQuery, Written

pytestmark = pytest.mark.django_db
QUESTION = "How many orders are there?"
WRONG = "SELECT COUNT(*) FROM orders"
RIGHT = "SELECT COUNT(*) FROM orders WHERE status = 'paid'"


@pytest.fixture
def episode(alice: User, connection: Connection) -> Episode:
    return Episode.objects.create(
        connection=connection,
        user=alice,
        source=Episode.Source.CHAT,
        question=QUESTION,
        status=Episode.Status.SUCCEEDED,
        model="scripted",
        sql=WRONG,
    )


def test_what_was_wrong_is_kept_clause_by_clause(alice: User, episode: Episode) -> None:
    query = correcting.correct(episode, alice, Written(QUESTION, RIGHT), "Only paid orders count.")
    correction = Correction.objects.get()
    assert (correction.query, correction.wrong_sql, correction.sql) == (query, WRONG, RIGHT)
    [clause] = correction.clauses
    assert clause["name"] == "the filter"
    assert clause["other"] == ["orders.status is 'paid'"]


def test_the_learner_is_told_a_wrong_with_the_remark(alice: User, episode: Episode) -> None:
    correcting.correct(episode, alice, Written(QUESTION, RIGHT), "Only paid orders count.")
    assert Verdict.objects.get(episode=episode, user=alice).is_right is False
    remark = Remark.objects.get()
    assert (remark.text, remark.sql, remark.state) == ("Only paid orders count.", WRONG, Remark.State.PENDING)
    assert Correction.objects.get().remark == remark


def test_without_a_remark_it_is_a_wrong_alone(alice: User, episode: Episode) -> None:
    correcting.correct(episode, alice, Written(QUESTION, RIGHT), " ")
    assert Verdict.objects.get().is_right is False
    assert not Remark.objects.exists()


def test_what_the_person_has_said_before_stands(alice: User, episode: Episode) -> None:
    judging.judge(episode, alice, True)
    made = VerifiedQuery.objects.get()
    correcting.correct(episode, alice, Written(QUESTION, RIGHT), "Another", made)
    assert Verdict.objects.get().is_right is True
    assert not Remark.objects.exists()
    assert not Correction.objects.get().gave_verdict


def test_the_same_query_in_other_words_is_no_correction(alice: User, episode: Episode) -> None:
    correcting.correct(episode, alice, Written(QUESTION, "select count(*) from orders"), "Nothing")
    assert VerifiedQuery.objects.exists()
    assert not Correction.objects.exists()
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(("sql", "remark"), [("SELECT gone", "x"), (RIGHT, "x" * 1001)])
def test_what_is_refused_changes_nothing(alice: User, episode: Episode, sql: str, remark: str) -> None:
    with pytest.raises((BadQuery, BadRemark)):
        correcting.correct(episode, alice, Written(QUESTION, sql), remark)
    assert not VerifiedQuery.objects.exists()
    assert not Verdict.objects.exists()


def test_taken_back_nothing_of_it_is_in_force(alice: User, episode: Episode) -> None:
    query = correcting.correct(episode, alice, Written(QUESTION, RIGHT), "Only paid orders count.")
    correcting.take_back(Correction.objects.get(), alice)
    query.refresh_from_db()
    assert (query.state, query.reason) == (VerifiedQuery.State.RETIRED, correcting.TAKEN_BACK)
    assert not Verdict.objects.exists()
    assert Remark.objects.get().state == Remark.State.WITHDRAWN
    with pytest.raises(BadQuery, match="already"):
        correcting.take_back(Correction.objects.get(), alice)


def test_taken_back_a_replaced_query_is_what_it_was(alice: User, episode: Episode, connection: Connection) -> None:
    known = editing.add(connection, alice, Written(QUESTION, "SELECT 7"))
    correcting.correct(episode, alice, Written(QUESTION, RIGHT), "", known)
    known.refresh_from_db()
    assert known.sql == RIGHT
    correcting.take_back(Correction.objects.get(), alice)
    known.refresh_from_db()
    assert (known.sql, known.state) == ("SELECT 7", VerifiedQuery.State.ACTIVE)


def test_what_was_edited_since_stays_when_a_correction_is_taken_back(alice: User, episode: Episode) -> None:
    query = correcting.correct(episode, alice, Written(QUESTION, RIGHT), "")
    editing.edit(query, alice, Written(QUESTION, "SELECT 5"))
    correcting.take_back(Correction.objects.get(), alice)
    query.refresh_from_db()
    assert (query.sql, query.state) == ("SELECT 5", VerifiedQuery.State.ACTIVE)
    assert not Verdict.objects.exists()


def test_the_remark_that_is_offered_fits_and_names_the_question(episode: Episode) -> None:
    told = correcting.remark_on(episode, RIGHT)
    assert told == f"Asked “{QUESTION}”: The filter: the right query wants that orders.status is 'paid'."
    many = " AND ".join(f"status <> '{'x' * 40}{number}'" for number in range(60))
    assert len(correcting.remark_on(episode, f"{WRONG} WHERE {many}")) <= 1000
