"""A question is over, or an answer was judged: what the prompt should learn from that is looked into later."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from learning.models import Generation


def note(connection_id: int) -> None:
    """Once what is about it has been stored. Where nothing could come of it, nothing is enqueued."""
    from learning.tasks import after_question  # tasks.py imports who calls this

    has_evolved = Generation.objects.filter(connection=connection_id, state=Generation.State.ACTIVE).exclude(number=0)
    if settings.GEPA_OPTIMIZE_EVERY or has_evolved.exists():
        transaction.on_commit(lambda: after_question.enqueue(connection_id))
