"""A connection's learning, for programs."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from datasources.models import Connection
from learning.overview.as_json import as_json
from learning.overview.kept import figures_of
from learning.overview.periods import DEFAULT, Period
from learning.overview.strategies import strategies


@api_view(["GET"])
def learning(request: Request, connection_id: int) -> Response:
    """What the Learning page shows, as JSON. `?days=`: a number of days, or `all`; 90 without it.

    ```text
    connection   id, name
    period       days (null: all), since (null: the first question), until; unit: day, week or month, of `over_time`
    total        questions (with an attempt), answered, at_first (attempt), attempts, recalled (from a verified query),
                 with_examples, unreached (no attempt: the model or the database was away; counted nowhere else),
                 prompt_tokens (cached_tokens among them), completion_tokens,
                 success_rate, first_rate, attempts_per_question
    over_time    a list: start, generation (of the prompt), and what `total` has
    errors       a list: error_class, attempts (that failed), questions (that met it), repaired (answered after all)
    verdicts     answers (judged, and not evenly), right, right_share; over_time: start, right, wrong (verdicts)
    seconds      a list, of the newest 5,000 answers: start (null: all of them), answers, p50, p95
    in_use       verified (queries), rules (in force), waiting (remarks)
    generations  a list, whatever the period, of the prompts that there are: number (0: the seed), parent (its number),
                 state (active, proposed, earlier, rejected, rolled_back), origin (seed, evolved, edited, imported),
                 created_at, activated_at (when it was put to use last), comparison (with the one in use then, in
                 words), is_weak (whether few answers were known then)
    heat_map     a list: error_class, strategy, tried (decisions), mean_reward, expected_reward
    policies     decisions, answers, unexplored (decisions left out), mean_reward; candidates: name,
                 effective_decisions; ips, self_normalised_ips, doubly_robust: value, low, high of the reward for each
                 decision, 95 %; lead_of_learned: the same, of what was learned over it; verdict: that in words
    ```

    Of a connection with a long history, it is as it was counted at `until`, some minutes ago.

    Times are ISO 8601; null is what nothing is known of. 400 for other `days`, 401 without a token, 404 for another
    team's connection.
    """
    assert isinstance(request.user, User)  # noqa: S101 - only who has a token comes here
    connection = get_object_or_404(Connection.objects.visible_to(request.user), pk=connection_id)
    period = Period.parse(request.query_params.get("days", DEFAULT.value))
    if period is None:
        raise ValidationError({"days": ["Give a number of days, or all."]})
    return Response(as_json(connection, figures_of(connection, period).value, strategies(connection)))
