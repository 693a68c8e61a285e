"""Remarks: given by those who ask, decided on by curators. What is accepted becomes a rule of the connection."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode, Remark, TeamLearning

LONGEST = 1000
"""Characters of a remark, a rule and a reason."""

State = Remark.State


class BadRemark(ValueError):
    """The message is a sentence for a person."""


@transaction.atomic
def give(episode: Episode, user: User, text: str, origin: str = Remark.Origin.VERDICT) -> Remark | None:
    """Say what is wrong with an answer, or say it otherwise while nobody has decided on it. Raises BadRemark.

    Without a text, what waits is taken back, and None is returned.
    """
    text = clean(text)
    waiting = Remark.objects.pending().select_for_update().filter(episode=episode, user=user, origin=origin)
    if not text:
        waiting.update(state=State.WITHDRAWN, updated_at=timezone.now())
        return None
    remark = waiting.first() or Remark(
        connection=episode.connection,
        episode=episode,
        user=user,
        origin=origin,
        question=episode.question,
        sql=episode.sql,
    )
    remark.text = text
    if TeamLearning.of(episode.connection.team_id).accepts_remarks:
        remark.state, remark.rule, remark.reviewed_at = State.ACCEPTED, text, timezone.now()
        remark.reason = "The team accepts remarks without review."
    remark.save()
    return remark


def write(connection: Connection, curator: User, rule: str) -> Remark:
    """A curator's own rule. Raises BadRemark."""
    rule = _required(rule)
    return Remark.objects.create(
        connection=connection,
        user=curator,
        origin=Remark.Origin.CURATOR,
        text=rule,
        rule=rule,
        state=State.ACCEPTED,
        reviewer=curator,
        reviewed_at=timezone.now(),
    )


def accept(remark: Remark, reviewer: User, rule: str = "", reason: str = "") -> None:
    """`rule` is what it becomes, where that is not what was said. Raises BadRemark."""
    remark.rule = _required(rule or remark.text)
    _decide(remark, State.ACCEPTED, reviewer, reason)


def reject(remark: Remark, reviewer: User, reason: str = "") -> None:
    """Raises BadRemark."""
    _decide(remark, State.REJECTED, reviewer, reason)


def reopen(remark: Remark, reviewer: User) -> None:
    """Back into the queue: what was decided on it counts no more."""
    _decide(remark, State.PENDING, reviewer, "")


def clean(text: str) -> str:
    """As it is kept, in one line. Raises BadRemark."""
    cleaned = " ".join(text.replace("\0", "").encode(errors="replace").decode().split())
    if len(cleaned) > LONGEST:
        raise BadRemark(f"That has {len(cleaned):,} characters; at most {LONGEST:,} are possible. Shorten it.")
    return cleaned


def _decide(remark: Remark, state: str, reviewer: User, reason: str) -> None:
    remark.state, remark.reviewer, remark.reviewed_at = state, reviewer, timezone.now()
    remark.reason = clean(reason)
    remark.save()


def _required(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise BadRemark("Write the rule first.")
    return cleaned
