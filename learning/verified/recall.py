"""A question that was verified is answered at once."""

from __future__ import annotations

from django.db.models import Q

from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.keys import key_of, stands_alone


def find(connection: Connection, question: str, follows: str = "") -> VerifiedQuery | None:
    """The verified query that answers this question, asked after `follows`; none where nobody has verified it."""
    active = VerifiedQuery.objects.active().filter(_answering(question, follows), connection=connection)
    return active.order_by("-follows").first()


def _answering(question: str, follows: str) -> Q:
    """One without a question before it answers a question that goes on only where a curator says so."""
    alone = Q(key=key_of(question))
    if not stands_alone(question):
        alone &= Q(is_curated=True)
    return alone | Q(key=key_of(question, follows))
