"""Who was overtaken stores nothing: what the other worker does is neither broken nor mixed with it."""

from __future__ import annotations

from datetime import timedelta
from threading import Timer

import pytest
from django.db import connection as application
from django.utils import timezone
from pytest_django import Settings

from agent.llm import Message
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.models import SILENT, Optimization
from learning.optimizing import running, search, steps, triggers
from learning.optimizing.adapter import as_stored
from learning.optimizing.candidates import candidate_of
from learning.optimizing.halting import Overtaken
from learning.optimizing.running import Wanted
from learning.optimizing.work import Work
from tests.learning.optimizing.lessons import RULE, optimize, script, team, work

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = [Message("user", "What went wrong?")]


@pytest.fixture
def begun(connection: Connection, model: ServerHandle) -> Optimization:
    team(connection)
    connection.schema()
    model.set_script(script(RULE))
    return running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))


def overtake(optimization: Optimization) -> Optimization:
    """Its worker was silent; gives it as the next one holds it."""
    Optimization.objects.filter(pk=optimization.pk).update(beat_at=timezone.now() - 2 * SILENT)
    found = Optimization.objects.get(pk=optimization.pk)
    assert steps.take_over(found)
    return found


def test_a_candidate_is_stored_by_who_holds_it(begun: Optimization) -> None:
    late = Work(begun, 15)
    now = Work(overtake(begun), 15)
    found = as_stored(0, candidate_of("Answer well.", []), [], {0: 1.0})
    with pytest.raises(Overtaken):
        late.keep(found)
    assert begun.candidates.count() == 0
    now.keep(found)
    assert begun.candidates.count() == 1


def test_a_reply_that_comes_when_another_worker_has_asked_is_dropped(begun: Optimization, model: ServerHandle) -> None:
    model.set_script([{"text": "RULE: Count once.", "first_token_delay": 0.4}])
    late = Work(begun, 15)

    def other() -> None:
        overtake(begun)
        application.close()

    timer = Timer(0.1, other)
    timer.start()
    with pytest.raises(Overtaken):
        late.reflection(0, "rule 1", None, ASKED)
    timer.join()
    assert begun.reflections.count() == 0


def test_who_was_overtaken_takes_away_no_reflection(begun: Optimization, model: ServerHandle) -> None:
    model.set_script([{"text": "RULE: Count once.", "times": None}])
    Work(begun, 15).reflection(0, "rule 1", None, ASKED)
    late = Work(begun, 15)
    overtake(begun)
    with pytest.raises(Overtaken):
        late.reflection(0, "rule 2", None, ASKED)
    assert begun.reflections.count() == 1


def test_a_candidate_that_says_something_else_now_is_stored_instead_of_it(begun: Optimization) -> None:
    """And what came after it was not found from what there is now."""
    before = Work(begun, 15)
    for number, text in enumerate(["Answer well.", "Answer better.", "Answer best."]):
        before.keep(as_stored(number, candidate_of(text, []), [], {0: 1.0}))
    now = Work(begun, 15)
    now.keep(as_stored(0, candidate_of("Answer well.", []), [], {0: 1.0}))
    now.keep(as_stored(1, candidate_of("Be brief.", []), [], {0: 0.5}))
    assert [one.instructions for one in begun.candidates.all()] == ["Answer well.", "Be brief."]
    assert sorted(now.candidates) == [0, 1]


def test_a_search_that_is_repeated_has_spent_the_same(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    model.set_script(script("Every order has an id that is unique.", RULE))
    ended = optimize(connection)
    Optimization.objects.filter(pk=ended.pk).update(state="running")
    again = Work(Optimization.objects.get(pk=ended.pk), 15)
    search.run(again)
    assert again.candidates[max(again.candidates)].score == 1.0
    assert (again.calls, again.tokens) == (ended.calls, ended.tokens)


def test_a_clock_that_was_put_back_keeps_nobody_from_taking_over(begun: Optimization) -> None:
    Optimization.objects.filter(pk=begun.pk).update(beat_at=timezone.now() + timedelta(hours=1))
    begun.refresh_from_db()
    assert steps.take_over(begun)


def test_a_pause_is_no_silence(begun: Optimization) -> None:
    Optimization.objects.filter(pk=begun.pk).update(beat_at=timezone.now() + max(steps.PAUSES))
    begun.refresh_from_db()
    assert not steps.take_over(begun)


def test_a_question_that_is_over_finds_a_silent_one(begun: Optimization, settings: Settings) -> None:
    """Also where the watch has died with its worker."""
    settings.GEPA_OPTIMIZE_EVERY = 4
    Optimization.objects.filter(pk=begun.pk).update(beat_at=timezone.now() - 2 * SILENT)
    triggers.consider(begun.connection_id)
    assert Optimization.objects.get(pk=begun.pk).run != begun.run
    work()
    assert Optimization.objects.get(pk=begun.pk).outcome == "promoted"
