"""The readings that an answer was chosen from, as they are stored."""

from agent.errors import ErrorClass
from agent.reading import Doubt, DoubtKind, Fix, Reading
from datasources.engine import ResultSet
from learning import readings


def ran(sql: str, *rows: tuple[int, ...], likelihood: float = -0.5) -> Reading:
    return Reading(sql, likelihood, ResultSet(("n",), rows, truncated=False, elapsed=0.0))


def test_a_single_reading_is_not_stored_beside_its_attempt() -> None:
    one = ran("SELECT 1", (1,))
    assert readings.stored([one], one) == []


def test_those_that_agree_stand_together_the_strongest_first() -> None:
    lonely, first, second = ran("SELECT 9", (9,)), ran("SELECT 1", (1,)), ran("SELECT 2-1", (1,), likelihood=-0.1)
    failed = Reading("SELECT x", error_class=ErrorClass.NO_SUCH_COLUMN, message="no such column: x")
    found = readings.stored([lonely, failed, first, second], second)

    assert [(each["sql"], each["group"], each["chosen"]) for each in found] == [
        ("SELECT 2-1", 0, True),
        ("SELECT 1", 0, False),
        ("SELECT 9", 1, False),
        ("SELECT x", -1, False),
    ]
    assert found[3]["message"] == "no such column: x"


def test_rows_are_kept_of_the_two_that_may_be_chosen_between() -> None:
    found = readings.stored([ran("SELECT 1", (1,)), ran("SELECT 2", (2,)), ran("SELECT 3", (3,))], None)

    assert [each.get("result", {}).get("rows") for each in found] == [[[1]], [[2]], None]


def test_of_many_rows_only_the_first_are_kept() -> None:
    many = ran("SELECT n", *[(number,) for number in range(100)])
    found = readings.stored([many, ran("SELECT 2", (2,))], many)

    kept = next(each["result"] for each in found if each["sql"] == "SELECT n")
    assert len(kept["rows"]) == readings.SHOWN_ROWS
    assert kept["truncated"]


def test_what_was_put_right_and_what_is_doubtful_is_kept_in_words() -> None:
    one = ran("SELECT 1", (1,))
    one.fixes.append(Fix("SELECT 1", "Wrote 1 for one."))
    one.doubts = (Doubt(DoubtKind.EMPTY, "There is nothing."),)
    found = readings.stored([one, ran("SELECT 2", (2,))], one)

    mine = next(each for each in found if each["chosen"])
    assert mine["fixes"] == ["Wrote 1 for one."]
    assert mine["doubts"] == [{"kind": "empty", "why": "There is nothing."}]
