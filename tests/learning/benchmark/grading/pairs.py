"""Two statements on the sample database, and how their results are compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    gold: str
    other: str
    ordered: bool = False
    extra_columns: bool = False
