"""A limit holds for all that ask at once, on SQLite and on PostgreSQL."""

from tests.programs import Program


def test_thirty_questions_at_once_against_a_limit_of_ten_let_exactly_ten_through(program: Program) -> None:
    assert program("tests.learning.quotas.at_once") == "10 10 10 10"
