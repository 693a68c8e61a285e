"""What a Correct did to the verified queries, as it is said under the answer."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from learning.feedback import judging, said
from learning.feedback.said import Verified
from learning.models import Episode, VerifiedQuery
from tests.learning.feedback.conftest import Answered

pytestmark = pytest.mark.django_db

SQL = "SELECT count(*) FROM orders"


def verified(episode: Episode, user: User) -> Verified | None:
    judging.judge(episode, user, True)
    return said.of(episode.connection, [episode], user)[episode.pk].verified


@pytest.mark.parametrize("written", ["select COUNT(*)\nfrom Orders -- all", f"{SQL};"])
def test_the_same_sql_written_otherwise_confirms(answered: Answered, alice: User, written: str) -> None:
    judging.judge(answered(sql=SQL), alice, True)
    assert verified(answered(sql=written), alice) is Verified.CONFIRMED


def test_a_curator_s_sql_written_otherwise_is_confirmed(answered: Answered, alice: User) -> None:
    judging.judge(answered(sql=SQL), alice, True)
    VerifiedQuery.objects.update(is_curated=True)
    assert verified(answered(sql=f"{SQL};"), alice) is Verified.CONFIRMED


def test_an_answer_that_was_recalled_confirms_the_query_that_it_came_from(answered: Answered, alice: User) -> None:
    """Whatever it was asked after: a curator may have said that it follows another question."""
    first = answered("Which are the dearest products?", SQL)
    judging.judge(first, alice, True)
    query = VerifiedQuery.objects.get()
    query.follows, query.key = "Which products are there?", "of both questions"
    query.save()
    recalled = answered("Which are the dearest products?", SQL)
    recalled.recalled, recalled.key = query, query.key
    recalled.save()
    assert verified(recalled, alice) is Verified.CONFIRMED


def test_many_recalled_answers_are_read_in_as_many_queries_as_one(
    answered: Answered, alice: User, django_assert_num_queries: Any
) -> None:
    judging.judge(answered(sql=SQL), alice, True)
    for _ in range(10):
        recalled = answered(sql=SQL)
        recalled.recalled = VerifiedQuery.objects.get()
        recalled.save()
        judging.judge(recalled, alice, True)
    episodes = list(Episode.objects.exclude(recalled=None))
    connection = episodes[0].connection
    with django_assert_num_queries(4):
        found = said.of(connection, episodes, alice)
    assert {one.verified for one in found.values()} == {Verified.CONFIRMED}
