"""A verdict and what is wrong go together; what was said, and what became of it, is read at once for many answers."""

from typing import Any

import pytest

from accounts.models import User
from learning.feedback import judging, remarks, said, verdicts
from learning.feedback.said import Said, Verified
from learning.models import Episode, Remark, TeamLearning
from tests.learning.feedback.conftest import Answered
from tests.site import MakeUser

pytestmark = pytest.mark.django_db


def of(episode: Episode, user: User) -> Said:
    return said.of(episode.connection, [episode], user).get(episode.pk, Said())


def test_what_is_said_to_be_wrong_makes_it_wrong(answered: Answered, alice: User) -> None:
    episode = answered()
    judging.judge(episode, alice, True)
    judging.explain(episode, alice, "without returns")
    assert verdicts.of(episode, alice) is False


def test_to_say_nothing_leaves_the_verdict(answered: Answered, alice: User) -> None:
    episode = answered()
    judging.judge(episode, alice, True)
    judging.explain(episode, alice, " ")
    assert verdicts.of(episode, alice) is True


def test_a_remark_that_is_too_long_changes_nothing(answered: Answered, alice: User) -> None:
    episode = answered()
    with pytest.raises(remarks.BadRemark):
        judging.explain(episode, alice, "x" * (remarks.LONGEST + 1))
    assert verdicts.of(episode, alice) is None


@pytest.mark.parametrize("then", [True, None])
def test_the_remark_goes_with_the_wrong(answered: Answered, alice: User, then: bool | None) -> None:
    episode = answered()
    judging.explain(episode, alice, "without returns")
    judging.judge(episode, alice, then)
    assert Remark.objects.get().state == Remark.State.WITHDRAWN
    assert of(episode, alice) == Said(then, Verified.NEW if then else None, (), "without returns")


def test_a_rule_that_no_curator_has_seen_goes_too(answered: Answered, alice: User) -> None:
    episode = answered()
    TeamLearning.objects.create(team=episode.connection.team, accepts_remarks=True)
    judging.explain(episode, alice, "without returns")
    judging.judge(episode, alice, None)
    assert not Remark.objects.rules().exists()


def test_what_a_curator_decided_stays(answered: Answered, alice: User, make_user: MakeUser) -> None:
    episode = answered()
    judging.explain(episode, alice, "without returns")
    remarks.accept(Remark.objects.get(), make_user("carol", episode.connection.team))
    judging.judge(episode, alice, None)
    assert Remark.objects.rules().count() == 1
    assert [remark.text for remark in of(episode, alice).remarks] == ["without returns"]


def test_what_others_say_is_not_shown(answered: Answered, alice: User, make_user: MakeUser) -> None:
    episode = answered()
    judging.explain(episode, make_user("carol", episode.connection.team), "without returns")
    assert of(episode, alice) == Said()


def test_many_answers_are_read_in_as_many_queries_as_few(
    answered: Answered, alice: User, django_assert_num_queries: Any
) -> None:
    episodes = [answered(f"Which are the {number} dearest products?") for number in range(20)]
    for number, episode in enumerate(episodes):
        judging.judge(episode, alice, number % 2 == 0)
    with django_assert_num_queries(4):
        found = said.of(episodes[0].connection, episodes, alice)
    assert [found[episode.pk].is_right for episode in episodes] == [True, False] * 10
