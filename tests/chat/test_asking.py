"""Which earlier turns a question knows."""

import pytest

from accounts.models import User
from agent.prompt import Turn as PromptTurn
from agent.scripted import ScriptedLLM
from chat import asking
from chat.models import Conversation
from datasources.engine import ResultSet
from learning.feedback import verdicts
from learning.models import Episode, VerifiedQuery
from learning.recorder import BadQuestion
from learning.results import to_json

FOUND = ResultSet(("n",), ((1,),), truncated=False, elapsed=0.1)

pytestmark = pytest.mark.django_db


def history_of_each(conversation: Conversation, alice: User, questions: int) -> list[tuple[PromptTurn, ...]]:
    """Ask, have it answered, ask again: what each question knew."""
    known = []
    for number in range(questions):
        asked = asking.ask(conversation, alice, f"Question {number}?", ScriptedLLM([]))
        known.append(asked.history)
        answer = {"status": Episode.Status.SUCCEEDED, "sql": f"SELECT {number}", "result": to_json(FOUND)}
        Episode.objects.filter(pk=asked.episode.pk).update(**answer)
    return known


def test_a_question_knows_the_answered_turns_before_it(conversation: Conversation, alice: User) -> None:
    third = history_of_each(conversation, alice, 3)[2]
    assert third == (PromptTurn("Question 0?", "SELECT 0"), PromptTurn("Question 1?", "SELECT 1"))


def test_what_failed_is_not_known(conversation: Conversation, alice: User) -> None:
    history_of_each(conversation, alice, 1)
    Episode.objects.update(status=Episode.Status.FAILED)
    assert history_of_each(conversation, alice, 1) == [()]


def test_sql_that_found_nothing_is_not_shown_again_but_its_question_is_known(
    conversation: Conversation, alice: User
) -> None:
    history_of_each(conversation, alice, 2)
    empty = ResultSet(("name",), (), truncated=False, elapsed=0.1)
    Episode.objects.filter(sql="SELECT 1").update(result=to_json(empty))

    [known] = history_of_each(conversation, alice, 1)
    assert known == (PromptTurn("Question 0?", "SELECT 0"), PromptTurn("Question 1?", ""))


def test_a_fruitless_question_is_forgotten_after_the_next(conversation: Conversation, alice: User) -> None:
    history_of_each(conversation, alice, 1)
    empty = ResultSet(("name",), (), truncated=False, elapsed=0.1)
    Episode.objects.update(result=to_json(empty))

    known = history_of_each(conversation, alice, 2)
    assert known[1] == (PromptTurn("Question 0?", "SELECT 0"),)


def test_old_turns_are_dropped_several_at_a_time(conversation: Conversation, alice: User) -> None:
    known = history_of_each(conversation, alice, 20)
    begins = [turns[0].sql for turns in known if turns]

    assert max(map(len, known)) == 7
    assert len(set(begins)) == 4
    assert begins[-1] == "SELECT 12"


def test_what_was_found_wrong_is_not_told_again(conversation: Conversation, alice: User) -> None:
    history_of_each(conversation, alice, 2)
    verdicts.give(Episode.objects.get(sql="SELECT 0"), alice, is_right=False)

    assert history_of_each(conversation, alice, 1) == [(PromptTurn("Question 1?", "SELECT 1"),)]


def test_what_more_people_find_right_than_wrong_is_told(conversation: Conversation, alice: User, bob: User) -> None:
    history_of_each(conversation, alice, 1)
    verdicts.give(Episode.objects.get(), alice, is_right=False)
    verdicts.give(Episode.objects.get(), bob, is_right=True)

    assert history_of_each(conversation, alice, 1) == [(PromptTurn("Question 0?", "SELECT 0"),)]


def test_an_answer_that_was_asked_for_again_is_not_told_but_the_other_one_is(
    conversation: Conversation, alice: User
) -> None:
    history_of_each(conversation, alice, 2)
    first = Episode.objects.get(sql="SELECT 0")
    again = asking.retry(conversation, alice, first, ScriptedLLM([]))
    assert again.history == ()
    answer = {"status": Episode.Status.SUCCEEDED, "sql": "SELECT 9", "result": to_json(FOUND)}
    Episode.objects.filter(pk=again.episode.pk).update(**answer)

    [known] = history_of_each(conversation, alice, 1)
    assert [turn.sql for turn in known] == ["SELECT 1", "SELECT 9"]


def test_one_answer_is_asked_for_again_only_once(conversation: Conversation, alice: User) -> None:
    history_of_each(conversation, alice, 1)
    first = Episode.objects.get()
    again = asking.retry(conversation, alice, first, ScriptedLLM([]))
    Episode.objects.filter(pk=again.episode.pk).update(status=Episode.Status.FAILED)
    with pytest.raises(BadQuestion, match="already"):
        asking.retry(conversation, alice, first, ScriptedLLM([]))


class TestAFollowUp:
    """What it means depends on the nearest question before it that the model is told: so does its verified query."""

    def test_after_a_wrong_it_follows_the_question_that_was_answered_wrongly(
        self, conversation: Conversation, alice: User
    ) -> None:
        history_of_each(conversation, alice, 2)
        verdicts.give(Episode.objects.get(sql="SELECT 1"), alice, is_right=False)
        asked = asking.ask(conversation, alice, "And by month?", ScriptedLLM([]))
        assert asked.history == (
            PromptTurn("Question 0?", "SELECT 0"),
            PromptTurn("Question 1?", "", is_wrong=True),
        )
        assert asked.episode.follows == "Question 1?"

    def test_after_an_answer_that_was_wanted_otherwise_in_vain_it_follows_that_question(
        self, conversation: Conversation, alice: User
    ) -> None:
        history_of_each(conversation, alice, 1)
        again = asking.retry(conversation, alice, Episode.objects.get(), ScriptedLLM([]))
        Episode.objects.filter(pk=again.episode.pk).update(status=Episode.Status.FAILED)
        asked = asking.ask(conversation, alice, "And by month?", ScriptedLLM([]))
        assert asked.history == (PromptTurn("Question 0?", "", is_wrong=True),)

    def test_asked_again_in_the_same_words_it_follows_what_it_followed_before(
        self, conversation: Conversation, alice: User
    ) -> None:
        history_of_each(conversation, alice, 2)
        verdicts.give(Episode.objects.get(sql="SELECT 1"), alice, is_right=False)
        asked = asking.ask(conversation, alice, " question 1? ", ScriptedLLM([]))
        assert asked.history == (PromptTurn("Question 0?", "SELECT 0"),)

    def test_another_answer_follows_the_same_question_whatever_has_been_asked_since(
        self, conversation: Conversation, alice: User
    ) -> None:
        history_of_each(conversation, alice, 2)
        wanted_otherwise = Episode.objects.get(sql="SELECT 1")
        for number in (2, 3):
            again = asking.retry(conversation, alice, wanted_otherwise, ScriptedLLM([]))
            assert again.episode.follows == "Question 0?"
            answer = {"status": Episode.Status.SUCCEEDED, "sql": f"SELECT {number}0", "result": to_json(FOUND)}
            Episode.objects.filter(pk=again.episode.pk).update(**answer)
            history_of_each(conversation, alice, 1)
            wanted_otherwise = again.episode

    def test_another_answer_follows_the_same_question_though_that_was_answered_wrongly(
        self, conversation: Conversation, alice: User
    ) -> None:
        history_of_each(conversation, alice, 2)
        verdicts.give(Episode.objects.get(sql="SELECT 0"), alice, is_right=False)
        again = asking.retry(conversation, alice, Episode.objects.get(sql="SELECT 1"), ScriptedLLM([]))
        assert again.history == (PromptTurn("Question 0?", "", is_wrong=True),)

    def test_found_right_it_is_verified_after_the_question_that_the_model_was_told(
        self, conversation: Conversation, alice: User
    ) -> None:
        history_of_each(conversation, alice, 2)
        verdicts.give(Episode.objects.get(sql="SELECT 1"), alice, is_right=False)
        asked = asking.ask(conversation, alice, "And by month?", ScriptedLLM([]))
        Episode.objects.filter(pk=asked.episode.pk).update(status=Episode.Status.SUCCEEDED, sql="SELECT 2")
        verdicts.give(asked.episode, alice, is_right=True)
        assert VerifiedQuery.objects.get(question="And by month?").follows == "Question 1?"
