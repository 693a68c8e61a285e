"""What verdicts on answers to one question, taken together, do to its verified query."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from datasources.models import Connection
from learning.feedback import verdicts
from learning.models import Episode, VerifiedQuery
from learning.verified import marking, recall
from tests.learning.verified.conftest import MakeVerified
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

QUESTION = "How many orders are there?"
ONE, OTHER = "SELECT count(*) FROM orders", "SELECT count(id) FROM orders WHERE status = 'paid'"


@pytest.fixture
def carol(alice: User, make_user: MakeUser) -> User:
    """Of alice's team."""
    return make_user("carol", alice.teams.get())


def answer(connection: Connection, sql: str = ONE, question: str = QUESTION, **fields: object) -> Episode:
    now = timezone.now()
    return Episode.objects.create(
        connection=connection,
        question=question,
        sql=sql,
        status=Episode.Status.SUCCEEDED,
        model="scripted",
        finished_at=now,
        **fields,
    )


def in_use() -> VerifiedQuery | None:
    return VerifiedQuery.objects.active().first()


def sql_in_use() -> str:
    query = in_use()
    return query.sql if query else ""


def test_the_same_sql_written_otherwise_confirms_what_is_there(connection: Connection, alice: User) -> None:
    verdicts.give(answer(connection), alice, True)
    verdicts.give(answer(connection, "select COUNT(*)\nfrom Orders -- all"), alice, True)
    assert [query.sql for query in VerifiedQuery.objects.all()] == [ONE]


def test_of_two_answers_the_later_counts(connection: Connection, alice: User, carol: User) -> None:
    verdicts.give(answer(connection), alice, True)
    verdicts.give(answer(connection, OTHER), carol, True)
    assert sql_in_use() == OTHER
    assert VerifiedQuery.objects.get(sql=ONE).reason == "carol found another SQL right for the same question."


def test_one_person_s_correct_does_not_put_another_answer_in_place_of_what_more_people_confirmed(
    connection: Connection, alice: User, carol: User, make_user: MakeUser
) -> None:
    first, dora = answer(connection), make_user("dora", alice.teams.get())
    verdicts.give(first, alice, True)
    verdicts.give(first, dora, True)
    verdicts.give(answer(connection, OTHER), carol, True)
    assert sql_in_use() == ONE

    verdicts.give(answer(connection, OTHER), dora, True)
    assert sql_in_use() == OTHER


def test_when_no_more_people_stand_by_it_than_by_a_later_one_the_later_counts(
    connection: Connection, alice: User, carol: User, make_user: MakeUser
) -> None:
    first, second, dora = answer(connection), answer(connection, OTHER), make_user("dora", alice.teams.get())
    for person in (alice, carol, dora):
        verdicts.give(first, person, True)
    for person in (alice, carol):
        verdicts.give(second, person, True)
    assert sql_in_use() == ONE

    verdicts.give(first, dora, None)
    assert sql_in_use() == OTHER


def test_when_the_later_is_taken_back_the_earlier_counts_again(
    connection: Connection, alice: User, carol: User
) -> None:
    verdicts.give(answer(connection), alice, True)
    later = answer(connection, OTHER)
    verdicts.give(later, carol, True)
    verdicts.give(later, carol, None)
    assert sql_in_use() == ONE
    assert VerifiedQuery.objects.count() == 2


def test_what_was_retired_comes_back_instead_of_once_more(connection: Connection, alice: User, carol: User) -> None:
    first = answer(connection)
    verdicts.give(first, alice, True)
    verdicts.give(first, alice, None)
    assert in_use() is None
    again = answer(connection, f"{ONE};")
    verdicts.give(again, carol, True)
    query = VerifiedQuery.objects.get()
    assert query.is_active
    assert (query.reason, query.episode, query.created_by) == ("", again, carol)


def test_what_another_person_confirmed_stays_when_the_first_takes_it_back(
    connection: Connection, alice: User, carol: User
) -> None:
    first = answer(connection)
    verdicts.give(first, alice, True)
    verdicts.give(answer(connection, recalled=in_use()), carol, True)
    verdicts.give(first, alice, None)
    assert sql_in_use() == ONE


def test_what_is_taken_back_concerns_no_other_question(connection: Connection, alice: User) -> None:
    verdicts.give(answer(connection), alice, True)
    other = answer(connection, question="How many orders were ever placed?")
    verdicts.give(other, alice, True)
    verdicts.give(other, alice, None)
    assert [query.question for query in VerifiedQuery.objects.active()] == [QUESTION]


def test_a_recalled_answer_found_wrong_is_recalled_no_more(connection: Connection, alice: User, carol: User) -> None:
    verdicts.give(answer(connection), alice, True)
    verdicts.give(answer(connection, recalled=in_use()), carol, False)
    assert recall.find(connection, QUESTION) == recall.Found()
    assert VerifiedQuery.objects.get().reason == marking.FOUND_WRONG


def test_one_person_s_wrong_weighs_less_than_two_people_s_correct(
    connection: Connection, alice: User, carol: User, make_user: MakeUser
) -> None:
    first = answer(connection)
    verdicts.give(first, alice, True)
    verdicts.give(first, make_user("dora", alice.teams.get()), True)
    verdicts.give(answer(connection, recalled=in_use()), carol, False)
    assert sql_in_use() == ONE


def test_a_person_counts_once_however_many_answers_they_judge(connection: Connection, alice: User, carol: User) -> None:
    verdicts.give(answer(connection), alice, True)
    verdicts.give(answer(connection, recalled=in_use()), alice, True)
    verdicts.give(answer(connection, recalled=in_use()), carol, False)
    assert in_use() is None


def test_when_the_wrong_is_taken_back_it_is_recalled_again(connection: Connection, alice: User, carol: User) -> None:
    verdicts.give(answer(connection), alice, True)
    recalled = answer(connection, recalled=in_use())
    verdicts.give(recalled, carol, False)
    verdicts.give(recalled, carol, None)
    assert sql_in_use() == ONE
    assert VerifiedQuery.objects.count() == 1


def test_while_as_many_find_it_wrong_another_correct_of_the_same_person_does_not_bring_it_back(
    connection: Connection, alice: User, carol: User
) -> None:
    verdicts.give(answer(connection), alice, True)
    verdicts.give(answer(connection, recalled=in_use()), carol, False)
    verdicts.give(answer(connection), alice, True)
    assert in_use() is None
    verdicts.give(answer(connection), carol, True)
    assert sql_in_use() == ONE


def test_when_the_model_mended_what_was_recalled_the_verdict_is_on_what_it_wrote(
    connection: Connection, alice: User, carol: User
) -> None:
    verdicts.give(answer(connection), alice, True)
    verdicts.give(answer(connection, OTHER, recalled=in_use()), carol, False)
    assert sql_in_use() == ONE


class TestOfACurator:
    def test_a_wrong_leaves_it_in_use_and_says_so(
        self, connection: Connection, carol: User, verified: MakeVerified
    ) -> None:
        query = verified(QUESTION, ONE, is_curated=True)
        recalled = answer(connection, recalled=query)
        verdicts.give(recalled, carol, False)
        query.refresh_from_db()
        assert (query.is_active, query.reason) == (True, marking.FOUND_WRONG_IN_USE)
        verdicts.give(recalled, carol, None)
        query.refresh_from_db()
        assert query.reason == ""

    def test_another_answer_found_right_does_not_replace_it(
        self, connection: Connection, carol: User, verified: MakeVerified
    ) -> None:
        query = verified(QUESTION, ONE, is_curated=True)
        verdicts.give(answer(connection, OTHER), carol, True)
        assert [known.pk for known in VerifiedQuery.objects.all()] == [query.pk]

    def test_what_a_curator_retired_takes_no_other_out_of_use(
        self, connection: Connection, alice: User, carol: User
    ) -> None:
        verdicts.give(answer(connection, OTHER), carol, True)
        marking.retire(VerifiedQuery.objects.get(), "Counts test orders")
        verdicts.give(answer(connection), alice, True)
        verdicts.give(answer(connection, OTHER), carol, True)
        assert sql_in_use() == ONE

    def test_what_a_curator_retired_no_verdict_brings_back(
        self, connection: Connection, alice: User, carol: User
    ) -> None:
        verdicts.give(answer(connection), alice, True)
        marking.retire(VerifiedQuery.objects.get(), "Revenue is meant.")
        verdicts.give(answer(connection), carol, True)
        query = VerifiedQuery.objects.get()
        assert (query.is_active, query.reason) == (False, "Revenue is meant.")


class TestOfASchemaThatHasChanged:
    def test_a_late_verdict_has_the_query_run_again(self, connection: Connection, alice: User) -> None:
        connection.refresh_schema()
        old = answer(connection)
        Episode.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=1))
        verdicts.give(old, alice, True)
        assert VerifiedQuery.objects.get().checked_schema == ""
        verdicts.give(answer(connection, question="Which orders?"), alice, True)
        assert VerifiedQuery.objects.get(question="Which orders?").checked_schema == connection.schema_fingerprint

    def test_what_does_not_run_any_more_is_not_put_to_use_by_an_old_answer(
        self, connection: Connection, alice: User, carol: User
    ) -> None:
        old = answer(connection)
        verdicts.give(old, alice, True)
        VerifiedQuery.objects.update(state="broken", checked_at=timezone.now() + timedelta(seconds=1))
        verdicts.give(old, carol, True)
        assert in_use() is None

    def test_an_answer_that_has_run_since_puts_it_to_use(
        self, connection: Connection, alice: User, carol: User
    ) -> None:
        verdicts.give(answer(connection), alice, True)
        VerifiedQuery.objects.update(state="broken", checked_at=timezone.now() - timedelta(seconds=1))
        verdicts.give(answer(connection), carol, True)
        assert sql_in_use() == ONE
        assert VerifiedQuery.objects.count() == 1
