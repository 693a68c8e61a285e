"""Many verdicts on one question at the same moment leave one query in use, the one that most people stand by, on either
application database."""

from tests.programs import Program

PEOPLE = 24


def test_one_query_of_two_is_in_use(program: Program) -> None:
    assert program("tests.learning.verified.contend", str(PEOPLE)) == f"SELECT 2 {PEOPLE * 3 // 4}"
