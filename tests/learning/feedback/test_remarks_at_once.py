"""Of several curators who decide at once, one does and the others are told: on SQLite and on PostgreSQL."""

from tests.programs import Program


def test_one_remark_is_decided_on_once(program: Program) -> None:
    assert program("tests.learning.feedback.contend").split() == ["1"] * 5
