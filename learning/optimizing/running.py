"""Optimizations: started by people or by what was asked, and cancelled. What the worker does is in `steps`."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import randbelow

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from datasources import audit
from datasources.models import AuditEntry, Connection
from endpoints import choosing
from learning import warming
from learning.generations import changing
from learning.models import Optimization
from learning.optimizing import data, steps
from learning.optimizing.data import Part
from learning.quotas import counting
from learning.quotas.refusing import Exceeded

Evolves = Optimization.Evolves
Trigger = Optimization.Trigger


class NotPossible(ValueError):
    """An optimization cannot be started; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to optimize; what is None is as the settings say."""

    evolves: str = ""
    seed: int | None = None
    max_calls: int | None = None
    max_tokens: int | None = None
    max_minutes: int | None = None


def usual_evolves(connection: Connection | None) -> str:
    """What may change where nobody chose: of the embedded model only the rules, so that the wording that was tuned for
    it stays."""
    return settings.GEPA_EVOLVES or (Evolves.RULES if choosing.is_embedded(connection) else Evolves.BOTH)


def start(
    connection: Connection,
    trigger: str,
    user: User | None = None,
    wanted: Wanted | None = None,
    *,
    in_background: bool = True,
) -> Optimization:
    """Otherwise than `in_background` the caller does the steps, and the worker only what is left when it dies. Raises
    NotPossible."""
    optimization = _made(connection, trigger, user, wanted or Wanted())
    try:
        with transaction.atomic():
            optimization.save()
            what = f"an optimization of the prompt began ({optimization.get_trigger_display().lower()})"
            audit.record(connection, user, AuditEntry.Action.CHANGE, what)
            if in_background:
                steps.enqueue(optimization)
            steps.enqueue_watch(optimization)
    except IntegrityError as error:
        raise NotPossible("One is under way already. Wait for it, or cancel it.") from error
    return optimization


def cancel(optimization: Optimization, user: User) -> bool:
    """The prompt in use stays as it is. Gives whether it was under way."""
    optimization.refresh_from_db(fields=["run"])
    stopped = steps.stop(optimization, f"Cancelled by {user}.")
    if stopped:
        what = "an optimization of the prompt was cancelled"
        audit.record(optimization.connection, user, AuditEntry.Action.CHANGE, what)
    return stopped


def under_way(connection: Connection) -> Optimization | None:
    """Taken over, where whoever worked on it is silent."""
    found = connection.optimizations.under_way().first()
    if found:
        steps.take_over(found)
    return found


def _made(connection: Connection, trigger: str, user: User | None, wanted: Wanted) -> Optimization:
    """Raises NotPossible."""
    if not connection.is_enabled:
        raise NotPossible(f"{connection.name} is switched off. An owner of the team can switch it on in its settings.")
    if obstacle := warming.obstacle(connection):
        raise NotPossible(obstacle)
    try:
        counting.require_room(connection.team_id)
    except Exceeded as exceeded:
        raise NotPossible(exceeded.message) from exceeded
    seed = wanted.seed if wanted.seed is not None else randbelow(2**31)
    examples = data.gather(connection, seed)
    if not any(example.part == Part.TRAIN for example in examples):
        raise NotPossible(
            "There is nothing to learn from yet: of the recent questions none failed, needed repair or was found wrong."
        )
    in_force = connection.remarks.rules().values_list("pk", "rule")
    return Optimization(
        connection=connection,
        user=user,
        trigger=trigger,
        base=changing.in_use(connection),
        model=choosing.first(connection).label,
        reflection_model=choosing.reflection_model(connection),
        schema_fingerprint=connection.schema_fingerprint,
        evolves=wanted.evolves or usual_evolves(connection),
        seed=seed,
        notes=connection.notes,
        rules=[{"remark": pk, "rule": rule} for pk, rule in in_force],
        examples=[example.as_json() for example in examples],
        max_calls=wanted.max_calls or settings.GEPA_MAX_CALLS,
        max_tokens=wanted.max_tokens or settings.GEPA_MAX_TOKENS,
        beat_at=Now(),
        max_seconds=60 * (wanted.max_minutes or settings.GEPA_MAX_MINUTES),
    )
