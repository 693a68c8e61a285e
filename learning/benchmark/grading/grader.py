"""Whether a result answers a question, by comparing it with results that do.

Results are compared, not SQL. A result is right when its rows are those of a gold:

- Names of columns do not count, nor does their order: some assignment of columns must make the rows equal. With
  `extra_columns`, columns may be left over. Values are equal as cells.py and columns.py say.
- Each row counts as often as it stands there. The order of rows counts only if `ordered`: then the columns that the
  gold's statement sorts by must be the same at each position, so that rows that tie may stand in any order; where it
  sorts by none of its columns, every column must.
- No rows are right only if the gold has none, and as many columns.
- A result that was cut and one that was not are different. Of two that were cut, what is there is compared.

What is not right gets part of the credit, 0.9 at most, for the best of the golds:

    0.9 × (F1 of the columns found) × (F1 of the rows, compared in these columns)

so the right rows in the wrong order get 0.9, half of the rows two thirds of that, a column too many or too few a share,
and a single wrong number nothing (see overlap.py). It grows with each row and column that is put right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from datasources.engine import ResultSet
from learning.benchmark.grading import ordering
from learning.benchmark.grading.columns import Grid, Reading
from learning.benchmark.grading.matching import correspondence
from learning.benchmark.grading.overlap import overlap
from learning.benchmark.grading.reasons import OTHER_ORDER, reason

MOST_OF_WHAT_IS_WRONG = 0.9
_MOST_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class Gold:
    """A result that is right. `sorted_by`: the positions of the columns that its statement sorts by (empty: it sorts by
    none of its columns, or by none at all)."""

    result: ResultSet
    sorted_by: tuple[int, ...] = ()

    @classmethod
    def of(cls, sql: str, dialect: str, result: ResultSet) -> Gold:
        """The result of this statement."""
        return cls(result, ordering.sorted_by(sql, dialect, result.columns))


@dataclass(frozen=True)
class Golds:
    """All that are right for a question: read once, however many results are compared with them; and many statements
    come to one result, whose grade is remembered."""

    golds: tuple[Gold, ...]
    _grades: dict[bytes, Grade] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _read(self) -> Reading:
        return Reading(gold.result for gold in self.golds)

    def beside(self, result: ResultSet) -> Iterator[tuple[Gold, Grid, Grid]]:
        """Each gold, what it holds, and what the result does, to be compared."""
        other = self._read.other(result)
        return ((gold, ours, other) for gold, ours in zip(self.golds, self._read.grids, strict=True))

    def grade(self, result: ResultSet, *, ordered: bool, extra_columns: bool) -> Grade:
        """As `grade` below."""
        name = _fingerprint(result, ordered=ordered, extra_columns=extra_columns)
        found = self._grades.get(name)
        if found is None:
            if len(self._grades) >= _MOST_REMEMBERED:
                self._grades.clear()
            found = self._grades[name] = _best(result, self, ordered=ordered, extra_columns=extra_columns)
        return found


@dataclass(frozen=True, slots=True)
class Grade:
    """`score` is 0..1, and 1 only when right. `why` is what differs, in one sentence for a person; empty when right."""

    score: float
    why: str

    @property
    def is_right(self) -> bool:
        return self.score == 1.0


RIGHT = Grade(1.0, "")


def grade(
    result: ResultSet, golds: Golds | Sequence[Gold], *, ordered: bool = False, extra_columns: bool = False
) -> Grade:
    """That of the gold, of one at least, which it comes nearest to."""
    if isinstance(golds, Golds):
        return golds.grade(result, ordered=ordered, extra_columns=extra_columns)
    return _best(result, Golds(tuple(golds)), ordered=ordered, extra_columns=extra_columns)


def _fingerprint(result: ResultSet, *, ordered: bool, extra_columns: bool) -> bytes:
    """The same only where everything is that a grade depends on: 1, 1.0, True and '1' are written differently."""
    graded = (len(result.columns), result.rows, result.truncated, ordered, extra_columns)
    return blake2b(repr(graded).encode(), digest_size=32).digest()


def _best(result: ResultSet, golds: Golds, *, ordered: bool, extra_columns: bool) -> Grade:
    best: Grade | None = None
    for gold, ours, theirs in golds.beside(result):
        given = _grade(result, theirs, gold, ours, ordered=ordered, extra_columns=extra_columns)
        if best is None or given.score > best.score:
            best = given
        if best.is_right:
            break
    if best is None:
        raise ValueError("a result cannot be graded without any gold")
    return best


def _grade(result: ResultSet, theirs: Grid, gold: Gold, ours: Grid, *, ordered: bool, extra_columns: bool) -> Grade:
    has_right_shape = extra_columns or len(ours.columns) == len(theirs.columns)
    if has_right_shape and result.truncated == gold.result.truncated:
        if correspondence(ours, theirs, _in_place(gold) if ordered else ()) is not None:
            return RIGHT
        if ordered and correspondence(ours, theirs) is not None:
            return Grade(MOST_OF_WHAT_IS_WRONG, OTHER_ORDER)
    return _partial(result, gold, ours, theirs, extra_columns=extra_columns)


def _partial(result: ResultSet, gold: Gold, ours: Grid, theirs: Grid, *, extra_columns: bool) -> Grade:
    shared = overlap(ours, theirs, extra_columns=extra_columns)
    why = reason(result, gold.result, shared, extra_columns=extra_columns)
    return Grade(MOST_OF_WHAT_IS_WRONG * shared.score, why)


def _in_place(gold: Gold) -> Sequence[int]:
    return gold.sorted_by or range(len(gold.result.columns))
