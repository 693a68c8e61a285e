"""Numbers and texts as people read and databases take them."""

from __future__ import annotations

import pytest

from datasources.storable import is_storable, storable
from datasources.wording import counted, minus, signed


@pytest.mark.parametrize(
    ("number", "many", "words"), [(1, "", "1 query"), (0, "queries", "0 queries"), (1000, "", "1,000 querys")]
)
def test_things_are_counted(number: int, many: str, words: str) -> None:
    assert counted(number, "query", many) == words


@pytest.mark.parametrize(
    ("number", "plain", "with_sign"),
    [(0.5, "0.50", "+0.50"), (-0.5, "−0.50", "−0.50"), (0.0, "0.00", "0.00"), (-0.004, "0.00", "0.00")],
)
def test_what_is_less_than_nothing_has_a_minus_sign(number: float, plain: str, with_sign: str) -> None:
    assert (minus(number), signed(number)) == (plain, with_sign)


def test_as_many_digits_as_wanted() -> None:
    assert signed(-0.12345, 3) == "−0.123"


def test_what_no_database_takes_is_replaced() -> None:
    assert storable("a\0b\ud83dc") == "ab\N{REPLACEMENT CHARACTER}c"
    assert storable("a\0b", nul="?") == "a?b"


@pytest.mark.parametrize(("text", "is_it"), [("été 🙂", True), ("a\0", False), ("\udc00", False)])
def test_what_can_be_stored(text: str, is_it: bool) -> None:
    assert is_storable(text) is is_it
