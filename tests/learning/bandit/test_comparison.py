"""What was learned against simpler rules, by a connection's own log."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection
from learning.bandit.comparison import LEARNED, Candidate, Comparison, compare
from learning.models import BanditDecision, BanditLesson, BanditReset, Episode
from tests.learning.bandit.logs import decide, episode, teach, write

pytestmark = pytest.mark.django_db

COLUMN, GROUPS = ErrorClass.NO_SUCH_COLUMN, ErrorClass.AGGREGATION_ERROR
# Not what the table says of a wrong column, and what it says of a wrong grouping.
LEARNED_BEST = {COLUMN: Strategy.REWRITE_CTE, GROUPS: Strategy.ADD_GROUPBY}


def best_earns(error: ErrorClass, strategy: Strategy) -> float:
    return 0.8 if strategy is LEARNED_BEST[error] else -0.2


def of(comparison: Comparison, name: str) -> Candidate:
    return next(candidate for candidate in comparison.candidates if candidate.name == name)


def test_what_learned_well_leads_and_the_sentence_says_how_far(connection: Connection) -> None:
    """Always rewriting is wrong for both errors, the table for one of them, and chance seven times in eight."""
    write(connection, 300, LEARNED_BEST, best_earns)

    found = compare(connection)
    learned = of(found, LEARNED).estimates.doubly_robust
    assert learned is not None
    assert learned.value == pytest.approx(0.8, abs=0.03)
    for name, truth in {"rewrite_full": 1.0, "table": 0.5, "random": 7 / 8}.items():
        lead = of(found, name).lead
        assert lead is not None
        assert lead.value == pytest.approx(truth, abs=0.15)
        assert lead.low > 0
        assert f"earns {lead.value:.2f} more per decision than this" in of(found, name).verdict
    assert found.is_enough


def test_where_all_repairs_are_alike_no_difference_is_claimed(connection: Connection) -> None:
    write(connection, 150, LEARNED_BEST, lambda error, strategy: 0.3)
    verdict = of(compare(connection), "random").verdict
    assert verdict.startswith("No difference beyond chance")
    assert "95 % interval −0." in verdict


def test_what_learned_badly_is_said_to_earn_less(connection: Connection) -> None:
    bad = Strategy.RELAX_FILTER
    write(connection, 150, {COLUMN: bad}, lambda error, strategy: -0.3 * (strategy is bad))
    assert "less per decision than this" in of(compare(connection), "random").verdict


def test_a_rule_that_chooses_the_same_is_said_to(connection: Connection) -> None:
    write(connection, 60, {GROUPS: Strategy.ADD_GROUPBY}, best_earns)
    assert of(compare(connection), "table").verdict == "It would have chosen the same every time."


def test_rewards_are_all_lessons_together(connection: Connection) -> None:
    decision = decide(episode(connection), connection, Strategy.FIX_COLUMN)
    teach(decision, 0.9)
    teach(decision, -1.4, BanditLesson.Kind.VERDICT)
    assert compare(connection).logged == pytest.approx(-0.5)


def test_decisions_that_left_nothing_to_chance_are_left_out_and_counted(connection: Connection) -> None:
    teach(decide(episode(connection), connection, Strategy.FIX_COLUMN), 0.5)
    for _ in range(3):
        teach(decide(episode(connection), connection, Strategy.FIX_COLUMN, exploration=0.0), 0.9)

    found = compare(connection)
    assert (found.decisions, found.unexplored, found.logged) == (1, 3, 0.5)
    assert found.words == ("1 decision in 1 answer; 3 decisions left out, because nothing was left to chance in them.")


def test_decisions_that_nothing_came_of_are_not_judged(connection: Connection) -> None:
    decide(episode(connection), connection, Strategy.FIX_COLUMN)
    assert compare(connection).decisions == 0


def test_few_answers_are_said_to_be_too_few(connection: Connection) -> None:
    write(connection, 19, LEARNED_BEST, best_earns)
    found = compare(connection)
    assert not found.is_enough
    assert of(found, "random").verdict == (
        "Too few to say: 19 answers with a repair left to chance, and at least 20 are needed."
    )


def test_what_was_hardly_ever_tried_is_said_to_be(connection: Connection) -> None:
    for _ in range(25):
        teach(decide(episode(connection), connection, Strategy.FIX_COLUMN), 0.5)
    assert "tried so seldom that it is worth 0 decisions" in of(compare(connection), "rewrite_full").verdict


def test_without_a_log_there_is_nothing_to_say(connection: Connection) -> None:
    found = compare(connection)
    assert (found.decisions, found.episodes, found.logged, found.is_enough) == (0, 0, None, False)
    assert found.words == "0 decisions in 0 answers."


def test_what_was_decided_before_a_reset_does_not_count_until_it_is_undone(connection: Connection) -> None:
    before = timezone.now() - timedelta(hours=1)
    teach(decide(episode(connection), connection, Strategy.FIX_COLUMN, at=before - timedelta(hours=1)), 0.5)
    reset = BanditReset.objects.create(connection=connection, at=before)
    assert compare(connection).decisions == 0

    reset.undone_at = timezone.now()
    reset.save()
    assert compare(connection).decisions == 1


def test_another_connection_s_log_is_not_judged(connection: Connection) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path="/nowhere.sqlite3")
    teach(decide(episode(other), other, Strategy.FIX_COLUMN), 0.5)
    assert compare(connection).decisions == 0


def test_decisions_of_deleted_answers_still_count_as_answers(connection: Connection) -> None:
    write(connection, 5, LEARNED_BEST, best_earns)
    Episode.objects.all().delete()
    found = compare(connection)
    assert BanditDecision.objects.filter(episode=None).count() == 10
    assert (found.decisions, found.episodes) == (10, 5)
