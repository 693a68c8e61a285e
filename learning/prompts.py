"""The prompt that a connection's questions are asked with."""

from agent import prompt
from datasources.models import Connection


def system_prompt(connection: Connection) -> str:
    """The stable prefix: byte-identical between the questions of a connection and generation."""
    return prompt.system_prompt(
        connection.schema().to_prompt(), connection.dialect, prompt_text(connection), connection.notes
    )


def prompt_text(connection: Connection) -> str:
    """The part of the prompt that evolves: the connection's active generation."""
    return prompt.seed()


def generation_of(connection: Connection) -> int:
    """The number of the connection's active generation; 0 is the seed that all start with."""
    return 0
