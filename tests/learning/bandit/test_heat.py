"""The map of errors and repairs: what was tried, what it earned, what is expected now."""

import pytest
from django.utils import timezone

from agent.errors import ErrorClass
from agent.repairs import REPAIRS, Strategy
from datasources.models import Connection
from learning.bandit.heat import Cell, heat_map
from learning.models import BanditReset
from tests.learning.bandit.logs import decide, episode, store, teach

pytestmark = pytest.mark.django_db

COLUMN = ErrorClass.NO_SUCH_COLUMN


def cell(connection: Connection, error: ErrorClass, strategy: Strategy) -> Cell:
    rows = heat_map(connection).rows
    return next(one for row in rows for one in row.cells if (one.error_class, one.strategy) == (error, strategy))


def test_every_error_and_every_repair_is_on_it(connection: Connection) -> None:
    found = heat_map(connection)
    assert [row.error_class for row in found.rows] == list(ErrorClass)
    assert all([one.strategy for one in row.cells] == list(REPAIRS) for row in found.rows)
    assert found.headings[0] == "rewrite full"


def test_a_cell_says_how_often_it_was_tried_and_what_that_earned(connection: Connection) -> None:
    teach(decide(episode(connection), connection, Strategy.FIX_COLUMN, COLUMN), 0.9)
    late = decide(episode(connection), connection, Strategy.FIX_COLUMN, COLUMN)
    teach(late, 0.8)
    teach(late, -1.3, "verdict")
    decide(episode(connection), connection, Strategy.FIX_COLUMN, COLUMN)

    found = cell(connection, COLUMN, Strategy.FIX_COLUMN)
    assert found.tried == 3
    assert found.mean == pytest.approx(0.2)
    assert found.words.startswith("Tried 3 times, earned +0.20 on average; expects ")
    assert heat_map(connection).tried == 3


def test_what_harmed_has_a_minus_sign(connection: Connection) -> None:
    teach(decide(episode(connection), connection, Strategy.FIX_COLUMN, COLUMN), -0.4)
    assert cell(connection, COLUMN, Strategy.FIX_COLUMN).words.startswith("Tried once, earned −0.40 on average")


def test_a_cell_that_was_never_tried_says_so(connection: Connection) -> None:
    found = cell(connection, COLUMN, Strategy.RELAX_FILTER)
    assert (found.tried, found.mean) == (0, None)
    assert found.words == "Never tried here; expects 0.00"


def test_the_value_is_what_the_bandit_expects_without_its_curiosity(connection: Connection) -> None:
    # The natural start: one observation of reward 1, against a ridge of 1.
    assert cell(connection, COLUMN, Strategy.FIX_COLUMN).value == pytest.approx(0.5)
    for scope in (connection, None):
        store(scope, Strategy.FIX_COLUMN, -0.6, times=20)
    assert cell(connection, COLUMN, Strategy.FIX_COLUMN).value == pytest.approx(-0.6, abs=0.1)


def test_the_repair_that_is_expected_most_of_is_named(connection: Connection) -> None:
    best = {row.error_class: row.best for row in heat_map(connection).rows}
    assert best[COLUMN] is Strategy.FIX_COLUMN
    assert best[ErrorClass.EMPTY_RESULT] is Strategy.RELAX_FILTER


@pytest.mark.parametrize(("value", "shade"), [(-3.0, -4), (-0.5, -2), (0.1, 0), (0.3, 1), (1.0, 4)])
def test_the_shade_grows_with_the_value(value: float, shade: int) -> None:
    assert Cell(COLUMN, Strategy.FIX_COLUMN, 1, value, value).shade == shade


def test_a_reset_empties_the_counts(connection: Connection) -> None:
    teach(decide(episode(connection), connection, Strategy.FIX_COLUMN, COLUMN), 0.9)
    BanditReset.objects.create(connection=connection, at=timezone.now())
    assert cell(connection, COLUMN, Strategy.FIX_COLUMN).tried == 0


def test_another_connection_s_decisions_are_not_counted(connection: Connection) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path="/nowhere.sqlite3")
    teach(decide(episode(other), other, Strategy.FIX_COLUMN, COLUMN), 0.9)
    assert heat_map(connection).tried == 0
