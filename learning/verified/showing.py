"""Which verified queries the model is shown with a question."""

from __future__ import annotations

from agent.prompt import Example
from agent.same_sql import normal
from datasources.models import Connection
from learning.feedback.rejected import chain
from learning.models import Episode, VerifiedQuery
from learning.verified.retrieval import SHOWN, similar


def choose(connection: Connection, question: str, follows: str, retry_of: Episode | None) -> list[VerifiedQuery]:
    """The most similar last; none whose SQL has been rejected as an answer to this very question."""
    answers = [retry_of, *chain(retry_of)] if retry_of else []
    rejected = {normal(answer.sql, connection.dialect) for answer in answers}
    found = similar(connection, question, follows, SHOWN + len(rejected))
    return [query for query in found if not rejected or normal(query.sql, connection.dialect) not in rejected][-SHOWN:]


def examples_of(episode: Episode) -> list[Example]:
    """As they were chosen when it was asked; without those that are not in use any more."""
    known = VerifiedQuery.objects.active().in_bulk(episode.examples)
    found = (known[pk] for pk in episode.examples if pk in known)
    return [Example(query.question, query.sql, query.follows) for query in found]
