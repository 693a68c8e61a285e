"""What was asked of an endpoint today, and what that cost."""

from __future__ import annotations

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from agent.llm import Usage as Tokens
from endpoints.models import Endpoint, Usage


def note_answer(endpoint: Endpoint, tokens: Tokens) -> None:
    prompt, completion = max(0, tokens.prompt), max(0, tokens.completion)
    cached = min(max(0, tokens.cached), prompt)
    _add(
        endpoint,
        answers=1,
        prompt_tokens=prompt,
        cached_tokens=cached,
        completion_tokens=completion,
        cost=endpoint.cost(prompt, cached, completion),
    )


def note_failure(endpoint: Endpoint) -> None:
    _add(endpoint, failures=1)


def _add(endpoint: Endpoint, **counts: int | Decimal) -> None:
    today = timezone.now().date()
    sums = {name: F(name) + count for name, count in counts.items()}
    row = Usage.objects.filter(endpoint=endpoint, day=today)
    if not row.update(**sums):
        try:
            with transaction.atomic():
                Usage.objects.create(endpoint=endpoint, day=today, **counts)
        except IntegrityError:
            row.update(**sums)
