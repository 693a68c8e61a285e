"""Which earlier turns a question knows."""

import pytest

from accounts.models import User
from agent.prompt import Turn as PromptTurn
from agent.scripted import ScriptedLLM
from chat import asking
from chat.models import Conversation
from datasources.engine import ResultSet
from learning.models import Episode
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
