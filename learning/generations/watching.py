"""A generation that was put to use is watched: where people fare worse with it than with the one before, it goes.

The rule: after at least eight questions, where a share of answers so much lower than the parent's comes by chance in
less than one case of a hundred (Fisher's exact test, one-sided), the parent is in use again. It is looked after each
question, so that chance has many tries: of generations as good as their parents at most one in twenty goes within a
hundred questions (simulated; with one case of twenty it was one in seven).

What counts is asked with the generation since it was put to use last, so that one that a person puts to use again is
judged anew, and with the parent before that. An answer counts where it was found and is not found wrong by people; one
that was recalled says nothing about the prompt. A parent that says what somebody has taken back since does not come
back by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from datasources.models import Connection
from learning.benchmark.significance import fewer_by_chance
from learning.feedback import verdicts
from learning.generations import changing
from learning.generations.absorbed import taken_back
from learning.models import Episode, Generation, Verdict
from learning.prompts import active

LEAST = 8
"""Questions of each of the two."""
BY_CHANCE = 0.01
_ANSWERED = Q(status=Episode.Status.SUCCEEDED)


@dataclass(frozen=True, slots=True)
class Live:
    """How people fared with one generation: `answered` of `questions` were answered, and not found wrong."""

    questions: int
    answered: int

    @property
    def share(self) -> float:
        return self.answered / self.questions if self.questions else 0.0

    @property
    def is_telling(self) -> bool:
        """Otherwise it is weak evidence."""
        return self.questions >= LEAST

    @property
    def least(self) -> int:
        return LEAST


def live(generation: Generation) -> Live:
    return _live(generation, Q())


def live_by_number(connection: Connection) -> dict[int, Live]:
    """Of all generations with which anything was asked."""
    over = _over(connection)
    counted = (
        over.order_by().values_list("generation").annotate(asked=Count("pk"), answered=Count("pk", filter=_ANSWERED))
    )
    wrong = dict(_wrong(over).order_by().values_list("generation").annotate(Count("pk")))
    return {number: Live(asked, answered - wrong.get(number, 0)) for number, asked, answered in counted}


def look(connection_id: int) -> Generation | None:
    """A question is over, or was judged: roll back what people fare worse with. Gives the generation that is in use
    instead, where that happened."""
    connection = Connection.objects.filter(pk=connection_id).defer("schema_snapshot").first()
    generation = active(connection) if connection else None
    if generation is None or generation.parent is None or taken_back(generation.parent).exists():
        return None
    began = generation.activated_at or generation.created_at
    now = _live(generation, Q(started_at__gte=began))
    before = _live(generation.parent, Q(started_at__lt=began))
    return _roll_back(generation, now, before) if is_worse(now, before) else None


def is_worse(now: Live, before: Live) -> bool:
    """Whether people fare so much worse that it is hardly chance."""
    if min(now.questions, before.questions) < LEAST:
        return False
    return fewer_by_chance(now.answered, now.questions, before.answered, before.questions) < BY_CHANCE


def _live(generation: Generation, when: Q) -> Live:
    mine = _over(generation.connection).filter(when, generation=generation.number)
    return Live(mine.count(), mine.filter(_ANSWERED).count() - _wrong(mine).count())


def _over(connection: Connection) -> QuerySet[Episode]:
    """Questions that are over."""
    closed = connection.episodes.of_people().filter(recalled=None)
    return closed.filter(status__in=[Episode.Status.SUCCEEDED, Episode.Status.FAILED])


def _wrong(over: QuerySet[Episode]) -> QuerySet[Episode]:
    """Those of them that were answered and are found wrong: looked for among the few of which somebody has said so."""
    said = Verdict.objects.order_by().filter(is_right=False).values("episode")
    return over.filter(_ANSWERED, pk__in=said).filter(verdicts.is_wrong("pk"))


@transaction.atomic
def _roll_back(generation: Generation, now: Live, before: Live) -> Generation | None:
    parent = generation.parent
    changing.lock(generation.connection)
    still = active(generation.connection)
    if parent is None or still is None or still.pk != generation.pk or taken_back(parent).exists():
        return None
    why = (
        f"People fared worse with generation {generation.number}: {now.answered} of {now.questions} questions were "
        f"answered, and {before.answered} of {before.questions} with generation {parent.number} before."
    )
    changing.roll_back(parent, None, why)
    return parent
