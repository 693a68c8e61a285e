"""What the page shows of readings and of what a program put right, while they happen."""

from agent.errors import ErrorClass
from agent.events import AttemptStarted, ReadingsDone, ReadingStarted, SqlFixed, SqlReady
from agent.reading import Reading
from agent.repairs import Strategy
from chat.answer import AnswerView
from datasources.engine import ResultSet


def begun(sql: str) -> AnswerView:
    view = AnswerView("1", "Which?", 0, 5)
    view.apply(AttemptStarted(1, Strategy.GENERATE))
    view.apply(SqlReady(sql))
    return view


def ran(sql: str, *rows: tuple[int, ...]) -> Reading:
    return Reading(sql, None, ResultSet(("n",), rows, truncated=False, elapsed=0.0))


def test_that_a_question_is_read_again_is_said() -> None:
    view = begun("SELECT 1")
    view.apply(ReadingStarted(2, 3))
    assert view.doing == "reading the question again, 2 of at most 3"


def test_the_chosen_reading_takes_the_place_of_what_was_written() -> None:
    view = begun("SELECT 1")
    first, second = ran("SELECT 1", (1,)), ran("SELECT 2", (2,))
    view.apply(ReadingsDone((first, second), second))

    assert view.attempts[0].sql == "SELECT 2"
    assert view.attempts[0].how_many_agree == "Chosen among 2 readings of the question that differ"


def test_readings_that_agree_are_counted_and_those_that_failed_say_why() -> None:
    view = begun("SELECT 1")
    first, same = ran("SELECT 1", (1,)), ran("SELECT 2-1", (1,))
    failed = Reading("SELECT x", error_class=ErrorClass.NO_SUCH_COLUMN, message="no such column: x")
    view.apply(ReadingsDone((first, failed, same), first))

    assert view.attempts[0].how_many_agree == "2 of 3 readings of the question agree"
    assert [reading.error for reading in view.attempts[0].readings] == ["", "", "no such column: x"]


def test_what_a_program_put_right_is_said() -> None:
    view = begun("SELECT nmae FROM t")
    view.apply(SqlFixed("SELECT name FROM t", "nmae does not exist."))

    assert view.attempts[0].sql == "SELECT name FROM t"
    assert view.attempts[0].fixes == ["nmae does not exist."]
