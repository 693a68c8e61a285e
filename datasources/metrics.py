"""What is counted of statements, and of the children that run them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from prometheus_client import REGISTRY, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from datasources.audit_entry import Entry
from datasources.models import AuditEntry
from datasources.pool import pool

_SECONDS = Histogram(
    "sqlagent_statement_seconds",
    "Seconds of a statement on a team's database, with the wait for its turn",
    ["dialect", "source", "outcome"],
    buckets=(0.002, 0.01, 0.05, 0.25, 1, 5, 30),
)

# Finding the figure of some labels costs more than counting.
_seconds = lru_cache(1_000)(_SECONDS.labels)


def ran(dialect: str, entry: Entry) -> None:
    """A statement that ran or was refused, as the audit list has it."""
    if entry.action == AuditEntry.Action.QUERY:
        _seconds(dialect, entry.source, entry.outcome).observe((entry.milliseconds or 0) / 1000)


class _Children(Collector):
    """Looks at the pool when it is asked."""

    def collect(self) -> Iterator[Metric]:
        children = GaugeMetricFamily("sqlagent_children", "Processes that run statements", labels=["state"])
        lent, idle = pool.counts()
        children.add_metric(["lent"], lent)
        children.add_metric(["idle"], idle)
        yield children


REGISTRY.register(_Children())
