"""Verified queries as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from learning.models import VerifiedQuery
from learning.verified import lines


def pieces(queries: QuerySet[VerifiedQuery], at_once: int = 500) -> Iterator[str]:
    """The oldest first, `at_once` a piece. `queries` bring their connection and who created them."""
    last = 0
    while batch := list(queries.order_by("pk").filter(pk__gt=last)[:at_once]):
        yield "".join(map(_line, batch))
        last = batch[-1].pk


def _line(query: VerifiedQuery) -> str:
    return lines.written(
        {
            "question": query.question,
            "follows": query.follows,
            "sql": query.sql,
            "dialect": query.connection.dialect,
            "state": query.state,
            "reason": query.reason,
            "is_curated": query.is_curated,
            "created_by": query.created_by.get_username() if query.created_by else "",
            "created_at": query.created_at.isoformat(timespec="seconds"),
        }
    )
