"""Questions that were asked and judged, as the recorder and people leave them behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from agent.errors import ErrorClass
from datasources.models import Connection
from learning.models import Attempt, Episode, Verdict

COLUMN, SYNTAX, TABLE = ErrorClass.NO_SUCH_COLUMN, ErrorClass.SYNTAX_ERROR, ErrorClass.NO_SUCH_TABLE


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def ask(
    connection: Connection,
    errors: Sequence[ErrorClass] = (),
    *,
    answered: bool = True,
    at: datetime | None = None,
    seconds: float = 2.0,
    **fields: Any,
) -> Episode:
    """One whose attempts failed with `errors`, and whose last one was right where it is `answered`."""
    started = at or timezone.now()
    asked = {"question": "Which products sold best?", "model": "scripted", "source": "chat"}
    given = asked | {"prompt_tokens": 1000, "cached_tokens": 800, "completion_tokens": 50} | fields
    status = Episode.Status.SUCCEEDED if answered else Episode.Status.FAILED
    finished = started + timedelta(seconds=seconds)
    episode = Episode.objects.create(
        connection=connection,
        started_at=started,
        finished_at=finished,
        **{"status": status, **given},
    )
    failed = [Attempt(episode=episode, error_class=error) for error in errors]
    attempts = [*failed, Attempt(episode=episode)] if answered else failed
    for number, attempt in enumerate(attempts, start=1):
        attempt.number, attempt.strategy = number, "generate" if number == 1 else "rewrite_full"
    Attempt.objects.bulk_create(attempts)
    return episode


def judge(episode: Episode, user: User, is_right: bool, at: datetime | None = None) -> Verdict:
    return Verdict.objects.create(episode=episode, user=user, is_right=is_right, given_at=at or timezone.now())
