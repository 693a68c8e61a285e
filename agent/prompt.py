"""The message list: a stable prefix first, because the endpoint caches what it has read of it.

Order, most stable first: preamble, schema, dialect, the generation's prompt, notes, rules (one system message, the same
bytes for every question of a connection and generation); then earlier turns, the tables of a large schema that matter,
examples, the question with the stored values that it may mean, the failures. Examples stand in the question's own
message, not as turns before it: as good by measure, and a question that goes on from the turn before it still follows
that turn. Texts are joined, never formatted: what a person or a model wrote may hold braces.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from agent import house_rules, linking, wanted_tables
from agent.budget import Budget, bounded, tokens
from agent.errors import ErrorClass
from agent.llm import Message
from agent.plain_text import visible
from agent.repairs import Strategy, instruction
from agent.told_values import told_values
from agent.value_index import ValueIndex
from agent.worked_examples import worked_examples
from datasources.introspect import Schema

PROMPTS = Path(__file__).parent / "prompts"
LEARNED = "Learned about this database:"
LONGEST_MESSAGE = 1000
"""Characters of what a database said, and of a hint, that go into a prompt."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the SQL that answered it; empty when that found no rows, or, as
    `is_wrong` says, not what was wanted.

    SQL that found nothing is likely wrong, and small models copy what they see. What is asked next may still go on
    from that question.
    """

    question: str
    sql: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A question of this database and the SQL that people have found right for it.

    `follows`: the question before it, where it makes sense only after that.
    """

    question: str
    sql: str
    follows: str = ""


@cache
def prompt_file(name: str) -> str:
    """A prompt text beside this code, such as "seed" or "dialects/sqlite"; empty when there is no such file."""
    path = PROMPTS / f"{name}.md"
    return path.read_text().strip() if path.exists() else ""


def seed() -> str:
    """Generation 0 of every connection."""
    return prompt_file("seed")


def generation_text(instructions: str, rules: Sequence[str] = ()) -> str:
    """What a generation of the prompt says: its instructions, and the rules that it has learned."""
    return "\n\n".join(part for part in (instructions.strip(), house_rules.section(rules, LEARNED)) if part)


def system_prompt(
    schema: str, dialect: str, generation: str, notes: str = "", rules: Sequence[str] = (), examples: str = ""
) -> str:
    """The whole system message: the prefix that stays the same between questions. `examples` are last: what is before
    them is read once for prompts with them and without."""
    parts = [prompt_file("preamble"), schema.strip(), prompt_file(f"dialects/{dialect}"), generation.strip()]
    if notes.strip():
        parts.append(f"Notes on this database:\n{notes.strip()}")
    parts += [house_rules.section(rules), examples]
    return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What every question of a connection is asked with: `system` is the stable prefix, `facts` its beginning that
    says what the database holds and not what to reply, `worked` the same prefix and after it worked examples: another
    view of the same question. What one view leads a small model to, the other often does not.

    A schema above the budget is no part of it: each question brings the tables that matter. What the generation says
    and notes are cut at a line, and say so; of too many rules the last are left out. History and examples have what
    these leave. `values` finds what the database holds in a question.
    """

    system: str
    schema: Schema
    dialect: str
    budget: Budget
    is_whole: bool
    facts: str = ""
    worked: str = ""
    values: ValueIndex | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        schema: Schema,
        dialect: str,
        generation: str,
        notes: str,
        budget: Budget,
        rules: Sequence[str] = (),
        *,
        worked: bool = False,
    ) -> "Prompt":
        text = schema.to_prompt(dialect)
        learned = bounded(generation.strip(), budget.longest_generation)
        is_whole = tokens(text) + max(0, tokens(learned) - budget.generation) <= budget.schema
        if not is_whole:
            text = f"{linking.overview(schema, dialect, budget.names)}\n{prompt_file('need_table')}"
        told = house_rules.fitting(rules, budget.rules)
        system = partial(system_prompt, text, dialect, learned, bounded(notes.strip(), budget.notes), told)
        shown = _worked(schema, dialect) if worked else ""
        return cls(
            system(),
            schema,
            dialect,
            budget,
            is_whole,
            facts=system_prompt(text, "", ""),
            worked=system(shown) if shown else "",
        )

    def other_view(self) -> "Prompt":
        """With worked examples; itself where there are none."""
        return replace(self, system=self.worked) if self.worked else self

    def holding(self, values: ValueIndex | None) -> "Prompt":
        """With what the database holds."""
        return replace(self, values=values)

    def opening(
        self, history: Sequence[Turn], question: str, examples: Sequence[Example] = (), with_values: bool = True
    ) -> list[Message]:
        """The messages of a first attempt. Of a long history the oldest turns are left out, of many `examples` the
        first. The stored values that the question names are told after it."""
        values = self._values(question) if with_values else ""
        room = self._room(question + values)
        kept = _recent(history, min(self.budget.history, room))
        room -= sum(tokens(turn.question + turn.sql) for turn in kept)
        shown = _nearest(examples, min(self.budget.examples, room))
        return opening(self.system, kept, question, self._tables(kept, question, shown), shown, values)

    def tables_for_repair(self, written: str, message: str, shown: str) -> str:
        """The definitions that an attempt wants and that do not stand in `shown`, the text that was told so far.

        `written` is its SQL, or what the model said in place of it, such as `-- need table: orders`. Empty where the
        schema is told whole.
        """
        if self.is_whole:
            return ""
        room = self.budget.tables // 2
        return wanted_tables.definitions(written, message, shown, self.schema, self.dialect, room)

    def after_tables(self, text: str) -> str:
        """`text` that is about no table in particular; before it the most connected ones, where `facts` lacks them."""
        tables = self._tables((), "")
        return f"{tables}\n\n{text}" if tables else text

    def fitting(self, messages: Sequence[Message], opening: int, reply_tokens: int) -> list[Message]:
        """`messages` without the oldest failures, where the context would not hold them and the reply.

        The first `opening` messages always stay, and so does the last failure.
        """
        kept = list(messages)
        room = self.budget.context - reply_tokens
        while len(kept) > opening + 2 and sum(tokens(message.content) for message in kept) > room:
            del kept[opening : opening + 2]
        return kept

    def _room(self, question: str) -> int:
        """Tokens that are left for what is told beside the question."""
        tables = 0 if self.is_whole else self.budget.tables
        return self.budget.context - self.budget.reply - tokens(self.system) - tables - tokens(question)

    def _values(self, question: str) -> str:
        mentions = self.values.mentioned(question) if self.values else ()
        if not mentions:
            return ""
        return f"{prompt_file('values')} {told_values(mentions, self.schema, self.dialect)}."

    def _tables(self, history: Sequence[Turn], question: str, examples: Sequence[Example] = ()) -> str:
        if self.is_whole:
            return ""
        earlier = [text for turn in history[-1:] for text in (turn.question, turn.sql)]
        used = [example.sql for example in examples]
        return linking.statements_for(question, earlier, self.schema, self.dialect, self.budget.tables, used)


def _worked(schema: Schema, dialect: str) -> str:
    found = worked_examples(schema, dialect)
    texts = [f"Question: {question}\n{reply(sql).content}" for question, sql in found]
    return "\n\n".join([prompt_file("worked"), *texts]) if texts else ""


def opening(
    system: str,
    history: Sequence[Turn],
    question: str,
    tables: str = "",
    examples: Sequence[Example] = (),
    values: str = "",
) -> list[Message]:
    """The messages of a first attempt; `tables` are the definitions that matter, where the schema is not told whole,
    `values` says what the database holds of what the question names."""
    messages = [Message("system", system)]
    fruitless = ""
    for turn in history:
        if turn.sql:
            messages += [Message("user", turn.question), reply(turn.sql)]
        else:
            came_of_it = "the answer was not right" if turn.is_wrong else "no rows were found"
            fruitless += f"(Asked before, and {came_of_it}: {turn.question})\n\n"
    before = f"{tables}\n\n" if tables else ""
    asked = f"{_shown(examples)}{question}" if examples else question
    after = f"\n\n{values}" if values else ""
    return [*messages, Message("user", before + fruitless + asked + after)]


def _shown(examples: Sequence[Example]) -> str:
    texts = [f"Question: {_asked(example)}\n{reply(example.sql).content}" for example in examples]
    return "\n\n".join([prompt_file("verified"), *texts, prompt_file("verified_end")]) + "\n"


def _asked(example: Example) -> str:
    """In one line: what one person has asked is shown to others, and must not look like more than a question."""
    question, follows = (" ".join(visible(text).split()) for text in (example.question, example.follows))
    return f"{question} (asked after: {follows})" if follows else question


def _nearest(examples: Sequence[Example], limit: int) -> Sequence[Example]:
    """The last ones that `limit` tokens hold: the most similar is last. One that is too long keeps out no other."""
    kept: list[Example] = []
    for example in reversed(examples):
        size = tokens(example.follows + example.question + example.sql)
        if size <= limit:
            kept.append(example)
            limit -= size
    return kept[::-1]


def _recent(history: Sequence[Turn], limit: int) -> Sequence[Turn]:
    """The last turns that `limit` tokens hold."""
    kept = len(history)
    for turn in reversed(history):
        limit -= tokens(turn.question + turn.sql)
        if limit < 0:
            break
        kept -= 1
    return history[kept:]


def reply(sql: str) -> Message:
    """A query as the model would have written it."""
    return Message("assistant", f"```sql\n{sql}\n```")


def said(text: str) -> Message:
    """What the model said that was no query. An endpoint may refuse an empty message."""
    return Message("assistant", text.strip() or "…")


def rejection(remark: str) -> Message:
    """Says of the answer before it that it is not wanted, and why, where a person said that; asks for another one."""
    why = f"What is wrong with it: {remark[:LONGEST_MESSAGE]}" if remark else ""
    return Message("user", "\n".join(part for part in (prompt_file("rejected"), why, prompt_file("reply")) if part))


def failure(error_class: ErrorClass, message: str, hint: str, *, repeated: bool = False) -> str:
    """What went wrong, for the model; `repeated` when it wrote a failed query once more."""
    what = f"That query failed ({error_class}): {message[:LONGEST_MESSAGE]}"
    if error_class is ErrorClass.EMPTY_RESULT:
        what = "That query ran, but found no rows."
    parts = [what, hint[:LONGEST_MESSAGE], "It is the same query as before. Write a different one." if repeated else ""]
    return "\n".join(part for part in parts if part)


def diagnosis_request(failed: str) -> Message:
    return Message("user", f"{failed}\n{prompt_file('diagnose')}")


def repair_request(failed: str, strategy: Strategy, tables: str = "") -> Message:
    """Asks for the next attempt. `failed` is empty when a diagnosis has told the failure already; `tables` are the
    definitions that the failed attempt wants."""
    more = f"{prompt_file('more_tables')}\n\n{tables}\n" if tables else ""
    parts = [failed, more, instruction(strategy), prompt_file("reply")]
    return Message("user", "\n".join(part for part in parts if part))


def requested(tables: str) -> Message:
    """Gives the definitions that were asked for in place of SQL, and asks for that."""
    return Message("user", f"{tables}\n\n{prompt_file('requested')}")
