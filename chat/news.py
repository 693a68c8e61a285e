"""What became of the prompt between a conversation's questions: optimizations that ended, generations put into use."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from chat.comparing import Changes, line_by_line
from chat.models import Conversation, Turn
from learning.generations.changing import text_in
from learning.models import Activation, Generation, Optimization

SHOWN = 3
"""Between two questions, the latest."""
_LOOKED_AT = 60
_LATEST = 20


@dataclass(frozen=True)
class Card:
    """Another prompt, in use or proposed; where it `is_roll_back`, the one before is in use again, by itself.

    `generation` is the one that was found or is in use again, `other` the one that it is compared with. `comparison` is
    promotion.Verdict as JSON.
    """

    id: str
    at: datetime
    generation: Generation
    other: Generation
    why: str
    comparison: dict[str, Any] | None = None
    is_proposal: bool = False
    is_roll_back: bool = False

    @cached_property
    def changes(self) -> Changes:
        return line_by_line(_lines(self.other), _lines(self.generation))


@dataclass(frozen=True)
class Line:
    """Something that changed nothing, or that a person did, in a sentence; `generation` is the one that it is about."""

    id: str
    at: datetime
    text: str
    generation: Generation | None = None


Item = Card | Line


@dataclass(frozen=True)
class Gap:
    """What happened after one question and before the next, oldest first. `left_out`: how many before these."""

    items: tuple[Item, ...] = ()
    left_out: int = 0


def between(
    conversation: Conversation, asked: Sequence[datetime], since: datetime, until: datetime | None = None
) -> list[Gap]:
    """Before the first of the questions that were `asked`, and after each of them."""
    found: list[list[Item]] = [[] for _ in range(len(asked) + 1)]
    for item in _items(conversation, since, until):
        found[bisect_right(asked, item.at)].append(item)
    return [Gap(tuple(items[-SHOWN:]), max(0, len(items) - SHOWN)) for items in found]


def after(conversation: Conversation, turn: Turn | None) -> Gap:
    """After this turn and before the next; before the first where there is none."""
    since = turn.asked_at if turn else conversation.created_at
    later = conversation.turns.filter(asked_at__gt=turn.asked_at) if turn else conversation.turns.all()
    until = later.order_by("asked_at").values_list("asked_at", flat=True).first()
    return between(conversation, [], since, until)[0]


def cards_before_the_last(conversation: Conversation) -> list[tuple[Turn, Gap]]:
    """After which of the latest questions there are cards, but for the last: what they say of a generation's state may
    have changed."""
    turns = list(reversed(conversation.turns.order_by("-asked_at")[:_LATEST]))
    if not turns:
        return []
    _, *gaps = between(conversation, [turn.asked_at for turn in turns], turns[0].asked_at)
    found = list(zip(turns, gaps, strict=True))[:-1]
    return [(turn, gap) for turn, gap in found if any(isinstance(item, Card) for item in gap.items)]


def _items(conversation: Conversation, since: datetime, until: datetime | None) -> list[Item]:
    connection = conversation.connection
    ended = connection.optimizations.filter(_within("finished_at", since, until)).order_by("-finished_at")
    runs = ended.defer("examples", "notes").prefetch_related("generations__parent")
    changed = connection.activations.filter(_within("at", since, until))
    told = changed.filter(Q(is_automatic=False) | Q(is_roll_back=True))
    activations = told.select_related("generation", "instead_of", "user")
    items = [*map(_of_run, runs[:_LOOKED_AT]), *map(_of_activation, activations[:_LOOKED_AT])]
    return sorted(items, key=lambda item: item.at)


def _within(name: str, since: datetime, until: datetime | None) -> Q:
    return Q(**{f"{name}__gte": since}) & (Q(**{f"{name}__lt": until}) if until else Q())


def _of_run(run: Optimization) -> Item:
    name, at = f"run-{run.pk}", run.finished_at or run.started_at
    generation = next(iter(run.generations.all()), None)
    if generation and generation.parent and generation.state != Generation.State.REJECTED:
        why, is_proposal = generation.reflection, run.outcome == Optimization.Outcome.PROPOSED
        return Card(name, at, generation, generation.parent, why, generation.comparison, is_proposal)
    ended = "was stopped" if run.state == Optimization.State.STOPPED else "ended"
    text = f"An optimization of the prompt {ended}; the prompt stays as it was. {run.message}"
    return Line(name, at, text, generation)


def _of_activation(change: Activation) -> Item:
    name = f"change-{change.pk}"
    if change.is_automatic:
        return Card(name, change.at, change.generation, change.instead_of, change.reason, is_roll_back=True)
    who, number = change.user or "Somebody who is gone", change.generation.number
    done = f"rolled back to generation {number}" if change.is_roll_back else f"put generation {number} into use"
    why = f": {change.reason}" if change.reason else "."
    return Line(name, change.at, f"{who} {done}{why}", change.generation)


def _lines(generation: Generation) -> list[str]:
    text = text_in(generation)
    return [*text.instructions.splitlines(), *(f"- {' '.join(rule.text.split())}" for rule in text.rules)]
