"""What changes an answer, a remark or a verified query, or deletes them, takes the connection's lock first."""

import json

from tests.programs import Program


def test_all_that_changes_things_of_a_connection_waits_for_its_lock(on_postgres: Program) -> None:
    assert json.loads(on_postgres("tests.learning.locks")) == []
