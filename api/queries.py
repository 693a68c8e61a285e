"""Queries that are kept and can be run by their names: those that people have found right.

`page_of` lists, `query_for` finds, `run` runs; what HTTP and MCP offer is thin over these three. `saved_queries.py` has
the same three of those that people have saved: another kind of kept query stands beside them.
"""

from __future__ import annotations

from accounts.models import User
from api import shapes, statements
from api.problems import Code, Problem, not_found
from datasources.engine import ResultSet
from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.listing import Wish, found


def page_of(connection: Connection, wanted: shapes.Listing) -> shapes.VerifiedQueries:
    """Of those in use, the newest first."""
    queries = found(connection, Wish.of(wanted.q, VerifiedQuery.State.ACTIVE))
    page = queries[wanted.offset : wanted.offset + wanted.limit]
    return shapes.VerifiedQueries(queries=[_told(query) for query in page], total=queries.count(), offset=wanted.offset)


def query_for(user: User, query_id: int) -> VerifiedQuery:
    """Raises Problem."""
    mine = VerifiedQuery.objects.visible_to(user).select_related("connection__team")
    query = mine.defer("connection__schema_snapshot").filter(pk=query_id).first()
    if query is None:
        raise not_found("verified query")
    return query


async def run(user: User, query: VerifiedQuery, source: str) -> ResultSet:
    """Raises Problem."""
    if not query.is_active:
        why = query.reason or query.get_state_display()
        raise Problem(Code.NO_ANSWER, f"This query is not in use: {why} A curator can bring it back.")
    return await statements.run(user, query.connection, query.sql, source)


def _told(query: VerifiedQuery) -> shapes.VerifiedQuery:
    return shapes.VerifiedQuery(
        id=query.pk,
        connection_id=query.connection_id,
        question=query.question,
        follows=query.follows,
        sql=query.sql,
        verified_by=str(query.created_by or ""),
        verified_at=query.created_at,
    )
