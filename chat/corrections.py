"""What is typed after an answer: a question, or a remark on that answer. Taken one way, it can be taken the other."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from accounts.models import User
from agent.llm import LLM
from chat import asking
from chat.asking import Asked
from chat.models import Conversation, Turn
from chat.requests import lock
from learning.feedback import judging, remarks, verdicts
from learning.feedback.corrections import is_correction
from learning.models import Episode, Remark
from learning.recorder import BadQuestion, clean_question

NOTHING_ABOVE = "There is no answer above that this could be a remark on."


@transaction.atomic
def put(conversation: Conversation, user: User, text: str, llm: LLM) -> Asked:
    """Ask `text`, or, where it corrects the last answer, take it as a remark on that and ask for another one.

    Raises BadQuestion.
    """
    lock(conversation)
    text = clean_question(text)
    wrong = above(conversation)
    if wrong and is_correction(text, wrong.question, wrong.last_sql):
        return _correct(conversation, user, wrong, text, llm)
    return asking.ask(conversation, user, text, llm)


@transaction.atomic
def as_question(conversation: Conversation, user: User, answer: Episode, llm: LLM) -> Asked | None:
    """Ask what was taken as a remark: that and its Wrong are taken back. None where it has been asked already.

    Raises BadQuestion.
    """
    turn = _replaced(conversation, answer, was_remark=True)
    if turn is None:
        return None
    wrong = turn.episode.retry_of
    _take_back(turn, user)
    asked = asking.ask(conversation, user, turn.typed, llm)
    return replace(asked, replaced=turn.episode, judged=wrong)


@transaction.atomic
def as_remark(conversation: Conversation, user: User, answer: Episode, llm: LLM) -> Asked | None:
    """Take what was asked as a remark on the answer before it, and ask for another one than that. None where it has
    been taken so already.

    Raises BadQuestion, BadRemark.
    """
    turn = _replaced(conversation, answer, was_remark=False)
    if turn is None:
        return None
    wrong = above(conversation, turn)
    if wrong is None:
        raise BadQuestion(NOTHING_ABOVE)
    if verdicts.of(turn.episode, user) is not None:
        judging.judge(turn.episode, user, None)
    return replace(_correct(conversation, user, wrong, turn.episode.question, llm), replaced=turn.episode)


def above(conversation: Conversation, turn: Turn | None = None) -> Episode | None:
    """The last answer (before `turn`) if something can be wrong with it: it was found, or SQL for it was tried."""
    turns = conversation.turns.filter(replaced=False).select_related("episode").defer("episode__result")
    if turn:
        turns = turns.filter(asked_at__lt=turn.asked_at)
    last = turns.order_by("asked_at").last()
    if last is None or last.episode.status == Episode.Status.RUNNING or not last.episode.last_sql:
        return None
    return last.episode


def _correct(conversation: Conversation, user: User, wrong: Episode, text: str, llm: LLM) -> Asked:
    before = verdicts.of(wrong, user)
    if wrong.status == Episode.Status.SUCCEEDED:
        verdicts.give(wrong, user, False)
    remark = remarks.give(wrong, user, text, Remark.Origin.TYPED)
    asked = asking.retry(conversation, user, wrong, llm)
    Turn.objects.filter(episode=asked.episode).update(typed=text, remark=remark, verdict_before=before)
    return replace(asked, judged=wrong)


def _take_back(turn: Turn, user: User) -> None:
    """The remark, the verdict that came with it, and that the answer was wanted in another's place."""
    remarks.withdraw(Remark.objects.filter(turns=turn), user)
    wrong = turn.episode.retry_of
    if wrong and wrong.status == Episode.Status.SUCCEEDED and verdicts.of(wrong, user) is False:
        judging.judge(wrong, user, turn.verdict_before)
    turn.episode.retry_of = None
    turn.episode.save(update_fields=["retry_of"])


def _replaced(conversation: Conversation, answer: Episode, *, was_remark: bool) -> Turn | None:
    """The turn of this answer, which counts no more; None where it did not count before, or was taken the other way."""
    lock(conversation)
    turn = conversation.turns.select_related("episode__retry_of").filter(episode=answer, replaced=False).first()
    if turn is None or bool(turn.typed) is not was_remark:
        return None
    turn.replaced = True
    turn.save(update_fields=["replaced"])
    return turn
