"""What is known of an answer before anybody judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from agent.attempt import Attempt
from agent.readings import groups
from datasources.engine import ResultSet

MOST_COUNTED = 3
"""More doubts, or more repairs, than that say nothing more."""
LEAST_LIKELIHOOD = -1.5

PICKED = "picked"
"""In what is stored of an answer: a person has put another reading in the place of the one that was reckoned with."""


@dataclass(frozen=True, slots=True)
class Signals:
    """`agreeing` of `readings` gave the same rows, the answer's own among them. `likelihood`: as in agent.llm.Finished.
    `doubts` are the kinds of what speaks against the SQL, `fixed` counts what a program put right in it, `examples` the
    verified queries that the model was shown; `similarity` is that of the most similar one."""

    agreeing: int = 1
    readings: int = 1
    likelihood: float | None = None
    attempts: int = 1
    doubts: tuple[str, ...] = ()
    fixed: int = 0
    examples: int = 0
    recalled: bool = False
    rows: int | None = None
    similarity: float | None = None

    @classmethod
    def gathered(
        cls, attempts: Sequence[Attempt], result: ResultSet | None, examples: int = 0, *, is_recalled: bool = False
    ) -> Signals:
        """Of an answer that has just been found."""
        answered = next((made for made in attempts if result and made.reading and made.reading.result is result), None)
        reading = answered.reading if answered else None
        readings = answered.readings if answered else []
        group = next((each for each in groups(readings) if reading in each.readings), None)
        return cls(
            agreeing=len(group.readings) if group else 1,
            readings=max(1, len(readings)),
            likelihood=reading.likelihood if reading else None,
            doubts=tuple(sorted({doubt.kind for doubt in reading.doubts})) if reading else (),
            fixed=len(reading.fixes) if reading else 0,
            attempts=len(attempts),
            examples=examples,
            recalled=is_recalled and len(attempts) == 1,
            rows=None if result is None else len(result.rows),
        )

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Signals:
        """As they are stored, also by another release: what is missing is not known, and what is unknown left out."""
        known = {field.name: stored[field.name] for field in fields(cls) if stored.get(field.name) is not None}
        return cls(**known | {"doubts": tuple(known.get("doubts", ()))})

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"doubts": list(self.doubts)}


FEATURES: Mapping[str, Callable[[Signals], float | None]] = {
    "agreement": lambda known: known.agreeing / known.readings if known.readings > 1 else None,
    "likelihood": lambda known: None if known.likelihood is None else max(LEAST_LIKELIHOOD, known.likelihood),
    "doubts": lambda known: float(min(MOST_COUNTED, len(known.doubts))),
    "repairs": lambda known: float(min(MOST_COUNTED, known.attempts - 1)),
    "recalled": lambda known: float(known.recalled),
}
"""What the model of `prior` reads, by name; None where it is not known of an answer."""
