from collections.abc import Callable

import pytest

from accounts.models import User
from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.keys import key_of

MakeVerified = Callable[..., VerifiedQuery]


@pytest.fixture
def verified(connection: Connection, alice: User) -> MakeVerified:
    """A verified query of alice's, whose SQL was run on the present schema."""

    def make(question: str, sql: str = "", follows: str = "", **fields: object) -> VerifiedQuery:
        defaults = {"connection": connection, "created_by": alice, "checked_schema": connection.schema_fingerprint}
        return VerifiedQuery.objects.create(
            question=question,
            sql=sql or f"SELECT '{question}'",
            follows=follows,
            key=key_of(question, follows),
            **defaults | fields,
        )

    return make
