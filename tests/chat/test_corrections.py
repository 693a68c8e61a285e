"""What is typed after an answer is a question, or a remark on it; taken one way, it can be taken the other."""

import pytest

from accounts.models import User
from agent.prompt import Turn as PromptTurn
from agent.scripted import ScriptedLLM
from chat import asking, corrections, pages
from chat.asking import Asked
from chat.models import Conversation, Turn
from datasources.engine import ResultSet
from learning.feedback import remarks, verdicts
from learning.models import Attempt, Episode, Remark, TeamLearning, VerifiedQuery
from learning.recorder import BadQuestion
from learning.results import to_json
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

FOUND = ResultSet(("n",), ((1,),), truncated=False, elapsed=0.1)
QUESTION = "What is the revenue of each store?"
CORRECTION = "use paid_at, not created_at"
MODEL = ScriptedLLM([])


def put(conversation: Conversation, text: str) -> Asked:
    return corrections.put(conversation, conversation.user, text, MODEL)


def answered(conversation: Conversation, text: str = QUESTION, status: str = Episode.Status.SUCCEEDED) -> Episode:
    return ended(put(conversation, text), status)


def ended(asked: Asked | None, status: str = Episode.Status.SUCCEEDED) -> Episode:
    assert asked
    found = status == Episode.Status.SUCCEEDED
    answer = {"sql": f"SELECT {asked.episode.pk.int}", "result": to_json(FOUND)} if found else {}
    Episode.objects.filter(pk=asked.episode.pk).update(status=status, **answer)
    Attempt.objects.create(episode=asked.episode, number=1, strategy="generate", sql="SELECT created_at FROM orders")
    return Episode.objects.get(pk=asked.episode.pk)


def as_question(conversation: Conversation, answer: Episode) -> Asked | None:
    return corrections.as_question(conversation, conversation.user, answer, MODEL)


def as_remark(conversation: Conversation, answer: Episode) -> Asked | None:
    return corrections.as_remark(conversation, conversation.user, answer, MODEL)


def test_a_correction_is_a_remark_on_the_last_answer_and_calls_it_wrong(
    conversation: Conversation, alice: User
) -> None:
    wrong = answered(conversation)
    asked = put(conversation, CORRECTION)
    remark = Remark.objects.get()
    assert (remark.text, remark.origin, remark.episode, remark.user) == (CORRECTION, "typed", wrong, alice)
    assert verdicts.of(wrong, alice) is False
    assert (asked.episode.question, asked.episode.retry_of) == (QUESTION, wrong)


def test_its_turn_keeps_what_was_typed(conversation: Conversation) -> None:
    answered(conversation)
    put(conversation, f"  {CORRECTION}\n")
    turn = conversation.turns.order_by("asked_at").last()
    assert turn
    assert (turn.words, turn.remark) == (CORRECTION, Remark.objects.get())


def test_it_is_found_by_what_was_typed(conversation: Conversation, alice: User) -> None:
    answered(conversation)
    put(conversation, CORRECTION)
    assert pages.groups(alice, "PAID_AT") == [("Today", [conversation])]
    assert pages.groups(alice, "refunds") == []


def test_a_question_is_asked(conversation: Conversation) -> None:
    answered(conversation)
    assert put(conversation, "And by month?").episode.question == "And by month?"
    assert not Remark.objects.exists()


def test_without_an_answer_before_it_everything_is_a_question(conversation: Conversation) -> None:
    assert put(conversation, CORRECTION).episode.question == CORRECTION


def test_after_an_answer_for_which_no_sql_was_tried_too(conversation: Conversation) -> None:
    asking.ask(conversation, conversation.user, QUESTION, MODEL)
    Episode.objects.update(status=Episode.Status.FAILED)
    assert put(conversation, CORRECTION).episode.question == CORRECTION


@pytest.mark.parametrize("status", [Episode.Status.FAILED, Episode.Status.STOPPED, Episode.Status.INTERRUPTED])
def test_what_was_tried_in_vain_can_be_corrected_without_a_verdict(
    conversation: Conversation, alice: User, status: str
) -> None:
    wrong = answered(conversation, status=status)
    assert put(conversation, CORRECTION).episode.retry_of == wrong
    assert Remark.objects.get().episode == wrong
    assert Remark.objects.get().sql == "SELECT created_at FROM orders"
    assert verdicts.of(wrong, alice) is None


def test_while_an_answer_is_written_nothing_is_taken(conversation: Conversation) -> None:
    put(conversation, QUESTION)
    with pytest.raises(BadQuestion, match="still being written"):
        put(conversation, CORRECTION)
    assert not Remark.objects.exists()


def test_a_correction_can_be_corrected(conversation: Conversation) -> None:
    answered(conversation)
    second = answered(conversation, CORRECTION)
    third = put(conversation, "no, exclude the returns").episode
    assert (third.retry_of, third.question) == (second, QUESTION)
    assert Remark.objects.count() == 2


# ---- A remark that was meant as a question


def test_it_is_asked_and_the_remark_and_the_verdict_are_taken_back(conversation: Conversation, alice: User) -> None:
    wrong = answered(conversation)
    corrected = answered(conversation, CORRECTION)
    asked = as_question(conversation, corrected)
    assert asked
    assert (asked.episode.question, asked.episode.retry_of) == (CORRECTION, None)
    assert Remark.objects.get().state == Remark.State.WITHDRAWN
    assert verdicts.of(wrong, alice) is None


@pytest.mark.parametrize("before", [True, False, None])
def test_the_verdict_is_what_it_was_before(conversation: Conversation, alice: User, before: bool | None) -> None:
    wrong = answered(conversation)
    verdicts.give(wrong, alice, before)
    as_question(conversation, answered(conversation, CORRECTION))
    assert verdicts.of(wrong, alice) is before
    assert VerifiedQuery.objects.active().exists() is (before is True)


def test_a_verdict_that_was_changed_since_stays(conversation: Conversation, alice: User) -> None:
    wrong = answered(conversation)
    corrected = answered(conversation, CORRECTION)
    verdicts.give(wrong, alice, True)
    as_question(conversation, corrected)
    assert verdicts.of(wrong, alice) is True


def test_what_a_curator_decided_meanwhile_stays(conversation: Conversation, make_user: MakeUser) -> None:
    answered(conversation)
    corrected = answered(conversation, CORRECTION)
    remarks.accept(Remark.objects.get(), make_user("carol", conversation.connection.team))
    as_question(conversation, corrected)
    assert Remark.objects.get().state == Remark.State.ACCEPTED


def test_a_rule_that_nobody_reviewed_is_taken_back(conversation: Conversation) -> None:
    TeamLearning.objects.create(team=conversation.connection.team, accepts_remarks=True)
    answered(conversation)
    as_question(conversation, answered(conversation, CORRECTION))
    assert not Remark.objects.rules().exists()


def test_the_question_knows_the_answer_that_was_called_wrong_but_not_the_other(conversation: Conversation) -> None:
    wrong = answered(conversation)
    asked = as_question(conversation, answered(conversation, CORRECTION))
    assert asked
    assert asked.history == (PromptTurn(QUESTION, wrong.sql),)


def test_it_is_asked_once(conversation: Conversation) -> None:
    answered(conversation)
    corrected = answered(conversation, CORRECTION)
    ended(as_question(conversation, corrected))
    assert as_question(conversation, corrected) is None
    assert as_remark(conversation, corrected) is None
    assert Turn.objects.count() == 3


def test_what_was_taken_as_a_question_is_not_asked_again(conversation: Conversation) -> None:
    assert as_question(conversation, answered(conversation)) is None
    assert not Turn.objects.filter(replaced=True).exists()


def test_nothing_is_taken_back_while_it_cannot_be_asked(conversation: Conversation, alice: User) -> None:
    wrong = answered(conversation)
    running = put(conversation, CORRECTION).episode
    with pytest.raises(BadQuestion):
        as_question(conversation, running)
    assert Remark.objects.get().state == Remark.State.PENDING
    assert verdicts.of(wrong, alice) is False
    assert not Turn.objects.filter(replaced=True).exists()


# ---- A question that was meant as a remark


def test_it_is_a_remark_on_the_answer_before_it(conversation: Conversation, alice: User) -> None:
    wrong = answered(conversation)
    asked = as_remark(conversation, answered(conversation, "exclude cancelled orders"))
    assert asked
    assert (asked.episode.question, asked.episode.retry_of) == (QUESTION, wrong)
    assert (Remark.objects.get().text, Remark.objects.get().episode) == ("exclude cancelled orders", wrong)
    assert verdicts.of(wrong, alice) is False


def test_its_own_answer_counts_no_more(conversation: Conversation, alice: User) -> None:
    answered(conversation, "How many stores are there?")
    answered(conversation)
    aside = answered(conversation, "exclude cancelled orders")
    verdicts.give(aside, alice, True)
    ended(as_remark(conversation, aside))
    assert not VerifiedQuery.objects.active().exists()
    known = put(conversation, "And by month?").history
    assert "exclude cancelled orders" not in [turn.question for turn in known]


def test_a_first_question_cannot_be_a_remark(conversation: Conversation) -> None:
    first = answered(conversation)
    with pytest.raises(BadQuestion, match="no answer above"):
        as_remark(conversation, first)
    assert not Turn.objects.filter(replaced=True).exists()


def test_a_question_too_long_for_a_remark_stays_one(conversation: Conversation) -> None:
    answered(conversation)
    long = answered(conversation, "x" * 2000)
    with pytest.raises(remarks.BadRemark):
        as_remark(conversation, long)
    assert not Turn.objects.filter(replaced=True).exists()


def test_what_was_taken_as_a_remark_is_no_remark_once_more(conversation: Conversation) -> None:
    answered(conversation)
    assert as_remark(conversation, answered(conversation, CORRECTION)) is None
    assert Remark.objects.count() == 1
    assert not Turn.objects.filter(replaced=True).exists()


def test_there_and_back_again(conversation: Conversation, alice: User) -> None:
    wrong = answered(conversation)
    one_way = answered(conversation, CORRECTION)
    other_way = ended(as_question(conversation, one_way))
    back = ended(as_remark(conversation, other_way))
    assert back.retry_of == wrong
    assert list(Remark.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "pending"]
    assert verdicts.of(wrong, alice) is False


def test_another_conversation_s_answer_is_left_alone(conversation: Conversation, alice: User) -> None:
    answered(conversation)
    corrected = answered(conversation, CORRECTION)
    other = Conversation.objects.create(user=alice, connection=conversation.connection)
    assert as_question(other, corrected) is None
    assert Remark.objects.get().state == Remark.State.PENDING
