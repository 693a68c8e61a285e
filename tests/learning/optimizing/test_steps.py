"""An optimization and its workers: cancelled, taken over, interrupted; the prompt in use stays as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import SILENT, Generation, Optimization
from learning.optimizing import running, steps
from learning.optimizing.running import NotPossible, Wanted
from learning.prompts import active as active_generation
from tests.learning.optimizing.lessons import RULE, active, optimize, script, team, work

pytestmark = pytest.mark.django_db(transaction=True)

Trigger = Optimization.Trigger


@pytest.fixture
def begun(connection: Connection, alice: User, model: ServerHandle) -> Optimization:
    team(connection)
    connection.schema()
    model.set_script(script(RULE))
    return running.start(connection, Trigger.PERSON, alice, Wanted(evolves="rules", seed=1, max_calls=60))


def silent(optimization: Optimization) -> None:
    """Its worker has died."""
    Optimization.objects.filter(pk=optimization.pk).update(beat_at=timezone.now() - 2 * SILENT)


def end_of(optimization: Optimization) -> Optimization:
    optimization.refresh_from_db()
    return optimization


def test_without_failures_there_is_nothing_to_learn_from(connection: Connection, model: ServerHandle) -> None:
    with pytest.raises(NotPossible, match="nothing to learn from yet"):
        running.start(connection, Trigger.PERSON)


def test_a_connection_that_is_switched_off_is_not_optimized(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    connection.is_enabled = False
    with pytest.raises(NotPossible, match="switched off"):
        running.start(connection, Trigger.PERSON)


def test_one_at_a_time(begun: Optimization) -> None:
    with pytest.raises(NotPossible, match="under way already"):
        running.start(begun.connection, Trigger.QUESTIONS)
    work()
    assert begun.connection.optimizations.count() == 1


def test_a_step_lets_others_have_their_turn(begun: Optimization, monkeypatch: pytest.MonkeyPatch) -> None:
    """However short the steps are, the end is the same."""
    monkeypatch.setattr(steps, "SECONDS", 0.3)
    work()
    assert end_of(begun).outcome == "promoted"
    assert active(begun.connection).told == [RULE]


def test_cancelled_it_changes_nothing(begun: Optimization, alice: User) -> None:
    assert running.cancel(begun, alice)
    work()
    assert (end_of(begun).state, begun.message) == ("stopped", "Cancelled by alice.")
    assert active_generation(begun.connection) in (None, changing.seed_of(begun.connection))


def test_what_is_over_cannot_be_cancelled(begun: Optimization, alice: User) -> None:
    work()
    assert not running.cancel(begun, alice)
    assert end_of(begun).state == "done"


def test_a_silent_one_is_taken_over(begun: Optimization) -> None:
    before = begun.run
    assert not steps.take_over(begun)
    silent(begun)
    assert steps.take_over(begun)
    assert end_of(begun).run != before
    work()
    assert end_of(begun).outcome == "promoted"


def test_who_was_overtaken_promotes_nothing(begun: Optimization) -> None:
    """The first worker was only slow: it comes to the end, too, but holds nothing any more."""
    first = begun.run
    silent(begun)
    steps.take_over(begun)
    steps.step(begun.pk, first)
    assert begun.connection.generations.exclude(number=0).count() == 0
    work()
    assert begun.connection.generations.exclude(number=0).count() == 1


def test_the_watch_takes_it_over_and_goes_on_watching(begun: Optimization) -> None:
    silent(begun)
    before = begun.run
    steps.watch(begun.pk)
    assert end_of(begun).run != before


def test_a_schema_that_changed_ends_it(begun: Optimization) -> None:
    Connection.objects.filter(pk=begun.connection_id).update(schema_fingerprint="another")
    work()
    assert (end_of(begun).state, begun.message) == ("stopped", steps.CHANGED)
    assert begun.connection.generations.filter(state="active").exclude(number=0).count() == 0


def test_a_connection_that_is_gone_ends_it(begun: Optimization) -> None:
    begun.connection.delete()
    work()
    assert not Optimization.objects.filter(pk=begun.pk).exists()


def test_a_connection_that_was_switched_off_ends_it(begun: Optimization) -> None:
    Connection.objects.filter(pk=begun.connection_id).update(is_enabled=False)
    work()
    assert end_of(begun).message == steps.SWITCHED_OFF


def test_a_model_that_is_away_is_waited_for_and_then_given_up(
    begun: Optimization, model: ServerHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PAUSES", (timedelta(),))
    model.set_script([{"status": 401, "error": "no", "times": None}])
    work()
    assert end_of(begun).state == "stopped"
    assert begun.outages == 1
    assert begun.message


@pytest.mark.parametrize(
    "reply",
    [
        {"empty": True},
        {"text": "I am sorry, I cannot help with that."},
        {"text": "RULE: " + "x" * 50_000},
        {"text": "RULE: SELECT * FROM orders"},
        {"text": "规则\n" * 2000},
    ],
    ids=["nothing", "no rule", "50 kB", "a query", "another language"],
)
def test_reflections_that_cannot_be_used_end_in_a_stated_outcome(
    connection: Connection, model: ServerHandle, reply: dict[str, Any]
) -> None:
    team(connection)
    model.set_script([{"when": "what went wrong, and the rule", "times": None, **reply}, *script()])
    ended = optimize(connection)
    assert (ended.state, ended.outcome) == ("done", "nothing_found")
    assert ended.message == "The model that reflects proposed nothing that can be used."
    assert all(made.outcome for made in ended.reflections.all())


@pytest.mark.parametrize(
    "odd", ["Use {braces} and {{ both }}.", "Use `backticks` and ```fences```.", "Use {% tags %}."]
)
def test_what_evolved_is_data(connection: Connection, model: ServerHandle, odd: str) -> None:
    team(connection)
    rule = f"{RULE} {odd}"
    model.set_script(script(rule))
    optimize(connection)
    assert active(connection).told == [rule.rstrip("`") if odd.endswith("`") else rule]


def test_with_few_verified_queries_a_person_decides(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    for query in list(connection.verified_queries.all()[3:]):
        query.delete()
    model.set_script(script(RULE))
    ended = optimize(connection)
    assert ended.outcome == "proposed"
    proposed = connection.generations.get(state=Generation.State.PROPOSED)
    assert proposed.told == [RULE]
    assert "only 3 verified queries" in proposed.reason
    assert active(connection).number == 0


def test_another_prompt_in_use_meanwhile_makes_it_a_proposal(begun: Optimization, alice: User) -> None:
    seed = changing.seed_of(begun.connection)
    other = changing.add(seed, Text("Answer well.", [Rule("Be brief.")]), Generation.Origin.EDITED, user=alice)
    changing.promote(other, alice)
    work()
    assert end_of(begun).outcome == "proposed"
    assert active(begun.connection).pk == other.pk
