"""Candidates as GEPA has them: named texts. Each rule has a place of its own, so that what two candidates have learned
can be merged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from learning import models

PLACES = 12
"""Rules of a prompt, at most."""
INSTRUCTIONS = "instructions"
RULES = tuple(f"rule {place + 1}" for place in range(PLACES))

Candidate = dict[str, str]


def candidate_of(instructions: str, rules: Sequence[str]) -> Candidate:
    """`rules`: the first PLACES, which may be empty."""
    places = [*rules[:PLACES], *[""] * (PLACES - len(rules))]
    return {INSTRUCTIONS: instructions, **dict(zip(RULES, places, strict=True))}


def as_texts(stored: models.Candidate) -> Candidate:
    """A stored one as gepa has it."""
    return {INSTRUCTIONS: stored.instructions, **dict(zip(RULES, stored.rules, strict=True))}


def places_of(candidate: Mapping[str, str]) -> list[str]:
    """Its rules with the places that are empty."""
    return [candidate[name] for name in RULES]


def rules_of(candidate: Mapping[str, str]) -> list[str]:
    return [rule for rule in places_of(candidate) if rule.strip()]


def key_of(candidate: Mapping[str, str]) -> str:
    """SHA-256 of what it tells the model."""
    said = [candidate[INSTRUCTIONS].strip(), *rules_of(candidate)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
