"""The circuit breaker: an endpoint that keeps failing is left alone for a while, by all processes.

Closed while `rests_until` is empty. After FAILURES in a row, or when the endpoint says when to come again, it is open
until then; after that one request goes through, and what becomes of it closes the breaker or opens it again. Its state
is in the endpoint's row: changed by single statements, without locks, and only when something fails or recovers.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from agent import llm_failures
from agent.llm import LLMBusy, LLMError, LLMLineTooLong, LLMResting, LLMUnreachable
from endpoints.models import LONGEST_REST, Endpoint

logger = logging.getLogger(__name__)

FAILURES = 3
REST = timedelta(seconds=30)


def obstacle(endpoint: Endpoint) -> LLMError | None:
    """Why it is not to be asked now; None where it may be. Of those who come after a rest only one may ask."""
    if not endpoint.is_enabled:
        return LLMUnreachable(f"{llm_failures.the(endpoint.title)} is switched off. The operator can switch it on.")
    # The embedded model's own status says whether it is there.
    if endpoint.rests_until is None or endpoint.is_local:
        return None
    now = timezone.now()
    if seconds := endpoint.rests_for(now):
        return _resting(endpoint, seconds)
    mine = Endpoint.objects.filter(pk=endpoint.pk, rests_until=endpoint.rests_until)
    if mine.update(rests_until=now + REST):
        endpoint.rests_until = now + REST
        return None
    return _resting(endpoint, REST.total_seconds())


def counts(error: LLMError) -> bool:
    """Whether it is the endpoint's failure: not the question's, the line's, or that of a rest."""
    return error.is_outage and not isinstance(error, LLMLineTooLong | LLMResting)


def note_failure(endpoint: Endpoint, error: LLMError) -> None:
    """It gave no answer, by an error that counts."""
    logger.warning("LLM endpoint %s failed: %s", endpoint, error.message)
    now = timezone.now()
    row = Endpoint.objects.filter(pk=endpoint.pk)
    row.update(failures=F("failures") + 1, last_error=error.message[:1000], last_error_at=now)
    asked_for = error.retry_after if isinstance(error, LLMBusy) else None
    if asked_for:
        row.update(rests_until=_until(now, timedelta(seconds=min(asked_for, LONGEST_REST.total_seconds()))))
    else:
        row.filter(failures__gte=FAILURES).update(rests_until=_until(now, REST))


def note_success(endpoint: Endpoint) -> None:
    """It answers. Nothing is written where nothing was wrong."""
    if endpoint.failures or endpoint.rests_until:
        close(endpoint)


def close(endpoint: Endpoint) -> None:
    wrong = Q(failures__gt=0) | Q(rests_until__isnull=False)
    Endpoint.objects.filter(wrong, pk=endpoint.pk).update(failures=0, rests_until=None)


def state(endpoint: Endpoint) -> str:
    """In words for the operator."""
    if not endpoint.is_enabled:
        return "switched off"
    if seconds := endpoint.rests_for(timezone.now()):
        return f"left alone for {round(seconds)} s"
    if endpoint.rests_until:
        return "to be tried again"
    if endpoint.failures:
        return f"{endpoint.failures} failed in a row" if endpoint.failures > 1 else "the last one failed"
    return "answers"


def _until(now: datetime, rest: timedelta) -> datetime:
    return now + min(rest, LONGEST_REST)


def _resting(endpoint: Endpoint, seconds: float) -> LLMError:
    return llm_failures.resting(endpoint.title, seconds, endpoint.last_error)
