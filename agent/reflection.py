"""Reflection: the model is shown what went wrong and says what to tell it better. Its answer is data, never trusted.

Texts are joined, never formatted: whatever braces, backticks or tags an answer holds, it stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.llm import Message
from agent.plain_text import visible
from agent.prompt import Prompt, prompt_file
from datasources.introspect import Schema

LONGEST_RULE = 400
"""Characters."""
LONGEST_INSTRUCTIONS = 3_000
LONGEST_REPLY = 12_000
"""Characters of an answer that is looked at: what is longer is no answer to what was asked."""
_LONGEST_RECORD = 900
_SHORTEST = 10

_RULE = re.compile(r"^\W*rule\W*?:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_SAID_RULE = re.compile(r"\brules?(?: is\b|:)[ \t]*(?:to\b )?(.+)$", re.IGNORECASE | re.MULTILINE)
"""As small models say it in the middle of a sentence."""
_WRONG = re.compile(r"^\W*wrong\W*?:\s*", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*•]|\d+[.)])\s+(.+)$", re.MULTILINE)
_TAGGED = re.compile(r"<instructions>(.*)</instructions>", re.IGNORECASE | re.DOTALL)
_OPENED = re.compile(r"<instructions>(.*)", re.IGNORECASE | re.DOTALL)
_SQL = re.compile(r"(select|with)\b.*\bfrom\b", re.IGNORECASE | re.DOTALL)


class Unusable(ValueError):
    """What the model answered cannot be used; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Record:
    """One question that was asked, the SQL that was written last, and what there is to say about it."""

    question: str
    sql: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """`why` is what the model says went wrong; it may be empty."""

    text: str
    why: str


def ask_for_rule(
    asked_with: Prompt, rules: Sequence[str], records: Sequence[Record], in_vain: Sequence[str] = ()
) -> list[Message]:
    """For one more rule beside those that there are, and other than what was tried `in_vain`."""
    tried = _listed("Rules that were tried and did not help; write another one:", in_vain)
    asked = f"{prompt_file('reflect_rule')} {_example(asked_with.schema)}"
    return _messages(asked_with, _told(records), _known(rules), tried, asked)


def ask_for_wording(asked_with: Prompt, said: str, records: Sequence[Record]) -> list[Message]:
    """For what a person said, as a rule that names tables, columns and values."""
    asked = f"{prompt_file('reflect_remark')} {_example(asked_with.schema)}"
    return _messages(asked_with, _told(records), asked, f"What the person said: {_line(said)}")


def ask_for_instructions(asked_with: Prompt, instructions: str, records: Sequence[Record]) -> list[Message]:
    """For other instructions instead of those that there are."""
    now = f"<instructions>\n{instructions.strip()}\n</instructions>"
    return _messages(asked_with, now, _told(records), prompt_file("reflect_instructions"))


def read_rule(reply: str, known: Sequence[str]) -> Proposed:
    """Raises Unusable."""
    answer = _answer(reply)
    found = _RULE.search(answer) or _SAID_RULE.search(answer) or _BULLET.search(answer)
    if not found:
        raise Unusable("The model's answer has no line that is a rule.")
    text = _line(found.group(1)).strip('*"“”` ')
    if len(text) < _SHORTEST or len(text) > LONGEST_RULE:
        raise Unusable(f"The rule has {len(text):,} characters; {_SHORTEST} to {LONGEST_RULE} are possible.")
    if _SQL.match(text):
        raise Unusable("The rule is a query and no rule.")
    if any(_line(one).casefold() == text.casefold() for one in known):
        raise Unusable("The rule is one that there is already.")
    return Proposed(text, _WRONG.sub("", _why(answer[: found.start()])))


def read_instructions(reply: str, known: str) -> Proposed:
    """Raises Unusable."""
    answer = _answer(reply)
    found = _TAGGED.search(answer) or _OPENED.search(answer)
    if not found:
        raise Unusable("The model's answer has no new instructions.")
    text = found.group(1).strip()
    if len(text) < _SHORTEST or len(text) > LONGEST_INSTRUCTIONS:
        raise Unusable(
            f"The instructions have {len(text):,} characters; {_SHORTEST} to {LONGEST_INSTRUCTIONS:,} are possible."
        )
    if text == known.strip():
        raise Unusable("The instructions are those that there are already.")
    return Proposed(text, _why(answer[: found.start()]))


def _answer(reply: str) -> str:
    """What a person sees of it. Raises Unusable."""
    answer = visible(reply)
    if not answer.strip():
        raise Unusable("The model answered nothing.")
    if len(answer) > LONGEST_REPLY:
        raise Unusable(f"The model's answer has {len(answer):,} characters, and is none to what was asked.")
    return answer


def _messages(asked_with: Prompt, *parts: str) -> list[Message]:
    text = "\n\n".join(part for part in parts if part)
    return [Message("system", asked_with.facts), Message("user", asked_with.after_tables(text))]


def _example(schema: Schema) -> str:
    """The form that an answer has. Small models copy the example, so it is true of this database where it can be."""
    known = _joined(schema) or _at_home(schema)
    if not known:
        return prompt_file("reflect_example")
    wrong, rule = known
    return f"Like these:\nWRONG: {wrong}\nRULE: {rule}"


def _joined(schema: Schema) -> tuple[str, str] | None:
    """Two tables that a key joins."""
    for table in schema.tables:
        for key in table.foreign_keys:
            other = schema.table(key.table)
            if other and other is not table and len(key.columns) == 1:
                one, two = table.full_name, other.full_name
                on = f"{one}.{key.columns[0]} = {two}.{key.referenced[0]}"
                return (
                    f"Rows of {one} stood beside rows of {two} that are not theirs.",
                    f"Join {one} with {two} on {on}.",
                )
    return None


def _at_home(schema: Schema) -> tuple[str, str] | None:
    """A column that one table has alone, where there are others."""
    for table in schema.tables if len(schema.tables) > 1 else ():
        for column in table.columns:
            if schema.tables_with_column(column.name) == [table.full_name]:
                return (
                    f"{column.name} was looked for in another table.",
                    f"The column {column.name} is in {table.full_name} alone.",
                )
    return None


def _told(records: Sequence[Record]) -> str:
    return "\n\n".join(
        f"Question: {_line(record.question)}\nSQL: {_line(record.sql)[:_LONGEST_RECORD] or '(none)'}\n"
        f"Feedback: {visible(record.feedback).strip()[:_LONGEST_RECORD]}"
        for record in records
    )


def _known(rules: Sequence[str]) -> str:
    return _listed("Rules that there are already:", rules)


def _listed(heading: str, rules: Sequence[str]) -> str:
    return "\n".join([heading, *(f"- {_line(rule)}" for rule in rules)]) if rules else ""


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def _why(text: str) -> str:
    return _line(text).strip('*"“”`# ')[:_LONGEST_RECORD]
