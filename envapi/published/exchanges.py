"""Requests and what they were really answered, as examples. A test asks them again, and writes the file anew where it
is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "exchanges.json"


@dataclass(frozen=True, slots=True)
class Exchange:
    """`request` is None where there is no body. The longest texts and lists in `response` are cut."""

    name: str
    summary: str
    method: str
    path: str
    request: Any
    status: int
    response: Any


@cache
def exchanges() -> Mapping[str, Exchange]:
    return {found["name"]: Exchange(**found) for found in json.loads(FILE.read_text())}
