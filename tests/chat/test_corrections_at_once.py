"""What several tabs do at once is done once, on SQLite and on PostgreSQL, where rows are locked and not all."""

from tests.programs import Program


def test_a_correction_and_each_switch_is_taken_once(program: Program) -> None:
    assert program("tests.chat.correct") == "1 1 1 withdrawn pending [False]"
