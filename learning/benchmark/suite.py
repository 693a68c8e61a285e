"""Which questions with known answers a connection is measured by."""

from __future__ import annotations

from datasources.models import Connection
from learning.benchmark.tasks import Part, Task, built_in


def suite(connection: Connection) -> list[Task]:
    """The sample's benchmark. Of other connections nothing is known yet: verified queries will be theirs."""
    return built_in(Part.BENCHMARK) if connection.is_sample else []


def is_measured(connection: Connection) -> bool:
    """Whether its suite has any questions. Asked for every page with tabs, so it must cost nothing."""
    return connection.is_sample
