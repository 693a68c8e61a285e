"""SQLite's query plan: lines that name the line that they belong below."""

from __future__ import annotations

import re
from collections import defaultdict

from datasources.engine import ResultSet
from workbench.editor.plans.tree import Step

_COLUMNS = ("id", "parent", "notused", "detail")
_WORDS = re.compile(
    r"(?P<what>SCAN|SEARCH|LIST SUBQUERY|SCALAR SUBQUERY|CORRELATED (?:SCALAR|LIST) SUBQUERY|MATERIALIZE|CO-ROUTINE"
    r"|MERGE|REUSE (?:LIST|SCALAR) SUBQUERY) (?P<about>\S+)(?: (?P<rest>.+))?$"
)
_SAID = {
    "SCAN": "Read all of",
    "SEARCH": "Look up in",
    "MATERIALIZE": "Work out first",
    "CO-ROUTINE": "Work out row by row",
}


def read(result: ResultSet) -> tuple[Step, ...]:
    """Raises ValueError for what is no query plan."""
    if result.columns != _COLUMNS:
        raise ValueError("no query plan")
    below: dict[object, list[tuple[object, str]]] = defaultdict(list)
    for number, parent, _, detail in result.rows:
        below[parent].append((number, str(detail)))
    return _steps(0, below)


def _steps(parent: object, below: dict[object, list[tuple[object, str]]]) -> tuple[Step, ...]:
    """Each is taken once: a line that named itself would have no end."""
    return tuple(_step(detail, _steps(number, below)) for number, detail in below.pop(parent, []))


def _step(detail: str, steps: tuple[Step, ...]) -> Step:
    found = _WORDS.match(detail)
    if not found:
        return Step(_sentence(detail), steps=steps)
    what = _SAID.get(found["what"]) or _sentence(found["what"])
    return Step(what, found["about"], (found["rest"],) if found["rest"] else (), steps=steps)


def _sentence(words: str) -> str:
    """USE TEMP B-TREE FOR ORDER BY, said less loudly; names that it quotes stay as they are."""
    first, *others = words.split(" ")
    quiet = [
        word.lower() if word.isupper() and word not in {"B-TREE", "ORDER", "GROUP", "BY"} else word for word in others
    ]
    return " ".join([first.capitalize() if first.isupper() else first, *quiet])
