"""What a verdict does to the verified queries of a connection."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from learning.models import Episode, VerifiedQuery
from learning.verified.keys import key_of, stands_alone

State = VerifiedQuery.State


def verify(episode: Episode, user: User) -> VerifiedQuery:
    """The answer is right: its question and SQL become a verified query, or confirm the one that is there.

    Of two answers to one question the later counts, but what a curator wrote stays.
    """
    follows = "" if stands_alone(episode.question) else episode.follows
    key = key_of(episode.question, follows)
    with transaction.atomic():
        known = _active(episode, key)
        if known and (known.is_curated or known.sql == episode.sql):
            return known
        if known:
            retire(known, f"{user} found another SQL right for the same question.")
        try:
            with transaction.atomic():
                return VerifiedQuery.objects.create(
                    connection=episode.connection,
                    question=episode.question,
                    follows=follows,
                    key=key,
                    sql=episode.sql,
                    episode=episode,
                    created_by=user,
                    checked_schema=episode.connection.schema_fingerprint,
                    checked_at=episode.finished_at,
                )
        except IntegrityError:  # another person's verdict on the same question, at the same moment
            return VerifiedQuery.objects.active().get(connection=episode.connection, key=key)


def unverify(episode: Episode) -> None:
    """The answer is right no more: what was verified by it alone is retired. What a curator has edited stays."""
    for query in VerifiedQuery.objects.active().filter(episode=episode, is_curated=False):
        retire(query, "The verdict that it came from was taken back.")


def retire(query: VerifiedQuery, reason: str) -> None:
    query.state, query.reason = State.RETIRED, reason
    query.save(update_fields=["state", "reason", "updated_at"])


def _active(episode: Episode, key: str) -> VerifiedQuery | None:
    locked = VerifiedQuery.objects.active().select_for_update()
    return locked.filter(connection=episode.connection, key=key).first()
