"""What the server asks of the import process, and what can be wrong with a file."""

from dataclasses import dataclass


class BadFile(Exception):
    """A file that is of no use, in words for a person."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of which a table is made. `label` is its name as people know it."""

    path: str
    kind: str
    table: str
    label: str
