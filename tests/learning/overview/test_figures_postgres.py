"""PostgreSQL counts as SQLite does."""

from tests.programs import Program


def test_the_figures_are_the_same(on_postgres: Program, on_sqlite: Program) -> None:
    there = on_postgres("tests.learning.overview.counted")
    assert '"questions": 60' in there
    assert there == on_sqlite("tests.learning.overview.counted")
