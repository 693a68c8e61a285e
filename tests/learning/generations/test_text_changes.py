"""What differs between two prompts."""

from __future__ import annotations

import pytest

from learning.generations.text_changes import Changes, Piece, Row, changes


def unified(found: Changes) -> list[str]:
    lines = []
    for row in found.rows:
        if row.is_kept:
            lines.append(f"  {_text(row.after)}")
        else:
            lines += [f"- {_text(row.before)}"] if row.before else []
            lines += [f"+ {_text(row.after)}"] if row.after else []
    return lines


def _text(line: tuple[Piece, ...] | None) -> str:
    return "".join(piece.text for piece in line or ())


def test_the_same_text_has_no_changes() -> None:
    found = changes("one\ntwo", "one\ntwo")
    assert (found.has_any, found.added, found.removed) == (False, 0, 0)
    assert all(row.is_kept for row in found.rows)


def test_lines_are_added_and_removed() -> None:
    found = changes("one\ntwo\nthree", "one\nthree\nfour")
    assert unified(found) == ["  one", "- two", "  three", "+ four"]
    assert (found.added, found.removed) == (1, 1)


def test_a_reworded_line_is_one_row_with_its_words_marked() -> None:
    [row] = changes("Count only paid orders here", "Count only open orders here").rows
    assert row == Row(
        (Piece("Count only "), Piece("paid ", True), Piece("orders here")),
        (Piece("Count only "), Piece("open ", True), Piece("orders here")),
    )


def test_lines_that_have_nothing_in_common_are_two_rows() -> None:
    assert [(row.before is None, row.after is None) for row in changes("a b c d", "w x y z").rows] == [
        (False, True),
        (True, False),
    ]


def test_nothing_of_a_text_is_lost() -> None:
    before, after = "a {x}\n\n`b`  c", "a {y}\n\n`b`  d\n{% e %}"
    rows = changes(before, after).rows
    assert "\n".join(_text(row.before) for row in rows if row.before is not None) == before
    assert "\n".join(_text(row.after) for row in rows if row.after is not None) == after


def test_an_empty_line_is_a_line() -> None:
    assert changes("a", "a\n\nb").added == 2


@pytest.mark.timeout(20)
def test_what_repeats_itself_thousands_of_times_takes_no_half_minute() -> None:
    before, after = ("\n".join([*["a"] * count, "b " * count]) for count in (20_000, 20_001))
    assert changes(before, after).has_any
