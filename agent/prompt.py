"""The message list: a stable prefix first, because the endpoint caches what it has read of it.

Order, most stable first: preamble, schema, dialect, the generation's prompt, notes (one system message, the same
bytes for every question of a connection and generation); then earlier turns, the question, the failures. Texts are
joined, never formatted: what a person or a model wrote may hold braces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.errors import ErrorClass
from agent.llm import Message
from agent.repairs import Strategy, instruction

PROMPTS = Path(__file__).parent / "prompts"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the SQL that answered it; empty when that found no rows.

    SQL that found nothing is likely wrong, and small models copy what they see.
    """

    question: str
    sql: str


@cache
def prompt_file(name: str) -> str:
    """A prompt text beside this code, such as "seed" or "dialects/sqlite"; empty when there is no such file."""
    path = PROMPTS / f"{name}.md"
    return path.read_text().strip() if path.exists() else ""


def seed() -> str:
    """Generation 0 of every connection."""
    return prompt_file("seed")


def system_prompt(schema: str, dialect: str, generation: str, notes: str = "") -> str:
    """The whole system message: the prefix that stays the same between questions."""
    parts = [prompt_file("preamble"), schema.strip(), prompt_file(f"dialects/{dialect}"), generation.strip()]
    if notes.strip():
        parts.append(f"Notes on this database:\n{notes.strip()}")
    return "\n\n".join(part for part in parts if part)


def opening(system: str, history: Sequence[Turn], question: str) -> list[Message]:
    """The messages of a first attempt."""
    messages = [Message("system", system)]
    fruitless = ""
    for turn in history:
        if turn.sql:
            messages += [Message("user", turn.question), reply(turn.sql)]
        else:
            fruitless += f"(Asked before, and no rows were found: {turn.question})\n\n"
    return [*messages, Message("user", fruitless + question)]


def reply(sql: str) -> Message:
    """A query as the model would have written it."""
    return Message("assistant", f"```sql\n{sql}\n```")


def said(text: str) -> Message:
    """What the model said that was no query. An endpoint may refuse an empty message."""
    return Message("assistant", text.strip() or "…")


def failure(error_class: ErrorClass, message: str, hint: str, *, repeated: bool = False) -> str:
    """What went wrong, for the model; `repeated` when it wrote a failed query once more."""
    what = f"That query failed ({error_class}): {message}"
    if error_class is ErrorClass.EMPTY_RESULT:
        what = "That query ran, but found no rows."
    parts = [what, hint, "It is the same query as before. Write a different one." if repeated else ""]
    return "\n".join(part for part in parts if part)


def diagnosis_request(failed: str) -> Message:
    return Message("user", f"{failed}\n{prompt_file('diagnose')}")


def repair_request(failed: str, strategy: Strategy) -> Message:
    """Asks for the next attempt. `failed` is empty when a diagnosis has told the failure already."""
    parts = [failed, instruction(strategy), prompt_file("reply")]
    return Message("user", "\n".join(part for part in parts if part))
