"""What is counted of questions."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from prometheus_client import Counter, Histogram

from agent.attempt import Attempt
from agent.events import Event, SqlDelta
from learning.models import Episode

logger = logging.getLogger(__name__)

_LATENCIES = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

_QUESTIONS = Counter("sqlagent_questions", "Questions that ended", ["source", "outcome"])
_SECONDS = Histogram(
    "sqlagent_answer_seconds", "Seconds of an answer, from its beginning to its end", ["outcome"], buckets=_LATENCIES
)
_FIRST = Histogram("sqlagent_first_sql_seconds", "Seconds until the first piece of SQL", ["source"], buckets=_LATENCIES)
_ATTEMPTS = Counter("sqlagent_attempts", "Attempts at a question", ["strategy", "error"])


class Watch:
    """One answer's, from when it is made."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._began = time.perf_counter()
        self._has_written = False

    def see(self, event: Event) -> None:
        if not self._has_written and isinstance(event, SqlDelta):
            self._has_written = True
            _FIRST.labels(self._source).observe(self.seconds)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began


def ended(stored: Episode, attempts: Sequence[Attempt], watch: Watch) -> None:
    """A line in the log, and figures. Neither the question nor its SQL is in them."""
    said = {"status": stored.status, "source": stored.source, "attempts": len(attempts)}
    logger.info("a question ended", extra=said | {"ms": round(1000 * watch.seconds)})
    _QUESTIONS.labels(stored.source, stored.status).inc()
    _SECONDS.labels(stored.status).observe(watch.seconds)
    for attempt in attempts:
        _ATTEMPTS.labels(str(attempt.strategy), str(attempt.error_class or "none")).inc()
