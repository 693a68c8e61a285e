"""Which generation of a connection's prompt is in use, and how that changes. None is ever deleted.

Every change is made under the lock of its connection, goes on record, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agent import prompt
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning import warming
from learning.models import Activation, Generation, Optimization
from learning.prompts import SEED, active

LONGEST_REASON = 1_000
"""Characters."""

State = Generation.State
Origin = Generation.Origin


class NotPossible(ValueError):
    """The message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`remark`: the id of the one that it says, in other words or in the same."""

    text: str
    remark: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What a generation says."""

    instructions: str
    rules: Sequence[Rule] = ()


def text_in(generation: Generation) -> Text:
    """As it was written down; the seed as this release has it."""
    instructions = prompt.seed() if generation.origin == Origin.SEED else generation.instructions
    return Text(instructions, [Rule(rule["text"], rule["remark"]) for rule in generation.rules])


def seed_of(connection: Connection) -> Generation:
    """Generation 0, which is there from when it is asked for first; in use unless another one is."""
    found = connection.generations.filter(number=SEED).first()
    if found:
        return found
    with transaction.atomic():
        lock(connection)
        state = State.EARLIER if active(connection) else State.ACTIVE
        values = {"origin": Origin.SEED, "state": state, "instructions": prompt.seed(), "activated_at": timezone.now()}
        return Generation.objects.get_or_create(connection=connection, number=SEED, defaults=values)[0]


def in_use(connection: Connection) -> Generation:
    return active(connection) or seed_of(connection)


@transaction.atomic
def add(
    parent: Generation,
    text: Text,
    origin: str,
    *,
    state: str = State.PROPOSED,
    reflection: str = "",
    user: User | None = None,
    optimization: Optimization | None = None,
    candidate: int | None = None,
    comparison: dict[str, Any] | None = None,
    reason: str = "",
) -> Generation:
    """One more generation, which is not in use."""
    connection = parent.connection
    lock(connection)
    last = connection.generations.order_by("-number").values_list("number", flat=True).first() or SEED
    generation = Generation.objects.create(
        connection=connection,
        number=last + 1,
        parent=parent,
        origin=origin,
        state=state,
        instructions=text.instructions.strip(),
        rules=[{"text": rule.text, "remark": rule.remark} for rule in text.rules],
        reflection=reflection,
        optimization=optimization,
        candidate=candidate,
        comparison=comparison,
        reason=reason,
        created_by=user,
    )
    generation.remarks.set(connection.remarks.filter(pk__in=[rule.remark for rule in text.rules if rule.remark]))
    return generation


@transaction.atomic
def promote(generation: Generation, user: User | None, reason: str = "") -> None:
    """Put it to use instead of the one that is. Raises NotPossible."""
    _activate(generation, user, State.EARLIER, reason)
    _tell(generation, user, "put into use", reason)


@transaction.atomic
def roll_back(to: Generation, user: User | None, reason: str) -> None:
    """Put an earlier generation to use again; the one that was in use is marked as rolled back. Raises NotPossible."""
    _activate(to, user, State.ROLLED_BACK, reason)
    _tell(to, user, "put into use again", reason)


@transaction.atomic
def undo(generation: Generation, user: User, reason: str) -> None:
    """Put the one to use again that it was put in the place of. Raises NotPossible, also where it is not in use."""
    lock(generation.connection)
    generation.refresh_from_db(fields=["state"])
    put_to_use = generation.activations.select_related("instead_of").first()
    before = put_to_use.instead_of if put_to_use else generation.parent
    if not generation.is_active or before is None:
        raise NotPossible(f"Generation {generation.number} is not in use any more: there is nothing to undo.")
    roll_back(before, user, reason)


def lock(connection: Connection) -> None:
    """Until this transaction ends, nobody else changes its generations."""
    Connection.objects.filter(pk=connection.pk).lock()


def lineage(generation: Generation) -> list[Generation]:
    """It and those that it came of, the seed last."""
    known = {one.pk: one for one in generation.connection.generations.all()}
    found: list[Generation] = []
    current: Generation | None = known.get(generation.pk)
    while current:
        found.append(current)
        current = known.get(current.parent_id) if current.parent_id else None
    return found


def _activate(generation: Generation, user: User | None, state_of_old: str, reason: str) -> None:
    connection = generation.connection
    lock(connection)
    generation.refresh_from_db()
    if generation.state == State.ACTIVE:
        raise NotPossible(f"Generation {generation.number} is in use already.")
    old, is_roll_back = in_use(connection), state_of_old == State.ROLLED_BACK
    old.state, old.reason = state_of_old, (reason if is_roll_back else "") or old.reason
    old.save(update_fields=["state", "reason"])
    generation.state, generation.activated_at, generation.reason = State.ACTIVE, timezone.now(), reason
    generation.save(update_fields=["state", "activated_at", "reason"])
    Activation.objects.create(
        connection=connection,
        generation=generation,
        instead_of=old,
        is_roll_back=is_roll_back,
        is_automatic=user is None,
        user=user,
        reason=reason,
    )
    _absorb(generation)


def _absorb(generation: Generation) -> None:
    """What its rules say is told by it alone; what others said is told as a rule of its own again."""
    connection = generation.connection
    connection.remarks.exclude(absorbed_in=None).update(absorbed_in=None)
    for one in reversed(lineage(generation)):
        said = one.remarks.filter(pk__in=generation.remarks.values("pk")).values_list("pk", flat=True)
        connection.remarks.filter(pk__in=list(said), absorbed_in=None).update(absorbed_in=one.number)


def _tell(generation: Generation, user: User | None, what: str, reason: str) -> None:
    connection = generation.connection
    why = f": {reason}" if reason else ""
    audit.record(connection, user, AuditEntry.Action.CHANGE, f"generation {generation.number} was {what}{why}")
    transaction.on_commit(lambda: warming.enqueue(connection))
