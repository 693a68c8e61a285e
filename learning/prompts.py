"""The prompt that a connection's questions are asked with."""

from __future__ import annotations

from collections import defaultdict

from django.conf import settings

from agent import prompt
from agent.budget import ENDPOINT_CONTEXT, Budget
from datasources.introspect import Schema
from datasources.models import Connection


def prompt_of(connection: Connection) -> prompt.Prompt:
    """What its questions are asked with, by the active generation. Raises ConnectFailed where no schema is stored."""
    return prompt.Prompt.of(
        described_schema(connection),
        connection.dialect,
        prompt_text(connection),
        connection.notes,
        budget(),
        rules_of(connection),
    )


def system_prompt(connection: Connection) -> str:
    """The stable prefix: byte-identical between the questions of a connection and generation."""
    return prompt_of(connection).system


def described_schema(connection: Connection) -> Schema:
    """The stored schema with what curators wrote about its tables and columns in place of the database's comments."""
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, text in connection.descriptions.values_list("table", "column", "text"):
        texts[table][column] = text
    return connection.schema().described(texts)


def rules_of(connection: Connection) -> list[str]:
    """What people have said of it and curators have accepted, in the order that curators gave them."""
    return list(connection.remarks.rules().values_list("rule", flat=True))


def budget() -> Budget:
    """The embedded model's context is known; an operator's endpoint is trusted with more."""
    return Budget.of(settings.LOCAL_MODEL_CONTEXT if settings.LLM_ENDPOINT.local else ENDPOINT_CONTEXT)


def prompt_text(connection: Connection) -> str:
    """The part of the prompt that evolves: the connection's active generation."""
    return prompt.seed()


def generation_of(connection: Connection) -> int:
    """The number of the connection's active generation; 0 is the seed that all start with."""
    return 0
