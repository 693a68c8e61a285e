"""What was put to use is watched, and goes where people fare worse with it."""

from __future__ import annotations

from itertools import accumulate
from random import Random

import pytest

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.generations import changing, watching
from learning.generations.changing import Rule, Text
from learning.models import Generation
from learning.prompts import generation_of
from tests.learning.overview.asked import ask, judge
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def evolved(connection: Connection, alice: User) -> Generation:
    """In use; with the seed before it nine of ten questions were answered."""
    generation = changing.add(changing.seed_of(connection), Text("Answer well."), Generation.Origin.EVOLVED)
    asked(connection, 0, answered=9, failed=1)
    changing.promote(generation, None)
    return generation


def asked(connection: Connection, generation: int, *, answered: int, failed: int) -> None:
    for number in range(answered + failed):
        ask(connection, answered=number < answered, generation=generation)


def test_where_people_fare_worse_the_parent_is_in_use_again(connection: Connection, evolved: Generation) -> None:
    asked(connection, 1, answered=2, failed=7)
    assert watching.look(connection.pk) == evolved.parent
    assert generation_of(connection) == 0
    evolved.refresh_from_db()
    assert evolved.state == "rolled_back"
    assert evolved.reason == (
        "People fared worse with generation 1: 2 of 9 questions were answered, and 9 of 10 with generation 0 before."
    )


def test_it_goes_on_record(connection: Connection, evolved: Generation) -> None:
    asked(connection, 1, answered=0, failed=9)
    watching.look(connection.pk)
    entry = AuditEntry.objects.filter(action="change").latest("at")
    assert entry.message.startswith("generation 0 was put into use again: People fared worse")
    assert entry.user is None


@pytest.mark.parametrize(("answered", "failed"), [(8, 1), (3, 6), (0, 7)], ids=["as well", "by chance", "too few"])
def test_otherwise_it_stays(connection: Connection, evolved: Generation, answered: int, failed: int) -> None:
    asked(connection, 1, answered=answered, failed=failed)
    assert watching.look(connection.pk) is None
    assert generation_of(connection) == 1


def test_an_answer_that_is_found_wrong_is_none(connection: Connection, evolved: Generation, alice: User) -> None:
    for _ in range(9):
        judge(ask(connection, generation=1), alice, is_right=False)
    assert watching.live(evolved) == watching.Live(9, 0)
    assert watching.look(connection.pk) == evolved.parent


def test_what_was_recalled_says_nothing(connection: Connection, evolved: Generation) -> None:
    query = verified(connection, "How many?")
    ask(connection, generation=1, recalled=query)
    assert watching.live(evolved).questions == 0


def test_what_somebody_took_back_does_not_come_back_by_itself(connection: Connection, alice: User) -> None:
    connection.schema()
    remark = remarks.write(connection, alice, "Revenue excludes cancelled orders.")
    seed = changing.seed_of(connection)
    says_it = changing.add(seed, Text("Answer well.", [Rule(remark.rule, remark.pk)]), Generation.Origin.EVOLVED)
    changing.promote(says_it, None)
    asked(connection, 1, answered=9, failed=1)
    remarks.stop(remark, alice)
    asked(connection, 2, answered=0, failed=9)
    assert watching.look(connection.pk) is None
    assert generation_of(connection) == 2


def test_the_seed_is_never_rolled_back(connection: Connection) -> None:
    asked(connection, 0, answered=0, failed=20)
    assert watching.look(connection.pk) is None


def test_what_was_asked_with_it_before_it_was_in_use_says_nothing(connection: Connection, evolved: Generation) -> None:
    """Whoever asks what failed once more, to see what a proposal makes of it, asks no usual questions."""
    changing.roll_back(changing.seed_of(connection), None, "Worse.")
    asked(connection, 1, answered=0, failed=9)
    changing.promote(evolved, None)
    assert watching.look(connection.pk) is None
    assert generation_of(connection) == 1


def test_what_a_person_puts_to_use_again_is_judged_anew(
    connection: Connection, evolved: Generation, alice: User
) -> None:
    asked(connection, 1, answered=0, failed=9)
    assert watching.look(connection.pk) == evolved.parent
    changing.promote(evolved, alice, "The server was away.")
    asked(connection, 1, answered=1, failed=0)
    assert watching.look(connection.pk) is None
    assert generation_of(connection) == 1


def test_the_parent_is_judged_by_what_was_asked_before(connection: Connection, evolved: Generation) -> None:
    asked(connection, 0, answered=200, failed=0)
    asked(connection, 1, answered=5, failed=4)
    assert watching.look(connection.pk) is None


def test_looking_after_each_question_seldom_finds_what_is_not_there() -> None:
    """Of generations as good as their parents at most one in twenty goes, by the hundredth question."""
    chance, alarms, before = Random(1), 0, watching.Live(50, 40)
    for _ in range(300):
        rights = list(accumulate(chance.random() < before.share for _ in range(100)))
        alarms += any(watching.is_worse(watching.Live(n, right), before) for n, right in enumerate(rights, start=1))
    assert alarms <= 300 // 20
