"""What is not right about a result, in one sentence for a person."""

from __future__ import annotations

from decimal import Decimal

from datasources.engine import Cell, ResultSet
from learning.benchmark.grading.overlap import Overlap

OTHER_ORDER = "The rows are right, but not in the order asked for."
_LONGEST = 60
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def reason(result: ResultSet, gold: ResultSet, overlap: Overlap, *, extra_columns: bool) -> str:
    """The rows first, then the columns, then the values."""
    parts = [_of_rows(result, gold, overlap), _of_columns(result, gold, extra_columns=extra_columns)]
    if not parts[0] and not (parts[1] and _are_the_others_right(result, gold, overlap)):
        parts.append(_of_values(result, gold, overlap))
    sentence = ", and ".join(filter(None, parts))
    return f"{sentence[0].upper()}{sentence[1:]}."


def _of_rows(result: ResultSet, gold: ResultSet, overlap: Overlap) -> str:
    if len(result.rows) == len(gold.rows) and result.truncated == gold.truncated:
        return ""
    counts = f"{_rows(result)} instead of {_how_many(gold) or 'none'}"
    if len(overlap.found) < len(gold.columns) or not overlap.shared:
        return counts
    if overlap.shared == len(gold.rows):
        return f"{counts}: {_what_is_too_much(result, gold)}"
    return f"{counts}: those there are right" if overlap.shared == len(result.rows) else counts


def _what_is_too_much(result: ResultSet, gold: ResultSet) -> str:
    if not result.truncated and len(set(result.rows)) == len(set(gold.rows)):
        return "some appear more often than they should"
    return "those asked for, and others"


def _of_columns(result: ResultSet, gold: ResultSet, *, extra_columns: bool) -> str:
    more = len(result.columns) - len(gold.columns)
    if more == 0 or (more > 0 and extra_columns):
        return ""
    return f"{_count(abs(more), 'column')} {'too many' if more > 0 else 'too few'}"


def _are_the_others_right(result: ResultSet, gold: ResultSet, overlap: Overlap) -> bool:
    """Whether there is nothing wrong but how many columns there are."""
    compared = min(len(result.columns), len(gold.columns))
    return not gold.rows or not compared or (len(overlap.found) == compared and overlap.shared == len(gold.rows))


def _of_values(result: ResultSet, gold: ResultSet, overlap: Overlap) -> str:
    found, answering = {at for at, _ in overlap.found}, {answer for _, answer in overlap.found}
    missed = [at for at in range(len(gold.columns)) if at not in found]
    left = [at for at in range(len(result.columns)) if at not in answering]
    if len(gold.rows) == 1 and missed and left and len(result.columns) == len(gold.columns):
        return _of_cell(result, gold, left[0], missed[0])
    if found and missed and overlap.shared == len(gold.rows):
        names = _count(len(missed), "column") if len(missed) > 1 else _named(gold, missed[0])
        return f"the values of {names} are not right"
    if overlap.shared == len(gold.rows):
        return "too many columns are alike to say which is which"
    if len(gold.rows) == 1:
        return "the row is not right"
    where = f", in {_word(len(found))} of {_count(len(gold.columns), 'column')}" if found and missed else ""
    return f"{overlap.shared or 'none'} of {_rows(gold)} {'is' if overlap.shared == 1 else 'are'} right{where}"


def _of_cell(result: ResultSet, gold: ResultSet, at: int, gold_at: int) -> str:
    given, right = result.rows[0][at], gold.rows[0][gold_at]
    numbers = int | float | Decimal
    kind = "number" if isinstance(given, numbers) and isinstance(right, numbers) else "value"
    name = f"the {kind}" if len(gold.columns) == 1 else f"the {kind} of {_named(gold, gold_at)}"
    return f"{name} is {_shown(given)} instead of {_shown(right)}"


def _named(gold: ResultSet, at: int) -> str:
    return f'"{_cut(gold.columns[at])}"'


def _rows(result: ResultSet) -> str:
    return f"{_how_many(result) or 'no'} {'row' if len(result.rows) == 1 else 'rows'}"


def _how_many(result: ResultSet) -> str:
    if not result.rows:
        return ""
    return f"{'more than ' if result.truncated else ''}{len(result.rows):,}"


def _count(number: int, thing: str) -> str:
    return f"{_word(number)} {thing}{'' if number == 1 else 's'}"


def _word(number: int) -> str:
    return _SMALL[number] if number < len(_SMALL) else f"{number:,}"


def _shown(cell: Cell) -> str:
    if cell is None:
        return "NULL"
    if isinstance(cell, str):
        return f'"{_cut(cell)}"'
    if isinstance(cell, float):
        return f"{cell:.12g}"
    if isinstance(cell, int) and cell.bit_length() > 1000:
        return _cut(hex(cell))
    return _cut(str(cell[:_LONGEST] if isinstance(cell, bytes) else cell))


def _cut(text: str) -> str:
    """Without NUL characters, which PostgreSQL would not keep."""
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
