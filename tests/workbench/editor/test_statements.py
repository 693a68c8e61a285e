"""Which statement of a text is meant."""

import pytest

from workbench.editor.statements import Piece, chosen, split

TWO = "SELECT 1; -- one\nSELECT ';' AS two\n"


@pytest.mark.parametrize(
    ("cursor", "meant"),
    [
        (0, Piece("SELECT 1", 0)),
        (8, Piece("SELECT 1", 0)),
        (20, Piece("-- one\nSELECT ';' AS two", 10)),
        (len(TWO), Piece("-- one\nSELECT ';' AS two", 10)),
    ],
)
def test_the_one_at_the_cursor(cursor: int, meant: Piece) -> None:
    assert chosen(TWO, cursor, cursor, "sqlite") == meant


def test_what_is_selected_whichever_way() -> None:
    assert chosen(TWO, 8, 0, "sqlite") == Piece("SELECT 1", 0)


def test_white_space_that_is_selected_is_nothing() -> None:
    assert chosen("SELECT 1 ", 8, 9, "sqlite") == Piece("SELECT 1 ")


def test_without_a_cursor_it_is_the_whole() -> None:
    assert chosen(TWO, None, None, "sqlite") == Piece(TWO)


def test_a_place_beyond_the_end_is_the_end() -> None:
    assert chosen("SELECT 1", 5_000, 9_000, "sqlite") == Piece("SELECT 1")


def test_an_open_quote_keeps_the_text_together() -> None:
    assert split("SELECT 'a; SELECT 2", "sqlite") == [Piece("SELECT 'a; SELECT 2")]


def test_empty_statements_are_none() -> None:
    assert split(";; SELECT 1;;", "sqlite") == [Piece("SELECT 1", 3)]
