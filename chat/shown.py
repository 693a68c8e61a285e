"""Answers as the person sees them who asked: with what they say of them, and how their words were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat import render, taken
from chat.answer import AnswerView
from chat.asking import Asked
from chat.models import Conversation, Turn
from chat.pages import current_views, new_view
from learning.feedback import said
from learning.models import Episode


@dataclass(frozen=True)
class Begun:
    """A question that is about to be answered: its view, and the HTML that shows it and what it changed above."""

    view: AnswerView
    html: str


def views(conversation: Conversation, turns: Sequence[Turn]) -> list[AnswerView]:
    """Of turns in their order. Whether a question could have been a remark is only looked up for the last of them."""
    episodes = [turn.episode for turn in turns]
    of_each = said.of(conversation.connection, episodes, conversation.user)
    found = current_views(episodes)
    for turn, view in zip(turns, found, strict=True):
        view.said = of_each.get(turn.episode_id, said.Said())
        view.taken = taken.of(turn, turn is turns[-1] and taken.could_be_remark(conversation, turn))
    return found


def view_of(conversation: Conversation, episode: Episode) -> AnswerView:
    turn = conversation.turns.select_related("remark").get(episode=episode)
    turn.episode = episode
    [view] = views(conversation, [turn])
    return view


def begun(conversation: Conversation, asked: Asked) -> Begun:
    turn = conversation.turns.select_related("episode", "remark").get(episode=asked.episode)
    view = new_view(asked.episode)
    view.taken = taken.of(turn, taken.could_be_remark(conversation, turn))
    judged = asked.judged or asked.episode.retry_of
    above = _judged(view_of(conversation, judged)) if judged else ""
    if asked.replaced:
        above += render.turn_again(view_of(conversation, asked.replaced))
    return Begun(view, above + render.turn(view))


def _judged(view: AnswerView) -> str:
    """The answer above, of which something has been said; whole where it was one of two to choose from."""
    was_asking = view.weighed.found is not None or view.weighed.is_picked
    return render.answer(view) if was_asking else render.verdict(view)
