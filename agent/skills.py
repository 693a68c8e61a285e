"""What the agent does beyond having SQL written and repaired; each part can be switched off, to measure what it is
worth."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

PARTS = ("worked", "fixes", "facts", "doubts", "values", "grammar")


@dataclass(frozen=True, slots=True)
class Skills:
    """`worked`: the prompt shows a few questions with their SQL, made by a program from the schema. `fixes`: a program
    puts right what it is sure of, before a model is asked to. `facts`: a repair is told what the database itself knows
    of the failure. `doubts`: SQL that runs is examined for signs that it is wrong. `values`: the model is told which
    stored values the question names. `grammar`: a local model is kept to the names that there are.

    `readings`: how often a question is answered, at most, before the answer is chosen; 1 is a single shot. Who is
    `eager` reads again even where nothing speaks against the first reading, unless the model was sure of it.
    """

    worked: bool = True
    fixes: bool = True
    facts: bool = True
    doubts: bool = True
    values: bool = True
    grammar: bool = False
    readings: int = 4
    eager: bool = True

    @classmethod
    def of(cls, parts: Collection[str], readings: int = 1, *, eager: bool = True) -> Skills:
        """Those that are named, see PARTS, and no others."""
        return cls(**{part: part in parts for part in PARTS}, readings=readings, eager=eager)

    def with_readings(self, readings: int) -> Skills:
        return replace(self, readings=readings)

    def __str__(self) -> str:
        """Such as “fixes,doubts ×4”."""
        parts = ",".join(part for part in PARTS if getattr(self, part)) or "none"
        return f"{parts} ×{self.readings}"


def parsed(text: str) -> list[str]:
    """The parts that a person has named, with commas between them, or none. Raises ValueError that says what may be
    written."""
    found = [] if text.strip() == "none" else [name.strip() for name in text.split(",") if name.strip()]
    if any(name not in PARTS for name in found):
        raise ValueError(f"any of {', '.join(PARTS)}, with commas between them, or none")
    return found


PLAIN = Skills.of((), 1)
"""None of them."""
