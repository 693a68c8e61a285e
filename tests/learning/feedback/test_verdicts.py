"""Correct and Wrong: who may say what, how often, and what an answer is worth then."""

import pytest

from accounts.models import User
from learning.feedback import verdicts
from learning.models import Episode, Verdict, VerifiedQuery
from tests.learning.feedback.conftest import Answered
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


def rewards(episode: Episode) -> list[float]:
    return [round(reward, 3) for reward in episode.attempts.values_list("reward", flat=True)]


def test_one_person_has_one_verdict_on_an_answer(answered: Answered, alice: User) -> None:
    episode = answered()
    verdicts.give(episode, alice, True)
    verdicts.give(episode, alice, False)
    assert list(Verdict.objects.values_list("is_right", flat=True)) == [False]
    assert verdicts.of(episode, alice) is False


def test_a_verdict_can_be_taken_back(answered: Answered, alice: User) -> None:
    episode = answered()
    verdicts.give(episode, alice, False)
    verdicts.give(episode, alice, None)
    assert verdicts.of(episode, alice) is None
    assert rewards(episode) == [0.9]


def test_what_has_no_answer_cannot_be_judged(answered: Answered, alice: User) -> None:
    episode = answered()
    Episode.objects.update(status=Episode.Status.FAILED)
    with pytest.raises(verdicts.NotPossible):
        verdicts.give(episode, alice, False)
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    ("said", "together"),
    [([], None), ([True], True), ([False], False), ([True, False], None), ([True, True, False], True)],
)
def test_the_majority_counts(
    answered: Answered, alice: User, make_user: MakeUser, said: list[bool], together: bool | None
) -> None:
    episode = answered()
    for number, is_right in enumerate(said):
        verdicts.give(episode, make_user(f"person{number}", alice.teams.get()), is_right)
    assert verdicts.balance(episode) is together


def test_a_wrong_answer_is_worth_less_than_a_failure(answered: Answered, alice: User) -> None:
    episode = answered(failures=1)
    verdicts.give(episode, alice, False)
    assert rewards(episode) == [-0.15, -0.5]  # nor has the failure before it led to an answer
    assert episode.attempts.last().reward_parts == {"success": 0.9, "verdict": -1.4}  # type: ignore[union-attr]
    episode.refresh_from_db()
    assert episode.reward == pytest.approx(-0.65)


def test_correct_confirms_what_it_is_worth(answered: Answered, alice: User) -> None:
    episode = answered(failures=1)
    verdicts.give(episode, alice, False)
    verdicts.give(episode, alice, True)
    assert rewards(episode) == [0.05, 0.9]


def test_correct_makes_a_verified_query(answered: Answered, alice: User) -> None:
    episode = answered("How many orders are there?", "SELECT count(*) FROM orders")
    verdicts.give(episode, alice, True)
    query = VerifiedQuery.objects.active().get()
    assert (query.question, query.sql) == ("How many orders are there?", "SELECT count(*) FROM orders")
    assert (query.created_by, query.episode) == (alice, episode)


def test_a_verdict_that_is_changed_takes_the_verified_query_with_it(answered: Answered, alice: User) -> None:
    episode = answered()
    verdicts.give(episode, alice, True)
    verdicts.give(episode, alice, False)
    assert not VerifiedQuery.objects.active().exists()
    assert VerifiedQuery.objects.get().reason
