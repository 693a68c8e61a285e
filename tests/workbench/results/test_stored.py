"""Rows in a file are what the database gave."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from datasources.column_kinds import Kind
from datasources.errors import QueryFailed
from tests.workbench.results.conftest import Keep, stream_of
from workbench.results import stored
from workbench.results.stored import NotKept


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, None, -(2**63)], Kind.NUMBER),
        ([2**63, 5, -(2**100)], Kind.NUMBER),
        ([Decimal("1.10"), Decimal("123456789012345678901234567890.5"), None], Kind.NUMBER),
        ([1.5, float("inf"), float("-inf")], Kind.NUMBER),
        ([1, 2.5, Decimal("0.1")], Kind.NUMBER),
        ([True, False, None], Kind.TRUTH),
        (["a", "", None, "naïve 🙂", "NaN", "a\0b"], Kind.TEXT),
        (["2025-01-05", "2024-12-31 10:00:00", None], Kind.TIME),
        ([b"\x00\xff", b"", None], Kind.BYTES),
        ([1, "one", None], Kind.UNKNOWN),
        ([None, None], Kind.UNKNOWN),
    ],
)
def test_every_kind_of_cell_comes_back_as_it_was(keep: Keep, cells: list[Any], kind: Kind) -> None:
    kept = keep(["c"], [[cell] for cell in cells])
    assert [row for part in kept.parts() for row in part] == [(cell,) for cell in cells]
    assert [type(cell) for part in kept.parts() for (cell,) in part] == [type(cell) for cell in cells]
    assert kept.columns[0].kind is kind


def test_what_is_not_a_number_comes_back_as_that(keep: Keep) -> None:
    [[(first,), (second,)]] = keep(["c"], [[math.nan], [1.5]]).parts()
    assert isinstance(first, float)
    assert math.isnan(first)
    assert second == 1.5


def test_rows_come_by_their_numbers_in_the_order_that_is_asked(keep: Keep) -> None:
    kept = keep(["n"], [[number] for number in range(3_000)])
    assert kept.by_number([2_999, 1, 3_000]) == [(2_998,), (0,), (2_999,)]


def test_it_knows_names_that_repeat_and_their_types(keep: Keep) -> None:
    kept = keep(["id", "id"], [[1, "x"]], ["integer", "date"])
    assert [(column.name, column.type, column.kind) for column in kept.columns] == [
        ("id", "integer", Kind.NUMBER),
        ("id", "date", Kind.TIME),
    ]
    assert (kept.rows, kept.truncated, kept.elapsed) == (1, False, 0.5)


def test_numbers_are_written_as_the_answer_writes_them(keep: Keep) -> None:
    kept = keep(["price"], [[1234.5], [2.25]])
    assert [cell.text for (cell,) in kept.table.written([(99999.0,)])] == ["99,999.00"]


def test_nobody_else_of_the_machine_can_read_it(keep: Keep) -> None:
    assert keep(["a"], [[1]]).path.stat().st_mode & 0o077 == 0


def test_a_reading_that_breaks_off_leaves_what_was_there(keep: Keep) -> None:
    kept = keep(["a"], [[1]])
    stream = stream_of(["a"], [[2], [3]])

    def breaking() -> Any:
        yield ("part", (((2,),),))
        raise QueryFailed("The disk broke.")

    stream._parts = breaking()
    with pytest.raises(QueryFailed):
        stored.write(kept.path, stream)
    assert list(kept.parts()) == [[(1,)]]
    assert [path.suffix for path in kept.path.parent.iterdir()] == [".sqlite3"]


def test_more_columns_than_a_file_takes_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="It has 2,000 columns"):
        stored.write(tmp_path / "a.sqlite3", stream_of(["c"] * 2_000, []))


def test_what_was_never_kept_is_not_there(tmp_path: Path) -> None:
    assert stored.look(tmp_path / "a.sqlite3") is None
