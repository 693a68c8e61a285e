"""A question that was verified is answered at once."""

from __future__ import annotations

from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.keys import key_of


def find(connection: Connection, question: str, follows: str = "") -> VerifiedQuery | None:
    """The verified query that answers this question, asked after `follows`; none where nobody has verified it."""
    keys = [key_of(question), key_of(question, follows)]
    return VerifiedQuery.objects.active().filter(connection=connection, key__in=keys).order_by("-follows").first()
