"""How what was typed was taken, as the pages say it, and whether it can be taken the other way."""

import pytest
from django.test import Client
from django.urls import reverse

from agent.scripted import ScriptedLLM
from chat import asking, corrections, taken
from chat.models import Conversation, Turn
from datasources.engine import ResultSet
from learning.models import Attempt, Episode, TeamLearning
from learning.results import to_json

pytestmark = pytest.mark.django_db

FOUND = ResultSet(("n",), ((1,),), truncated=False, elapsed=0.1)
QUESTION = "What is the revenue of each store?"
CORRECTION = "use paid_at, not created_at"
MODEL = ScriptedLLM([])


def answered(conversation: Conversation, text: str) -> Turn:
    return ended(corrections.put(conversation, conversation.user, text, MODEL).episode)


def ended(episode: Episode) -> Turn:
    sql = f"SELECT {episode.pk.int}"
    Episode.objects.filter(pk=episode.pk).update(status=Episode.Status.SUCCEEDED, sql=sql, result=to_json(FOUND))
    Attempt.objects.create(episode=episode, number=1, strategy="generate", sql=sql)
    return Turn.objects.select_related("episode", "remark").get(episode=episode)


def page(client: Client, name: str, pk: object) -> str:
    return " ".join(client.get(reverse(name, args=[pk])).content.decode().split())


def test_a_question_after_an_answer_could_be_a_remark_and_the_first_could_not(conversation: Conversation) -> None:
    first, second = answered(conversation, QUESTION), answered(conversation, "And by month?")
    assert not taken.could_be_remark(conversation, first)
    assert taken.could_be_remark(conversation, second)


def test_a_question_that_was_asked_again_could_not(conversation: Conversation) -> None:
    answered(conversation, "How many stores are there?")
    wrong = answered(conversation, QUESTION).episode
    again = ended(asking.retry(conversation, conversation.user, wrong, MODEL).episode)
    assert not taken.could_be_remark(conversation, again)


def test_what_was_taken_otherwise_since_cannot_be_switched_again(conversation: Conversation) -> None:
    answered(conversation, QUESTION)
    turn = answered(conversation, CORRECTION)
    assert taken.of(turn).can_switch
    corrections.as_question(conversation, conversation.user, turn.episode, MODEL)
    turn.refresh_from_db()
    assert not taken.of(turn).can_switch


@pytest.mark.parametrize(
    ("accepts", "words"), [(False, "for the curators to see"), (True, "and as a rule from now on")]
)
def test_a_remark_says_whether_it_is_a_rule(
    conversation: Conversation, alice_client: Client, accepts: bool, words: str
) -> None:
    TeamLearning.objects.create(team=conversation.connection.team, accepts_remarks=accepts)
    answered(conversation, QUESTION)
    answered(conversation, CORRECTION)
    assert f"Taken as a remark on the answer above, {words}." in page(alice_client, "conversation", conversation.pk)


def test_the_page_of_an_answer_whose_remark_was_taken_back_does_not_say_that_it_is_one(
    conversation: Conversation, alice_client: Client
) -> None:
    answered(conversation, QUESTION)
    turn = answered(conversation, CORRECTION)
    assert "Taken as a remark" in page(alice_client, "answer", turn.episode_id)
    corrections.as_question(conversation, conversation.user, turn.episode, MODEL)
    html = page(alice_client, "answer", turn.episode_id)
    assert "Taken as a remark" not in html
    assert "First taken as a remark, and asked as a question since." in html
