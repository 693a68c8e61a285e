"""Which prompt is in use, and how that changes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from agent import prompt
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import NotPossible, Rule, Text
from learning.models import Generation, Remark
from learning.prompts import generation_of, prompt_of, rules_of

pytestmark = pytest.mark.django_db

SAID = "Revenue excludes cancelled orders."
WORDED = "For revenue, leave out orders where orders.status = 'cancelled'."


@pytest.fixture
def seed(connection: Connection) -> Generation:
    connection.schema()
    return changing.seed_of(connection)


@pytest.fixture
def remark(connection: Connection, alice: User) -> Remark:
    return remarks.write(connection, alice, SAID)


def one_more(parent: Generation, *rules: Rule) -> Generation:
    return changing.add(parent, Text("Answer well.", rules), Generation.Origin.EDITED)


def state_of(generation: Generation) -> str:
    generation.refresh_from_db()
    return generation.state


def test_the_seed_is_in_use_at_first(seed: Generation, connection: Connection) -> None:
    assert (seed.number, seed.state, seed.parent) == (0, "active", None)
    assert generation_of(connection) == 0
    assert prompt.seed() in prompt_of(connection).system


def test_the_seed_is_made_once(seed: Generation, connection: Connection) -> None:
    assert changing.seed_of(connection).pk == seed.pk


def test_a_new_generation_is_not_in_use(seed: Generation, connection: Connection) -> None:
    added = one_more(seed)
    assert (added.number, added.state, added.parent) == (1, "proposed", seed)
    assert generation_of(connection) == 0


def test_promoted_it_is_what_the_model_is_told(seed: Generation, connection: Connection, alice: User) -> None:
    changing.promote(one_more(seed, Rule("Be brief.")), alice)
    told = prompt_of(connection).system
    assert "Answer well.\n\nLearned about this database:\n- Be brief." in told
    assert prompt.seed() not in told
    assert generation_of(connection) == 1


def test_the_schema_stays_before_what_evolves(seed: Generation, connection: Connection, alice: User) -> None:
    before = prompt_of(connection).facts
    changing.promote(one_more(seed, Rule("Be brief.")), alice)
    assert prompt_of(connection).facts == before
    assert prompt_of(connection).system.startswith(before)


def test_what_was_in_use_before_is_kept(seed: Generation, alice: User) -> None:
    changing.promote(one_more(seed), alice)
    assert state_of(seed) == "earlier"


def test_two_are_never_in_use(seed: Generation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Generation.objects.filter(pk=one_more(seed).pk).update(state="active")


def test_what_is_in_use_cannot_be_put_to_use(seed: Generation, alice: User) -> None:
    with pytest.raises(NotPossible, match="in use already"):
        changing.promote(seed, alice)


def test_rolled_back_the_earlier_one_is_told_byte_by_byte(
    seed: Generation, connection: Connection, alice: User
) -> None:
    before = prompt_of(connection).system
    evolved = one_more(seed, Rule("Be brief."))
    changing.promote(evolved, alice)
    changing.roll_back(seed, alice, "It was worse.")
    assert prompt_of(connection).system == before
    assert (state_of(evolved), evolved.reason) == ("rolled_back", "It was worse.")


def test_a_roll_back_can_be_taken_back(seed: Generation, connection: Connection, alice: User) -> None:
    evolved = one_more(seed)
    changing.promote(evolved, alice)
    changing.roll_back(seed, alice, "A mistake.")
    changing.promote(evolved, alice)
    assert generation_of(connection) == 1


def test_each_change_goes_on_record(seed: Generation, alice: User) -> None:
    changing.promote(one_more(seed), alice, "It is better.")
    entry = AuditEntry.objects.filter(action="change").latest("at")
    assert (entry.user, entry.message) == (alice, "generation 1 was put into use: It is better.")


def test_a_rule_that_a_generation_says_is_told_once(
    seed: Generation, connection: Connection, alice: User, remark: Remark
) -> None:
    assert rules_of(connection) == [SAID]
    changing.promote(one_more(seed, Rule(WORDED, remark.pk)), alice)
    assert rules_of(connection) == []
    remark.refresh_from_db()
    assert remark.absorbed_in == 1


def test_rolled_back_what_people_said_is_told_again(
    seed: Generation, connection: Connection, alice: User, remark: Remark
) -> None:
    changing.promote(one_more(seed, Rule(WORDED, remark.pk)), alice)
    changing.roll_back(seed, alice, "It was worse.")
    assert rules_of(connection) == [SAID]


def test_a_child_that_still_says_it_says_it_since_its_parent(seed: Generation, alice: User, remark: Remark) -> None:
    first = one_more(seed, Rule(WORDED, remark.pk))
    changing.promote(first, alice)
    changing.promote(one_more(first, Rule(WORDED, remark.pk), Rule("Be brief.")), alice)
    remark.refresh_from_db()
    assert remark.absorbed_in == 1


def test_a_child_that_says_it_no_more_gives_it_back(
    seed: Generation, connection: Connection, alice: User, remark: Remark
) -> None:
    first = one_more(seed, Rule(WORDED, remark.pk))
    changing.promote(first, alice)
    changing.promote(one_more(first, Rule("Be brief.")), alice)
    assert rules_of(connection) == [SAID]


def test_the_lineage_ends_with_the_seed(seed: Generation) -> None:
    first = one_more(seed)
    second = one_more(first)
    one_more(seed)
    assert [one.number for one in changing.lineage(second)] == [2, 1, 0]
