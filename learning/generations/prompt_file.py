"""A prompt as a file, to take it to another connection: what it says, and where it is from. No question is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from learning.generations.changing import Rule, Text, text_in
from learning.generations.editing import cleaned, problems
from learning.models import Generation

FORMAT = "sql-agent-prompt"
VERSION = 1
MOST_BYTES = 100_000
_FIELDS = {"format", "version", "instructions", "rules", "from"}
_LONGEST_SOURCE = 100


class BadFile(ValueError):
    """Nothing of it can be used; `problems` are sentences for a person, each with its line where that is known."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Read:
    """`source` says where it is from, `ignored` what else was in the file."""

    text: Text
    source: str
    ignored: tuple[str, ...]


def written(generation: Generation) -> str:
    text = text_in(generation)
    connection = generation.connection
    said = {
        "format": FORMAT,
        "version": VERSION,
        "instructions": text.instructions,
        "rules": [rule.text for rule in text.rules],
        "from": {
            "connection": connection.name,
            "dialect": connection.dialect,
            "generation": generation.number,
            "exported_at": timezone.now().isoformat(timespec="seconds"),
        },
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def read(content: bytes) -> Read:
    """Raises BadFile."""
    source = _decoded(content)
    fields = _object(source)
    if fields.get("format") != FORMAT:
        raise BadFile(f"It is no prompt: “format” is not “{FORMAT}”. Choose a file that was exported on such a page.")
    if fields.get("version") != VERSION:
        raise BadFile(f"Its “version” is not {VERSION}: it was written by another release, and cannot be read here.")
    wrong = list(_wrong_types(fields, source))
    if wrong:
        raise BadFile(*wrong)
    text = Text(fields["instructions"], [Rule(rule) for rule in fields.get("rules", [])])
    if wrong := [_at(problem.rule, problem.message, text, source) for problem in problems(cleaned(text))]:
        raise BadFile(*wrong)
    return Read(
        cleaned(text), _source(fields.get("from")), tuple(sorted(_short(name) for name in fields.keys() - _FIELDS))
    )


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise BadFile(f"It is larger than {MOST_BYTES // 1000} kB: that is no prompt.")
    if not content.strip():
        raise BadFile("It is empty.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile(f"Line {line}: it is not UTF-8.") from None


def _object(source: str) -> dict[str, Any]:
    try:
        found = json.loads(source, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadFile(f"Line {error.lineno}, character {error.colno}: it is no JSON ({error.msg}).") from None
    except BadFile:
        raise
    except (ValueError, RecursionError):
        raise BadFile("It is no JSON that can be read: a number is too long, or it is nested too deeply.") from None
    if not isinstance(found, dict):
        raise BadFile("Line 1: it is no JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two would count, nobody could see."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise BadFile(f"It says “{_short(twice)}” twice.")
    return fields


def _wrong_types(fields: dict[str, Any], source: str) -> Iterator[str]:
    if not isinstance(fields.get("instructions"), str):
        yield _on(_line_of('"instructions"', source), "“instructions” is missing, or no text.")
    rules = fields.get("rules", [])
    if not isinstance(rules, list):
        yield _on(_line_of('"rules"', source), "“rules” is no list of texts.")
        return
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, str):
            yield _on(_line_of(json.dumps(rule), source), f"Rule {number} is no text.")


def _at(rule: int | None, message: str, text: Text, source: str) -> str:
    if rule is None:
        return message
    said = text.rules[rule - 1].text
    written_as = (json.dumps(said, ensure_ascii=False), json.dumps(said))
    line = next((line for one in written_as if (line := _line_of(one, source, last=True))), 0)
    return _on(line, f"Rule {rule}: {message}")


def _line_of(part: str, source: str, *, last: bool = False) -> int:
    """0 where it is not written so. Of what stands there twice the `last` one is the one too many."""
    place = source.rfind(part) if last else source.find(part)
    return source.count("\n", 0, place) + 1 if place >= 0 else 0


def _on(line: int, message: str) -> str:
    return f"Line {line}: {message}" if line else message


def _source(said: object) -> str:
    """A sentence, as far as the file says it."""
    if not isinstance(said, dict):
        return "Imported."
    number, name = said.get("generation"), said.get("connection")
    what = f"Generation {number}" if type(number) is int and 0 <= number < 10**9 else "A prompt"
    where = f" of {_short(name)}" if isinstance(name, str) and name.strip() else ""
    return f"{what}{where}, imported."


def _short(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST_SOURCE]
