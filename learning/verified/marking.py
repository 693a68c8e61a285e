"""What a verdict does to the verified queries of a connection.

What counts is what people say of a SQL, whichever answer they said it of: also of one that was recalled. What a curator
wrote, edited or retired no verdict changes.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from agent.same_sql import same_query
from datasources.models import Connection
from learning.models import Episode, VerifiedQuery
from learning.verified import opinions

State = VerifiedQuery.State

TAKEN_BACK = "The verdict that it came from was taken back."
FOUND_WRONG = "Its answer was found wrong by as many people as found it right."
FOUND_WRONG_IN_USE = "Its answer was found wrong. It is still in use, because a curator wrote it."


def follow(episode: Episode) -> None:
    """What people say of the answer has changed: the SQL of its question that most people stand by becomes a verified
    query, or confirms the one that is there; of several the one that was found right last.

    What as many people find wrong as right, or what nobody finds right any more, is retired. Called with the connection
    locked.
    """
    said = opinions.on(episode.connection, episode.key)
    known = VerifiedQuery.objects.in_use(episode.connection, episode.key)
    if known and _loses(known, said, episode):
        known = None
    best = opinions.best(said.values())
    if best and not (known and _stands(known, best, said)):
        _put_to_use(best, episode.key, instead_of=known)


@transaction.atomic
def retire(query: VerifiedQuery, reason: str) -> None:
    """A curator does not want it any more: no verdict brings it back."""
    Connection.objects.filter(pk=query.connection_id).lock()
    query.is_curated = True
    query.save(update_fields=["is_curated"])
    _retire(query, reason)


def _loses(known: VerifiedQuery, said: dict[str, opinions.Opinion], episode: Episode) -> bool:
    """Whether the active query has lost what it rests on; then it is retired."""
    opinion = opinions.of_sql(known.sql, said, episode.connection)
    _date(known, opinion)
    if known.is_curated:
        _note(known, opinion)
        return False
    if opinion.is_wrong:
        _retire(known, FOUND_WRONG)
    elif not opinion.right and known.episode_id == episode.pk:
        _retire(known, TAKEN_BACK)
    return not known.is_active


def _stands(known: VerifiedQuery, best: opinions.Opinion, said: dict[str, opinions.Opinion]) -> bool:
    """Whether the active query is the one that people stand by, or a curator's."""
    return known.is_curated or opinions.of_sql(known.sql, said, known.connection) == best


def _put_to_use(best: opinions.Opinion, key: str, instead_of: VerifiedQuery | None) -> None:
    """What people stand by, as a new query, or as the one with this SQL that was used before; where that cannot be,
    nothing changes."""
    if best.latest is None:
        return
    episode, user = best.latest.episode, best.latest.user
    former = _former(episode, key)
    if former and former.is_curated:
        return
    if former and former.state == State.BROKEN and (former.checked_at or _ran_at(episode)) > _ran_at(episode):
        return  # it answered before the schema changed
    if instead_of:
        _retire(instead_of, f"{user} found another SQL right for the same question.")
    query = former or VerifiedQuery(connection=episode.connection, key=key, sql=episode.sql, question=episode.question)
    if not former:
        query.follows = opinions.follows(episode)
    query.state, query.reason = State.ACTIVE, ""
    query.episode, query.created_by, query.created_at = episode, user, timezone.now()
    query.confirmed_at = _confirmed_at(query, best)
    query.checked_schema, query.checked_at = _schema_that_it_ran_on(episode), _ran_at(episode)
    # A curator may have added one for this question at the same moment.
    with suppress(IntegrityError), transaction.atomic():
        query.save()


def _former(episode: Episode, key: str) -> VerifiedQuery | None:
    known = VerifiedQuery.objects.filter(connection=episode.connection, key=key).order_by("-updated_at")
    return next((query for query in known if _is_same(query, episode.sql)), None)


def _schema_that_it_ran_on(episode: Episode) -> str:
    """Empty where the schema has been read again since: then it is run again."""
    taken_at = episode.connection.schema_taken_at
    return episode.connection.schema_fingerprint if taken_at and taken_at <= _ran_at(episode) else ""


def _ran_at(episode: Episode) -> datetime:
    return episode.finished_at or episode.started_at


def _retire(query: VerifiedQuery, reason: str) -> None:
    query.state, query.reason = State.RETIRED, reason
    query.save(update_fields=["state", "reason", "updated_at"])


def _note(query: VerifiedQuery, opinion: opinions.Opinion) -> None:
    """Tell curators that a query which stays in use is in doubt."""
    reason = FOUND_WRONG_IN_USE if opinion.is_wrong else ""
    if query.reason != reason:
        query.reason = reason
        query.save(update_fields=["reason", "updated_at"])


def _date(query: VerifiedQuery, opinion: opinions.Opinion) -> None:
    query.confirmed_at = _confirmed_at(query, opinion)
    query.save(update_fields=["confirmed_at"])


def _confirmed_at(query: VerifiedQuery, opinion: opinions.Opinion) -> datetime:
    """A verdict says that an answer is right as it was asked then: of rules that came after it, it says nothing."""
    asked_at = opinion.asked_at or (query.episode.started_at if query.episode else None)
    return max(filter(None, [query.vouched_at, asked_at]), default=query.created_at)


def _is_same(query: VerifiedQuery, sql: str) -> bool:
    return same_query(query.sql, sql, query.connection.dialect)
