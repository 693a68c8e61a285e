"""An answer as programs read it: what its person sees of it in the chat."""

from __future__ import annotations

from typing import cast

from accounts.models import User
from api import shapes
from api.cells import rows_of
from api.problems import Code, Problem
from chat import shown
from chat.answer import AnswerView, AttemptView
from chat.models import Conversation
from datasources.engine import ResultSet
from learning.feedback import judging
from learning.feedback.remarks import BadRemark
from learning.feedback.verdicts import NotPossible
from learning.models import Episode
from learning.results import from_json

_IS_RIGHT = {"correct": True, "wrong": False, "none": None}
_SAID: dict[bool | None, shapes.Judgement | None] = {True: "correct", False: "wrong", None: None}


def address(answer_id: object) -> str:
    return f"/api/v1/answers/{answer_id}"


def answer_of(conversation: Conversation, episode: Episode, page: str) -> shapes.Answer:
    """`page` is the address of its page."""
    view = shown.view_of(conversation, episode)
    return shapes.Answer(
        id=episode.pk,
        conversation_id=conversation.pk,
        connection_id=conversation.connection_id,
        question=view.question,
        status=cast("shapes.Status", view.status),
        doing=view.doing if view.running else "",
        sql=view.sql,
        explanation=view.explanation,
        confidence=_confidence(view),
        other_reading=_other_reading(view),
        is_verified=view.is_recalled,
        attempts=[_attempt(one) for one in view.attempts],
        rows=_page(episode, view.table.result, 0, shapes.HEAD_ROWS) if view.table and not view.running else None,
        error=view.error,
        verdict=_SAID[view.said.is_right],
        asked_at=episode.started_at,
        seconds=view.seconds if view.seconds is None else round(view.seconds, 3),
        url=page,
    )


def rows(episode: Episode, offset: int, limit: int) -> shapes.Rows:
    """A page of those that were kept. Raises Problem."""
    if not episode.result or episode.status == Episode.Status.RUNNING:
        raise Problem(Code.NO_ANSWER, "This answer has no rows: ask for the answer itself, and see its status.")
    return _page(episode, from_json(episode.result), offset, limit)


def judge(episode: Episode, user: User, said: shapes.Verdict) -> None:
    """Raises Problem."""
    try:
        judging.judge(episode, user, _IS_RIGHT[said.verdict])
        if said.remark.strip():
            judging.explain(episode, user, said.remark)
    except (NotPossible, BadRemark) as error:
        raise Problem(Code.NO_ANSWER, str(error)) from None


def _page(episode: Episode, result: ResultSet, offset: int, limit: int) -> shapes.Rows:
    found = rows_of(result, offset, limit)
    if offset + limit < found.total:
        found.next = f"{address(episode.pk)}/rows?offset={offset + limit}&limit={limit}"
    return found


def _attempt(view: AttemptView) -> shapes.Attempt:
    return shapes.Attempt(
        number=view.number,
        strategy=view.strategy,
        sql=view.sql,
        error_class=view.error_class,
        message=view.message,
        hint=view.hint,
        diagnosis=view.diagnosis,
    )


def _confidence(view: AnswerView) -> shapes.Confidence | None:
    sure = view.weighed.assurance
    if sure is None:
        return None
    return shapes.Confidence(likelihood=round(sure.confidence, 3), level=sure.level.value, text=str(sure))


def _other_reading(view: AnswerView) -> shapes.Reading | None:
    choice = view.weighed.choice if view.asks else None
    return shapes.Reading(sql=choice.sides[1].sql, difference=choice.difference) if choice else None
