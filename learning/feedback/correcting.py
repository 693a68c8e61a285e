"""An answer put right by hand: the strongest correction there is. It becomes a verified query, and what was wrong with
the answer is kept clause by clause, and told to the learner as a Wrong with a remark is."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agent.explanation.difference import Clause, clauses
from agent.same_sql import same_query
from datasources.models import Connection
from learning.feedback import judging, verdicts
from learning.feedback.remarks import LONGEST, clean
from learning.models import Correction, Episode, Remark, VerifiedQuery
from learning.verified import editing
from learning.verified.editing import BadQuery, Written

TAKEN_BACK = "The correction that it came from was taken back."


def is_corrected_by(episode: Episode, sql: str) -> bool:
    """Whether `sql` is another query than the one that answered."""
    return bool(episode.sql) and not same_query(episode.sql, sql, episode.connection.dialect)


def differences(episode: Episode, sql: str) -> list[Clause]:
    """What the answer says otherwise than `sql`, which is right."""
    return clauses(episode.sql, sql, episode.connection.dialect)


def remark_on(episode: Episode, sql: str) -> str:
    """What was wrong, in words that are a rule for the question; empty where the trees do not tell."""
    told = ""
    for clause in differences(episode, sql):
        sentence = clause.instead()
        if len(told) + len(sentence) + 1 > LONGEST - len(_asked(episode)):
            break
        told = f"{told} {sentence}".strip()
    return f"{_asked(episode)}{told}" if told else ""


def may_judge(episode: Episode, user: User) -> bool:
    """Whether the correction may also find the answer wrong: what the person has said of it already stands, and what a
    verified query answered is that query's matter."""
    if episode.status != Episode.Status.SUCCEEDED or episode.recalled_id or verdicts.of(episode, user) is not None:
        return False
    return not Remark.objects.filter(episode=episode, user=user).exclude(state=Remark.State.WITHDRAWN).exists()


def correct(
    episode: Episode, user: User, written: Written, remark: str, instead_of: VerifiedQuery | None = None
) -> VerifiedQuery:
    """`written` is what is right; it is run first. `instead_of` is the verified query whose SQL it replaces, if any.

    Raises BadQuery, and BadRemark; then nothing is changed.
    """
    clean(remark)
    replaced = instead_of.sql if instead_of else ""
    query = put(episode.connection, user, written, instead_of)
    if is_corrected_by(episode, written.sql):
        _mark(episode, user, query, remark, replaced)
    return query


def put(connection: Connection, user: User, written: Written, instead_of: VerifiedQuery | None) -> VerifiedQuery:
    """As a verified query. Raises BadQuery."""
    if instead_of is None:
        return editing.add(connection, user, written)
    editing.edit(instead_of, user, written)
    return instead_of


@transaction.atomic
def _mark(episode: Episode, user: User, query: VerifiedQuery, remark: str, replaced: str) -> None:
    gives = may_judge(episode, user)
    if gives:
        judging.judge(episode, user, False)
        if remark.strip():
            judging.explain(episode, user, remark)
    given = Remark.objects.filter(episode=episode, user=user, origin=Remark.Origin.VERDICT).order_by("-pk").first()
    Correction.objects.create(
        query=query,
        episode=episode,
        user=user,
        wrong_sql=episode.sql,
        sql=query.sql,
        clauses=[asdict(clause) for clause in differences(episode, query.sql)],
        replaced=replaced,
        gave_verdict=gives,
        remark=given if gives and remark.strip() else None,
    )


def take_back(correction: Correction, user: User) -> None:
    """The query is as it was before, or retired, and what the correction said of the answer is not said any more: but
    what others have made of either meanwhile stays. Raises BadQuery."""
    query = correction.query
    if correction.taken_back_at:
        raise BadQuery("It was taken back already. Nothing was changed.")
    if query.state != VerifiedQuery.State.RETIRED and query.sql == correction.sql:
        if correction.replaced:
            editing.edit(query, user, Written(query.question, correction.replaced, query.follows))
        else:
            editing.retire(query, user, TAKEN_BACK)
    _unsay(correction)


@transaction.atomic
def _unsay(correction: Correction) -> None:
    Correction.objects.filter(pk=correction.pk).update(taken_back_at=timezone.now())
    episode, author = correction.episode, correction.user
    if correction.gave_verdict and episode and author and verdicts.of(episode, author) is False:
        judging.judge(episode, author, None)


def _asked(episode: Episode) -> str:
    question = " ".join(episode.question.split())
    return f"Asked “{question if len(question) <= 120 else question[:119] + '…'}”: "
