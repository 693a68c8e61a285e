"""What differs between two prompts, line by line, and in a line that was reworded word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

_ALIKE = 0.5
"""Two lines less alike than this are no rewording of each other."""
_MOST_PAIRS = 20_000
"""Of equal lines or words: to look at each of more would take seconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each; None where one has none."""

    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...] | None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    rows: tuple[Row, ...]

    @property
    def added(self) -> int:
        return sum(row.after is not None and not row.is_kept for row in self.rows)

    @property
    def removed(self) -> int:
        return sum(row.before is not None and not row.is_kept for row in self.rows)

    @property
    def has_any(self) -> bool:
        return bool(self.added or self.removed)


def changes(before: str, after: str) -> Changes:
    return Changes(tuple(_rows(before.splitlines(), after.splitlines())))


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for tag, i, j, k, m in _matcher(before, after).get_opcodes():
        if tag == "equal":
            yield from (Row((Piece(line),), (Piece(line),), is_kept=True) for line in before[i:j])
        else:
            for old, new in zip_longest(before[i:j], after[k:m]):
                yield from _changed(old, new)


def _changed(old: str | None, new: str | None) -> Iterator[Row]:
    if old is None or new is None:
        yield Row(_whole(old), _whole(new))
        return
    before, after = _words(old), _words(new)
    matcher = _matcher(before, after)
    if matcher.ratio() < _ALIKE:
        yield Row(_whole(old), None)
        yield Row(None, _whole(new))
        return
    codes = matcher.get_opcodes()
    yield Row(
        tuple(Piece("".join(before[i:j]), tag != "equal") for tag, i, j, _, _ in codes if j > i),
        tuple(Piece("".join(after[k:m]), tag != "equal") for tag, _, _, k, m in codes if m > k),
    )


def _whole(line: str | None) -> tuple[Piece, ...] | None:
    return None if line is None else (Piece(line),)


def _words(line: str) -> list[str]:
    """Each with the space after it."""
    return re.findall(r"\S+\s*|\s+", line)


def _matcher(before: Sequence[str], after: Sequence[str]) -> SequenceMatcher[str]:
    ours, theirs = Counter(before), Counter(after)
    pairs = sum(count * theirs[one] for one, count in ours.items())
    return SequenceMatcher(None, before, after, autojunk=pairs > _MOST_PAIRS)
