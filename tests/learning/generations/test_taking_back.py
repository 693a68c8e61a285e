"""What the prompt says of a remark goes when the remark does."""

from __future__ import annotations

import pytest

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Generation, Remark, TeamLearning
from learning.prompts import active, prompt_of, rules_of
from tests.learning.feedback.conftest import Answered, answered

__all__ = ["answered"]

pytestmark = pytest.mark.django_db

SAID = "Revenue excludes cancelled orders."
WORDED = "For revenue, leave out orders where orders.status = 'cancelled'."
OTHER = "Names are in products.title."


@pytest.fixture
def remark(connection: Connection, alice: User) -> Remark:
    connection.schema()
    return remarks.write(connection, alice, SAID)


@pytest.fixture
def evolved(remark: Remark, alice: User) -> Generation:
    """In use: it says the remark, and something that nobody said."""
    return in_use(remark, alice, Rule(WORDED, remark.pk), Rule(OTHER))


def in_use(remark: Remark, user: User, *rules: Rule) -> Generation:
    seed = changing.seed_of(remark.connection)
    made = changing.add(seed, Text("Answer well.", rules), Generation.Origin.EVOLVED)
    changing.promote(made, user)
    return made


def told(connection: Connection) -> str:
    return prompt_of(connection).system


def test_a_rule_that_is_stopped_is_said_no_more(evolved: Generation, remark: Remark, alice: User) -> None:
    made = remarks.stop(remark, alice)

    now = active(remark.connection)
    assert now is not None
    assert now == made
    assert (now.parent, now.origin, now.created_by) == (evolved, "edited", alice)
    assert now.rules == [{"text": OTHER, "remark": None}]
    assert now.instructions == "Answer well."
    assert now.reflection == f"“{SAID}” was taken back."
    assert WORDED not in told(remark.connection)
    assert SAID not in told(remark.connection)


def test_what_says_it_is_kept_as_it_was(evolved: Generation, remark: Remark, alice: User) -> None:
    remarks.stop(remark, alice)
    evolved.refresh_from_db()
    assert (evolved.state, evolved.told) == ("earlier", [WORDED, OTHER])


def test_it_goes_on_record(evolved: Generation, remark: Remark, alice: User) -> None:
    remarks.stop(remark, alice)
    said = AuditEntry.objects.filter(action="change").order_by("-pk").values_list("message", flat=True)[:2]
    assert list(said) == [
        f"generation 2 was put into use: “{SAID}” was taken back",
        f"a rule was stopped: “{SAID}”",
    ]


def test_a_rule_that_goes_back_into_the_queue_is_said_no_more(evolved: Generation, remark: Remark, alice: User) -> None:
    remarks.reopen(remark, alice)
    assert WORDED not in told(remark.connection)
    assert Remark.objects.get().absorbed_in is None


def test_a_remark_that_its_author_takes_back_is_said_no_more(
    answered: Answered, connection: Connection, alice: User
) -> None:
    connection.schema()
    TeamLearning.objects.create(team=connection.team, accepts_remarks=True)
    remark = remarks.give(answered(), alice, SAID)
    assert remark is not None
    in_use(remark, alice, Rule(WORDED, remark.pk))

    remarks.withdraw(Remark.objects.all(), alice)
    assert WORDED not in told(connection)
    assert SAID not in told(connection)


def test_a_rule_that_is_reworded_is_said_in_the_new_words_in_its_place(
    evolved: Generation, remark: Remark, alice: User
) -> None:
    made = remarks.edit(remark, alice, "Revenue leaves out returns, too.")

    now = active(remark.connection)
    assert now is not None
    assert now == made
    assert now.rules == [
        {"text": "Revenue leaves out returns, too.", "remark": remark.pk},
        {"text": OTHER, "remark": None},
    ]
    assert now.reflection == "A rule was reworded: “Revenue leaves out returns, too.”."
    assert rules_of(remark.connection) == []


def test_what_says_it_twice_says_the_new_words_once(remark: Remark, alice: User) -> None:
    in_use(remark, alice, Rule(WORDED, remark.pk), Rule(OTHER), Rule(SAID, remark.pk))
    made = remarks.edit(remark, alice, "Revenue leaves out returns, too.")
    assert made is not None
    assert made.told == ["Revenue leaves out returns, too.", OTHER]


def test_a_reworded_rule_is_known_to_be_said_by_the_prompt(evolved: Generation, remark: Remark, alice: User) -> None:
    remarks.edit(remark, alice, "Revenue leaves out returns, too.")
    remarks.stop(remark, alice)
    assert "returns" not in told(remark.connection)


def test_a_rule_in_force_again_is_one_of_its_own(evolved: Generation, remark: Remark, alice: User) -> None:
    remarks.stop(remark, alice)
    remarks.resume(remark, alice)
    assert rules_of(remark.connection) == [SAID]
    assert WORDED not in told(remark.connection)


@pytest.mark.parametrize("change", [remarks.stop, remarks.reopen])
def test_a_rule_that_the_prompt_does_not_say_changes_no_generation(change: object, remark: Remark, alice: User) -> None:
    in_use(remark, alice, Rule(OTHER))
    assert callable(change)
    assert change(remark, alice) is None
    assert Generation.objects.count() == 2


def test_a_remark_that_was_seen_before_the_prompt_said_it_is_dropped_from_it(
    remark: Remark, connection: Connection, alice: User
) -> None:
    seen = Remark.objects.get(pk=remark.pk)
    in_use(remark, alice, Rule(WORDED, remark.pk))
    remarks.edit(seen, alice, "Other words.")
    assert Remark.objects.get().absorbed_in == 1
    assert rules_of(connection) == []
