"""Remarks: given by those who ask, decided on by curators. What is accepted becomes a rule of the connection.

A decision is made under a lock, on a remark as it stands then: of two curators the second is told what the first did.
Where the prompt's generation in use says a remark in its own words, another one is put to use when that is taken back
or reworded: the functions that do so give it.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import User
from agent.plain_text import visible
from datasources import audit
from datasources.models import AuditEntry, Connection
from datasources.storable import storable
from learning import warming
from learning.generations import taking_back
from learning.models import Episode, Generation, Remark, TeamLearning

LONGEST = 1000
"""Characters of a remark, a rule and a reason."""

BY_ITSELF = "The team accepts remarks without review."

State = Remark.State


class BadRemark(ValueError):
    """The message is a sentence for a person."""


class AlreadyDecided(BadRemark):
    """Somebody else was faster; the message says who, and what."""


@transaction.atomic
def give(episode: Episode, user: User, text: str, origin: str = Remark.Origin.VERDICT) -> Remark | None:
    """Say what is wrong with an answer, or say it otherwise while nobody has decided on it. Raises BadRemark.

    Without a text, what waits is taken back, and None is returned. What is a rule already is not said once more.
    """
    text = clean(text)
    given = Remark.objects.filter(episode=episode, user=user, origin=origin)
    waiting = given.pending().select_for_update()
    if not text:
        waiting.update(state=State.WITHDRAWN, updated_at=timezone.now())
        return None
    if rule := given.filter(state=State.ACCEPTED, text=text).first():
        return rule
    remark = waiting.first() or Remark(
        connection=episode.connection,
        episode=episode,
        user=user,
        origin=origin,
        question=episode.question,
        sql=episode.last_sql,
    )
    remark.text, remark.rule = text, ""
    accepted = TeamLearning.of(episode.connection.team_id).accepts_remarks
    if accepted:
        remark.state, remark.rule, remark.reviewed_at = State.ACCEPTED, text, timezone.now()
        remark.reason, remark.reviewer = BY_ITSELF, None
        _put_last(remark)
    remark.save()
    if accepted:
        tell(remark, user, "a remark became a rule by itself")
    return remark


@transaction.atomic
def write(connection: Connection, curator: User, rule: str) -> Remark:
    """A curator's own rule. Raises BadRemark."""
    rule = _required(rule)
    remark = Remark(
        connection=connection,
        user=curator,
        origin=Remark.Origin.CURATOR,
        text=rule,
        rule=rule,
        state=State.ACCEPTED,
        reviewer=curator,
        reviewed_at=timezone.now(),
    )
    _put_last(remark)
    remark.save()
    tell(remark, curator, "a rule was written")
    return remark


@transaction.atomic
def withdraw(given: QuerySet[Remark], author: User) -> None:
    """Take back what no curator has decided on: what waits, and what the team's settings have accepted."""
    undecided = given.filter(state__in=[State.PENDING, State.ACCEPTED], reviewer=None)
    Connection.objects.filter(remarks__in=undecided).lock()
    for remark in undecided.select_for_update(of=("self",)):
        was_rule = remark.state == State.ACCEPTED
        remark.state = State.WITHDRAWN
        remark.save()
        if was_rule:
            tell(remark, author, "a rule was taken back by its author")
            taking_back.drop(remark, author)


@transaction.atomic
def accept(remark: Remark, reviewer: User, rule: str = "", reason: str = "") -> None:
    """`rule` is what it becomes, where that is not what was said. Raises BadRemark."""
    _lock(remark, {State.PENDING})
    remark.rule = _required(rule or remark.text)
    _decide(remark, State.ACCEPTED, reviewer, reason)
    tell(remark, reviewer, "a remark was accepted as a rule")


@transaction.atomic
def reject(remark: Remark, reviewer: User, reason: str = "") -> None:
    """Raises BadRemark."""
    _lock(remark, {State.PENDING})
    _decide(remark, State.REJECTED, reviewer, reason)
    audit.record(remark.connection, reviewer, AuditEntry.Action.CHANGE, f"a remark was rejected: “{remark.text}”")


@transaction.atomic
def reopen(remark: Remark, reviewer: User) -> Generation | None:
    """Back into the queue: what was decided on it counts no more. Raises AlreadyDecided.

    What its author has taken back stays so.
    """
    _lock(remark, {State.ACCEPTED, State.REJECTED})
    was_rule = remark.state == State.ACCEPTED
    remark.state, remark.reviewer, remark.reviewed_at, remark.reason = State.PENDING, None, None, ""
    remark.save()
    if not was_rule:
        return None
    tell(remark, reviewer, "a rule went back into the queue")
    return taking_back.drop(remark, reviewer)


@transaction.atomic
def edit(remark: Remark, curator: User, rule: str) -> Generation | None:
    """Another wording of a rule in force; it keeps its place. Raises BadRemark."""
    _lock(remark, {State.ACCEPTED})
    rule = _required(rule)
    if rule == remark.rule:
        return None
    remark.rule, remark.in_force_since = rule, timezone.now()
    remark.save()
    tell(remark, curator, "a rule was reworded")
    return taking_back.reword(remark, curator)


@transaction.atomic
def stop(remark: Remark, curator: User) -> Generation | None:
    """A rule is in force no more; `resume` is the way back. Raises AlreadyDecided."""
    _lock(remark, {State.ACCEPTED})
    _decide(remark, State.WITHDRAWN, curator, "")
    tell(remark, curator, "a rule was stopped")
    return taking_back.drop(remark, curator)


@transaction.atomic
def resume(remark: Remark, curator: User) -> None:
    """A rule that was stopped is in force again, as the last of all. Raises AlreadyDecided."""
    _lock(remark, {State.WITHDRAWN})
    if not remark.is_stopped:
        raise AlreadyDecided(what_happened(remark))
    _decide(remark, State.ACCEPTED, curator, "")
    tell(remark, curator, "a rule is in force again")


def waiting_for(connection: Connection, user: User) -> int:
    """How many remarks wait for this person's decision: none for who is no curator."""
    role = connection.team.role_of(user)
    return connection.remarks.pending().count() if role and role.may_curate else 0


def what_happened(remark: Remark) -> str:
    """That it is not as somebody has seen it: a sentence for them."""
    who = remark.reviewer.get_username() if remark.reviewer else "Somebody"
    match remark.state:
        case State.ACCEPTED:
            return f"{who} has accepted this remark already, as “{remark.rule}”. Nothing was changed."
        case State.REJECTED:
            return f"{who} has rejected this remark already. Nothing was changed."
        case State.WITHDRAWN:
            return "This was taken back meanwhile. Nothing was changed."
        case _:
            return "This was put back into the queue meanwhile. Nothing was changed."


def clean(text: str) -> str:
    """As it is kept, in one line. Raises BadRemark."""
    cleaned = " ".join(visible(storable(text)).split())
    if len(cleaned) > LONGEST:
        raise BadRemark(f"That has {len(cleaned):,} characters; at most {LONGEST:,} are possible. Shorten it.")
    return cleaned


def _lock(remark: Remark, expected: set[State]) -> None:
    """`remark` as it stands now, and nobody else decides until this is over. Raises AlreadyDecided."""
    Connection.objects.filter(pk=remark.connection_id).lock()
    now = Remark.objects.select_for_update(of=("self",)).select_related("reviewer").get(pk=remark.pk)
    for field in (
        "state", "text", "rule", "reason", "reviewer", "reviewed_at", "in_force_since", "position", "absorbed_in",
    ):  # fmt: skip
        setattr(remark, field, getattr(now, field))
    if remark.state not in expected:
        raise AlreadyDecided(what_happened(remark))


def _decide(remark: Remark, state: str, reviewer: User, reason: str) -> None:
    remark.state, remark.reviewer, remark.reviewed_at = state, reviewer, timezone.now()
    remark.reason = clean(reason)
    if state == State.ACCEPTED:
        _put_last(remark)
    remark.save()


def _put_last(rule: Remark) -> None:
    """It comes into force now, after the rules that are there."""
    last = rule.connection.remarks.rules().aggregate(Max("position"))["position__max"] or 0
    rule.in_force_since, rule.position = timezone.now(), last + 1


def tell(remark: Remark, user: User, what: str) -> None:
    """Questions are asked with other rules from now on: that goes on record, and the model reads them beforehand."""
    audit.record(remark.connection, user, AuditEntry.Action.CHANGE, f"{what}: “{remark.rule}”")
    warming.enqueue(remark.connection)


def _required(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise BadRemark("Write the rule first.")
    return cleaned
