"""How sure an answer is on a connection, by what people said there of answers like it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from datasources.models import Connection
from learning.confidence import assurance
from learning.confidence.assurance import Assurance, reckon
from learning.confidence.levels import Counts
from learning.confidence.prior import shipped
from learning.confidence.signals import PICKED, Signals
from learning.feedback import verdicts
from learning.models import Episode, Verdict

pytestmark = pytest.mark.django_db

SURE = Signals(agreeing=5, readings=5, likelihood=-0.02).to_json()
UNSURE = Signals(agreeing=1, readings=5, likelihood=-0.6, doubts=("fan_out",)).to_json()
RECALLED = Signals(recalled=True).to_json()

Judged = Callable[..., Episode]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def judged(connection: Connection, alice: User) -> Judged:
    """An answer with these signals that alice found right or wrong."""

    def make(is_right: bool | None, signals: dict[str, Any] = SURE, **fields: Any) -> Episode:
        episode = Episode.objects.create(
            connection=connection, user=alice, question="How many?", sql="SELECT 1", model="scripted",
            status=Episode.Status.SUCCEEDED, confidence=0.5, signals=signals, **({"source": "chat"} | fields),
        )  # fmt: skip
        if is_right is not None:
            Verdict.objects.create(episode=episode, user=alice, is_right=is_right)
        return episode

    return make


def sure(episode: Episode) -> Assurance:
    return assurance.of([episode])[episode.pk]


def test_before_anybody_judges_it_is_the_prior_s(connection: Connection) -> None:
    assert reckon(connection.pk, SURE) == pytest.approx(shipped().raw(Signals.of(SURE)))


def test_verdicts_weigh_against_ten_of_the_prior(connection: Connection, judged: Judged) -> None:
    for _ in range(10):
        judged(False)
    assert reckon(connection.pk, SURE) == pytest.approx(10 * shipped().raw(Signals.of(SURE)) / 20)


def test_those_on_answers_of_another_level_do_not(connection: Connection, judged: Judged) -> None:
    for _ in range(10):
        judged(False, UNSURE)
    assert reckon(connection.pk, SURE) == pytest.approx(shipped().raw(Signals.of(SURE)))


def test_those_on_recalled_answers_say_nothing_of_what_the_model_writes(connection: Connection, judged: Judged) -> None:
    for _ in range(10):
        judged(True, RECALLED)
    assert reckon(connection.pk, SURE) == pytest.approx(shipped().raw(Signals.of(SURE)))
    assert "Answers from verified queries were right 10 of 10 times here." in str(sure(judged(None, RECALLED)))


def test_those_of_other_connections_do_not_count(connection: Connection, judged: Judged) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path=connection.path)
    for _ in range(10):
        judged(False)
    assert reckon(other.pk, SURE) == pytest.approx(shipped().raw(Signals.of(SURE)))


def test_agents_in_training_do_not_count(connection: Connection, judged: Judged) -> None:
    judged(False, source=Episode.Source.OPENENV)
    assert sure(judged(None)).here == Counts()


def test_people_who_differ_evenly_count_as_nobody(judged: Judged, bob: User) -> None:
    Verdict.objects.create(episode=judged(True), user=bob, is_right=False)
    assert sure(judged(None)).here == Counts()


def test_what_was_picked_instead_counts_as_wrong(judged: Judged) -> None:
    judged(True, SURE | {PICKED: True})
    assert sure(judged(None)).here == Counts(0, 1)


def test_a_verdict_counts_from_the_next_answer_on(
    judged: Judged, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    episode = judged(None)
    assert sure(episode).here == Counts()
    with django_capture_on_commit_callbacks(execute=True):
        verdicts.give(episode, alice, True)
    assert sure(episode).here == Counts(1, 1)


def test_counts_are_told(judged: Judged) -> None:
    for place in range(8):
        judged(place > 0)
    assert sure(judged(None)).counted == "Answers like this were right 7 of 8 times here."


def test_that_there_are_none_is_told_with_what_is_known_elsewhere() -> None:
    found = Assurance(0.7, Counts(), Counts(23, 40))
    assert found.counted == "No answer like this has been judged here yet; on our test questions 23 of 40 were right."


def test_few_are_told_with_what_is_known_elsewhere() -> None:
    found = Assurance(0.7, Counts(2, 3), Counts(23, 40))
    assert found.counted == (
        "Only 3 answers like this have been judged here yet, and 2 were right; "
        "on our test questions 23 of 40 were right."
    )


def test_a_prior_that_was_not_fitted_is_no_measurement() -> None:
    assert "rule of thumb" in Assurance(0.7, Counts(), Counts()).counted


def test_without_signals_nothing_is_told(connection: Connection, judged: Judged) -> None:
    assert reckon(connection.pk, {}) is None
    episode = judged(None)
    episode.confidence = None
    assert assurance.of([episode]) == {}
