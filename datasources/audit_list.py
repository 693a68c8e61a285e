"""The audit list as people look through it: filtered, a page at a time, exported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from datasources.days import midnight
from datasources.models import AuditEntry

A_PAGE = 50
EXPORTED_AT_ONCE = 1_000
HEADER = (
    "at", "person", "database", "action", "source", "sql", "verdict", "outcome", "rows", "milliseconds", "message",
    "token",
)  # fmt: skip
AGENTS = "openenv"
"""What the sources of their statements begin with."""
_BY = {
    "people": ~Q(source__startswith=AGENTS) & Q(token_name=""),
    "programs": ~Q(token_name=""),
    "agents": Q(source__startswith=AGENTS),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FILTERS = {
    "person": "user_name",
    "connection": "connection_name",
    "action": "action",
    "verdict": "verdict",
    "outcome": "outcome",
    "text": "sql__icontains",
}

Entries = QuerySet[AuditEntry]


def filtered(entries: Entries, wishes: dict[str, Any]) -> Entries:
    """Newest first. `wishes` are an AuditFilter's, of which those that are empty filter nothing."""
    found = entries.filter(**{_FILTERS[name]: wish for name, wish in wishes.items() if wish and name in _FILTERS})
    if by := wishes.get("by"):
        found = found.filter(_BY[by])
    if since := wishes.get("since"):
        found = found.filter(at__gte=midnight(since))
    if until := wishes.get("until"):
        found = found.filter(at__lt=midnight(until) + timedelta(days=1))
    return found.order_by("-at", "-pk")


def page(entries: Entries, before: AuditEntry | None) -> tuple[list[AuditEntry], bool]:
    """The entries that come after `before` in the list, and whether there are more. However far back, a page costs
    the same: it is found by what came before it, not by counting."""
    found = list((after(entries, before) if before else entries)[: A_PAGE + 1])
    return found[:A_PAGE], len(found) > A_PAGE


def after(entries: Entries, entry: AuditEntry) -> Entries:
    return entries.filter(Q(at__lt=entry.at) | Q(at=entry.at, pk__lt=entry.pk))


def csv_pieces(entries: Entries) -> Iterator[str]:
    """As CSV, in pieces of a thousand entries."""
    yield _csv([HEADER])
    last = None
    while batch := list((after(entries, last) if last else entries)[:EXPORTED_AT_ONCE]):
        yield _csv(map(_row, batch))
        last = batch[-1]


class _Echo:
    """What csv.writer writes to is what it gives back."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Any) -> str:
    writer = csv.writer(_Echo())
    return "".join(writer.writerow([harmless(cell) for cell in row]) for row in rows)


def _row(entry: AuditEntry) -> tuple[Any, ...]:
    return (
        entry.at.isoformat(timespec="milliseconds"),
        entry.user_name,
        entry.connection_name,
        entry.action,
        entry.source,
        entry.sql,
        entry.verdict,
        entry.outcome,
        entry.rows,
        None if entry.milliseconds is None else round(entry.milliseconds, 1),
        entry.message,
        entry.token_name,
    )


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
