from collections.abc import Callable

import pytest

from accounts.models import User
from datasources.models import Connection
from learning.models import Attempt, Episode

Answered = Callable[..., Episode]


@pytest.fixture
def answered(connection: Connection, alice: User) -> Answered:
    """An episode of alice's whose last attempt answered, after `failures` that did not."""

    def make(question: str = "How many orders are there?", sql: str = "SELECT 1", failures: int = 0) -> Episode:
        succeeded = Episode.Status.SUCCEEDED
        episode = Episode.objects.create(
            connection=connection, user=alice, question=question, sql=sql, status=succeeded, model="scripted"
        )
        for number in range(1, failures + 1):
            parts = {"failure": -0.15, "hindsight": 0.2}
            Attempt.objects.create(
                episode=episode,
                number=number,
                strategy="generate",
                reward=0.05,
                reward_parts=parts,
                error_class="other",
            )
        Attempt.objects.create(
            episode=episode,
            number=failures + 1,
            strategy="fix_column",
            sql=sql,
            reward=0.9,
            reward_parts={"success": 0.9},
        )
        return episode

    return make
