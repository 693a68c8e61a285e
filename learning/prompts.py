"""The prompt that a connection's questions are asked with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from agent import prompt
from agent.budget import ENDPOINT_CONTEXT, Budget
from datasources.introspect import Schema
from datasources.models import Connection
from endpoints import choosing
from learning.known_values import value_index
from learning.models import Generation

SEED = 0
"""The number of the generation that all connections start with."""


@dataclass(frozen=True, slots=True)
class Live:
    """What questions are asked with, and the number of the generation that it is of."""

    prompt: prompt.Prompt
    generation: int


def live(connection: Connection, number: int | None = None, *, with_values: bool = True) -> Live:
    """By that generation; where there is none of that number, or none is named, by the active one. `with_values`: it
    can say what the database holds of what is asked. Raises ConnectFailed where no schema is stored."""
    made = _live(connection, number)
    return replace(made, prompt=made.prompt.holding(value_index(connection))) if with_values else made


def _live(connection: Connection, number: int | None) -> Live:
    wanted = connection.generations.filter(number=number).first() if number is not None else None
    generation = wanted or active(connection)
    if generation is None:
        return Live(_told(connection, prompt.seed(), connection.notes, rules_of(connection)), SEED)
    rules = rules_of(connection) if generation.is_active else rules_beside(generation)
    return Live(_told(connection, text_of(generation), connection.notes, rules), generation.number)


def prompt_of(connection: Connection) -> prompt.Prompt:
    """What its questions are asked with. Raises ConnectFailed where no schema is stored."""
    return live(connection).prompt


def assembled(connection: Connection, text: str, notes: str, rules: Sequence[str]) -> prompt.Prompt:
    """A prompt of the connection with any generation's text, notes and rules. Raises ConnectFailed where no schema is
    stored."""
    return _told(connection, text, notes, rules).holding(value_index(connection))


def _told(connection: Connection, text: str, notes: str, rules: Sequence[str]) -> prompt.Prompt:
    return prompt.Prompt.of(
        described_schema(connection),
        connection.dialect,
        text,
        notes,
        budget(connection),
        rules,
        worked="worked" in settings.SKILLS,
    )


def system_prompt(connection: Connection) -> str:
    """The stable prefix: byte-identical between the questions of a connection and generation."""
    return live(connection, with_values=False).prompt.system


def prefixes(connection: Connection) -> list[str]:
    """The stable prefix of each view that a question may be read with; where it is read once only, of the first."""
    asked_with = live(connection, with_values=False).prompt
    views = [asked_with, asked_with.other_view()] if settings.READINGS > 1 else [asked_with]
    return list(dict.fromkeys(view.system for view in views))


def described_schema(connection: Connection) -> Schema:
    """The stored schema with what curators wrote about its tables and columns in place of the database's comments."""
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, text in connection.descriptions.values_list("table", "column", "text"):
        texts[table][column] = text
    return connection.schema().described(texts)


def rules_of(connection: Connection) -> list[str]:
    """What people have said of it and curators have accepted, in the order that curators gave them."""
    return list(connection.remarks.rules().values_list("rule", flat=True))


def rules_beside(generation: Generation) -> list[str]:
    """What of that a generation that is not in use does not say itself."""
    others = generation.connection.remarks.accepted().exclude(pk__in=generation.remarks.values("pk"))
    return list(others.order_by("position", "reviewed_at", "pk").values_list("rule", flat=True))


def budget(connection: Connection | None) -> Budget:
    """By the context of the endpoint that answers first. Where it is nobody's connection, no database is asked: the
    embedded model's is known, another endpoint is trusted with more."""
    if connection:
        return Budget.of(choosing.first(connection).reads)
    return Budget.of(settings.LOCAL_MODEL_CONTEXT if settings.LLM_ENDPOINT.local else ENDPOINT_CONTEXT)


def active(connection: Connection) -> Generation | None:
    """The generation in use; None where that is the seed, and no other one has been made."""
    return connection.generations.filter(state=Generation.State.ACTIVE).first()


def text_of(generation: Generation) -> str:
    """What it tells the model. The seed is told as this release has it."""
    if generation.origin == Generation.Origin.SEED:
        return prompt.seed()
    return prompt.generation_text(generation.instructions, generation.told)


def prompt_text(connection: Connection) -> str:
    """The part of the prompt that evolves: the connection's active generation."""
    generation = active(connection)
    return text_of(generation) if generation else prompt.seed()


def generation_of(connection: Connection) -> int:
    """The number of the connection's active generation; 0 is the seed that all start with."""
    generation = active(connection)
    return generation.number if generation else SEED
