"""The whole of an optimization, with a model that provably answers better where it is told a rule."""

from __future__ import annotations

import pytest

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import AuditEntry, Connection
from learning.models import Optimization
from learning.optimizing import search
from learning.optimizing.search import searched
from learning.optimizing.work import Work
from learning.prompts import prompt_of
from tests.learning.optimizing.lessons import RULE, USELESS, WORSE, active, optimize, script, team

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_rule_that_helps_is_found_and_put_to_use(connection: Connection, alice: User, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(RULE))
    ended = optimize(connection, alice)

    assert (ended.state, ended.outcome) == ("done", "promoted")
    generation = active(connection)
    assert (generation.number, generation.told, generation.origin) == (1, [RULE], "evolved")
    assert RULE in prompt_of(connection).system


def test_how_it_did_is_kept_with_the_rule_of_promotion(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(RULE))
    optimize(connection)

    figures = active(connection).comparison
    assert figures is not None
    assert (figures["before"], figures["after"], figures["questions"]) == (3, 8, 8)
    assert len(figures["fixed"]) == 5
    assert figures["broke"] == []
    assert "by chance" in figures["rule"]


def test_why_is_kept_as_the_model_said_it(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(RULE))
    optimize(connection)
    assert active(connection).reflection == "Cancelled orders were counted."


def test_a_worse_candidate_is_refused(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(WORSE))
    ended = optimize(connection)
    assert (ended.state, ended.outcome) == ("done", "nothing_found")
    assert RULE not in prompt_of(connection).system
    assert "none was better" in ended.message


def test_a_worse_candidate_does_not_hide_a_better_one(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(WORSE, RULE))
    ended = optimize(connection)
    assert ended.outcome == "promoted"
    assert active(connection).told == [RULE]


def test_what_was_proposed_and_what_came_of_it_is_kept(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(USELESS, RULE))
    made = list(optimize(connection).reflections.all())
    refused, accepted = made[0], made[1]
    assert (refused.text, refused.candidate) == (USELESS, None)
    assert "Not better" in refused.outcome
    assert (accepted.text, accepted.candidate, accepted.outcome) == (RULE, 1, "")
    assert accepted.before == 0.0
    assert accepted.after == pytest.approx(0.7)
    assert accepted.after is not None
    assert accepted.before is not None
    assert accepted.after > accepted.before


def test_it_ends_when_everything_is_right(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(RULE))
    ended = optimize(connection, max_calls=1000)
    assert ended.candidates.count() == 2
    assert ended.calls < 40


def test_no_more_is_asked_than_the_budget_allows(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(WORSE))
    ended = optimize(connection, max_calls=14)
    assert ended.calls <= 14
    assert ended.state == "done"


def test_the_tokens_bound_it_too(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(WORSE))
    ended = optimize(connection, max_calls=1000, max_tokens=1000)
    assert ended.outcome == "nothing_found"
    assert ended.calls < 30


def test_a_prompt_that_is_right_already_stays(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script([{"when": RULE, "text": "never"}, *script(RULE)[2:]])
    connection.notes = RULE
    connection.save()
    ended = optimize(connection)
    assert (ended.outcome, ended.candidates.count()) == ("all_right", 1)


def test_each_step_repeats_what_is_stored(connection: Connection, model: ServerHandle) -> None:
    """A second pass asks nothing and finds the same."""
    team(connection)
    model.set_script(script(WORSE, RULE))
    ended = optimize(connection)
    asked = len(model.requests())
    known = list(ended.candidates.values("number", "rules", "score", "parents"))
    Optimization.objects.filter(pk=ended.pk).update(state="running")
    ended.refresh_from_db()

    search.run(Work(ended, seconds=60))
    assert len(model.requests()) == asked
    assert list(ended.candidates.values("number", "rules", "score", "parents")) == known


def test_statements_are_audited_as_an_optimization_s(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(RULE))
    optimize(connection)
    assert AuditEntry.objects.filter(source="optimization", action="query").exists()


def test_no_question_becomes_an_episode(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    before = connection.episodes.count()
    model.set_script(script(RULE))
    optimize(connection)
    assert connection.episodes.count() == before


def test_all_of_a_small_validation_is_searched(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script(RULE))
    ended = optimize(connection)
    examples = Work(ended, seconds=0).examples
    assert [examples[place].part for place in searched(examples)] == ["search"] * 8
