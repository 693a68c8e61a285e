"""What changed in the SQL, line by line."""

from chat.comparing import changes, laid_out


def marked(old: str, new: str) -> list[str]:
    signs = {"added": "+", "removed": "-", "kept": " "}
    return [signs[line.kind] + line.text for line in changes(old, new, "sqlite").lines]


def test_a_condition_that_was_added_is_one_line() -> None:
    old, new = "SELECT name FROM products", "select name from products where price > 100"
    assert marked(old, new) == [" SELECT", "   name", " FROM products", "+WHERE", "+  price > 100"]


def test_what_was_replaced_stands_before_what_replaces_it() -> None:
    assert marked("SELECT a FROM t", "SELECT b FROM t") == [" SELECT", "-  a", "+  b", " FROM t"]


def test_the_changed_lines_are_counted() -> None:
    found = changes("SELECT a FROM t", "SELECT b FROM t ORDER BY b", "sqlite")
    assert (found.added, found.removed) == (3, 1)


def test_what_cannot_be_read_is_compared_as_it_stands() -> None:
    assert laid_out("SELEC a\nFROM", "sqlite") == "SELEC a\nFROM"
    assert marked("SELEC a\nFROM t", "SELEC a\nFROM u") == [" SELEC a", "-FROM t", "+FROM u"]


def test_thousands_of_equal_lines_are_not_searched_for_where_each_might_belong() -> None:
    """That took half a minute, whenever the answer was drawn."""
    found = changes("SELECT " + ", ".join(["1, 2"] * 2000), "SELECT " + ", ".join(["2, 1"] * 2000), "sqlite")
    assert (found.added, found.removed) == (4000, 4000)
