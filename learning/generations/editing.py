"""Prompts that people write: by hand, or brought from elsewhere. Each becomes a proposal, and none replaces another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from agent.plain_text import visible
from agent.reflection import LONGEST_INSTRUCTIONS
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning.feedback.remarks import LONGEST as LONGEST_RULE
from learning.generations import changing
from learning.generations.changing import LONGEST_REASON, NotPossible, Rule, Text, text_in
from learning.models import Generation
from learning.optimizing.candidates import PLACES as MOST_RULES

Origin = Generation.Origin

_NO_TEXT = re.compile("[\ud800-\udfff]")
"""Half a character."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is instructions or rules, or empty where it is about the whole; `rule`: which one, from 1 on, if one."""

    message: str
    field: str = ""
    rule: int | None = None


class BadText(ValueError):
    """What cannot be a prompt, and everything that is wrong with it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def edit(parent: Generation, user: User, text: Text, why: str = "") -> Generation:
    """What `parent` says in other words, as a proposal. A rule that stays as it is still says its remark. Raises
    BadText."""
    before = text_in(parent)
    said = {rule.text: rule.remark for rule in before.rules}
    clean = cleaned(text)
    written = Text(clean.instructions, [Rule(rule.text, said.get(rule.text)) for rule in clean.rules])
    if (written.instructions, written.rules) == (before.instructions.strip(), list(before.rules)):
        raise BadText(Problem(f"Nothing is changed: it says what generation {parent.number} says."))
    return _add(parent, user, written, Origin.EDITED, why, f"edited by hand from generation {parent.number}")


def bring(connection: Connection, user: User, text: Text, source: str) -> Generation:
    """What was learned elsewhere, as a proposal beside what is in use. Raises BadText."""
    return _add(changing.in_use(connection), user, cleaned(text), Origin.IMPORTED, source, "imported")


def put_to_use(generation: Generation, user: User, reason: str, seen: int) -> None:
    """`seen` is the number of the generation that the person saw in use. Raises NotPossible."""
    with transaction.atomic():
        _require_seen(generation, seen)
        changing.promote(generation, user, _bounded(reason))


def roll_back(to: Generation, user: User, reason: str, seen: int) -> None:
    """Raises NotPossible."""
    if not reason.strip():
        raise NotPossible("Say why it is rolled back, so that others know.")
    with transaction.atomic():
        _require_seen(to, seen)
        if to not in changing.lineage(changing.in_use(to.connection)):
            raise NotPossible("What is in use did not come of it: put it to use instead.")
        changing.roll_back(to, user, _bounded(reason))


def cleaned(text: Text) -> Text:
    """As it is kept: nothing in it that a person would not see, and each rule in one line, without its remark."""
    instructions = visible(text.instructions.replace("\r\n", "\n")).strip()
    return Text(instructions, [Rule(" ".join(visible(rule.text).split())) for rule in text.rules])


def problems(text: Text) -> Iterator[Problem]:
    """Everything that is wrong with it, where it is `cleaned`."""
    instructions = text.instructions
    if not instructions:
        yield Problem("The instructions are empty. Say at least what the model is to reply.", "instructions")
    elif len(instructions) > LONGEST_INSTRUCTIONS:
        yield Problem(
            f"The instructions have {len(instructions):,} characters; at most {LONGEST_INSTRUCTIONS:,} are possible.",
            "instructions",
        )
    if _NO_TEXT.search(instructions):
        yield Problem("The instructions have a character in them that is no text.", "instructions")
    if len(text.rules) > MOST_RULES:
        yield Problem(f"There are {len(text.rules)} rules; at most {MOST_RULES} are possible.", "rules")
    first: dict[str, int] = {}
    for number, rule in enumerate(text.rules, 1):
        yield from _problems_of_rule(number, rule.text, first)


def _problems_of_rule(number: int, rule: str, first: dict[str, int]) -> Iterator[Problem]:
    same = first.setdefault(rule.casefold(), number)
    if not rule:
        yield Problem("It is empty.", "rules", number)
    elif len(rule) > LONGEST_RULE:
        yield Problem(f"It has {len(rule):,} characters; at most {LONGEST_RULE:,} are possible.", "rules", number)
    elif _NO_TEXT.search(rule):
        yield Problem("It has a character in it that is no text.", "rules", number)
    elif same != number:
        yield Problem(f"It says the same as rule {same}.", "rules", number)


def _add(parent: Generation, user: User, text: Text, origin: str, why: str, what: str) -> Generation:
    if found := list(problems(text)):
        raise BadText(*found)
    with transaction.atomic():
        generation = changing.add(parent, text, origin, user=user, reflection=_bounded(why))
        audit.record(
            generation.connection, user, AuditEntry.Action.CHANGE, f"generation {generation.number} was {what}"
        )
    return generation


def _require_seen(generation: Generation, seen: int) -> None:
    """That nobody has put yet another one to use. Raises NotPossible."""
    changing.lock(generation.connection)
    now = changing.in_use(generation.connection)
    if now.number not in (seen, generation.number):
        raise NotPossible(f"Generation {now.number} was put into use meanwhile. Look at it, then decide again.")


def _bounded(reason: str) -> str:
    """Raises NotPossible."""
    text = reason.replace("\0", "").strip()
    if len(text) > LONGEST_REASON:
        raise NotPossible(f"The reason has {len(text):,} characters; at most {LONGEST_REASON:,} are possible.")
    return text
