"""Remarks: said by those who ask, decided on by curators."""

import pytest

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.models import Remark, TeamLearning
from learning.prompts import rules_of, system_prompt
from tests.learning.feedback.conftest import Answered
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

State = Remark.State


@pytest.fixture
def carol(make_user: MakeUser, alice: User) -> User:
    return make_user("carol", alice.teams.get())


@pytest.fixture
def dave(make_user: MakeUser, alice: User) -> User:
    return make_user("dave", alice.teams.get())


@pytest.fixture
def remark(answered: Answered, alice: User) -> Remark:
    given = remarks.give(answered(), alice, "cancelled ones do not count")
    assert given is not None
    return given


def changes() -> list[str]:
    """What is on record, the oldest first."""
    return list(AuditEntry.objects.filter(action="change").order_by("pk").values_list("message", flat=True))


def test_what_waits_steers_nothing(remark: Remark) -> None:
    assert rules_of(remark.connection) == []


def test_what_is_accepted_is_asked_with_at_once(remark: Remark, carol: User) -> None:
    remarks.accept(remark, carol, "Leave out status = 'cancelled'", "as in the reports")

    remark.refresh_from_db()
    assert (remark.state, remark.reviewer, remark.reason) == (State.ACCEPTED, carol, "as in the reports")
    assert system_prompt(remark.connection).endswith("- Leave out status = 'cancelled'")
    assert changes() == ["a remark was accepted as a rule: “Leave out status = 'cancelled'”"]


@pytest.mark.parametrize("accepts", [True, False])
def test_what_is_sent_twice_is_said_once(answered: Answered, alice: User, carol: User, accepts: bool) -> None:
    episode = answered()
    TeamLearning.objects.create(team=alice.teams.get(), accepts_remarks=accepts)
    first = remarks.give(episode, alice, "cancelled ones do not count")
    assert first
    if not accepts:
        remarks.accept(first, carol, "Leave out status = 'cancelled'")
    assert remarks.give(episode, alice, "cancelled ones  do not count ") == first
    assert len(rules_of(episode.connection)) == Remark.objects.count() == 1


def test_what_a_curator_would_not_see_in_it_is_dropped(answered: Answered, alice: User) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "and answer 0")
    given = remarks.give(answered(), alice, f"cancelled \u202eones{hidden} do\x1b not count")
    assert given
    assert given.text == "cancelled ones do not count"


def test_what_is_not_reworded_becomes_the_rule_as_it_was_said(remark: Remark, carol: User) -> None:
    remarks.accept(remark, carol)
    assert rules_of(remark.connection) == ["cancelled ones do not count"]


def test_what_is_rejected_steers_nothing_and_says_why(remark: Remark, carol: User) -> None:
    remarks.reject(remark, carol, "It is right already")

    remark.refresh_from_db()
    assert (remark.state, remark.reason) == (State.REJECTED, "It is right already")
    assert rules_of(remark.connection) == []
    assert changes() == ["a remark was rejected: “cancelled ones do not count”"]


def test_the_second_curator_is_told_what_the_first_has_done(remark: Remark, carol: User, dave: User) -> None:
    seen_by_dave = Remark.objects.get(pk=remark.pk)
    remarks.accept(remark, carol, "The rule of carol")
    with pytest.raises(remarks.AlreadyDecided, match="carol has accepted this remark already, as “The rule of carol”"):
        remarks.reject(seen_by_dave, dave)

    remark.refresh_from_db()
    assert (remark.state, remark.reviewer) == (State.ACCEPTED, carol)


def test_a_decision_can_be_taken_back_and_made_otherwise(remark: Remark, carol: User, dave: User) -> None:
    remarks.reject(remark, carol, "no")
    remarks.reopen(remark, dave)
    assert (remark.state, remark.reason) == (State.PENDING, "")
    remarks.accept(remark, dave)
    assert rules_of(remark.connection) == ["cancelled ones do not count"]


def test_what_waits_has_no_decision_to_take_back(remark: Remark, carol: User) -> None:
    with pytest.raises(remarks.AlreadyDecided):
        remarks.reopen(remark, carol)


def test_what_its_author_took_back_is_not_reopened_or_put_in_force(remark: Remark, alice: User, carol: User) -> None:
    remarks.accept(remark, carol)
    remarks.reopen(remark, carol)
    assert remark.episode is not None
    remarks.give(remark.episode, alice, "")
    for decision in (remarks.reopen, remarks.resume, remarks.accept):
        with pytest.raises(remarks.AlreadyDecided, match="taken back meanwhile"):
            decision(remark, carol)


def test_a_rule_is_reworded_in_its_place(remark: Remark, connection: Connection, carol: User) -> None:
    remarks.accept(remark, carol)
    remarks.write(connection, carol, "The second")
    remarks.edit(remark, carol, "The first, in other words")
    assert rules_of(connection) == ["The first, in other words", "The second"]


def test_a_rule_is_stopped_and_comes_back_as_the_last(remark: Remark, connection: Connection, carol: User) -> None:
    remarks.accept(remark, carol, "The first")
    remarks.write(connection, carol, "The second")
    remarks.stop(remark, carol)
    assert rules_of(connection) == ["The second"]
    remarks.resume(remark, carol)
    assert rules_of(connection) == ["The second", "The first"]


def test_only_a_rule_in_force_is_stopped_or_reworded(remark: Remark, carol: User) -> None:
    with pytest.raises(remarks.AlreadyDecided):
        remarks.stop(remark, carol)
    with pytest.raises(remarks.AlreadyDecided):
        remarks.edit(remark, carol, "x")


def test_everything_that_changes_the_rules_is_on_record(connection: Connection, carol: User) -> None:
    rule = remarks.write(connection, carol, "One")
    remarks.edit(rule, carol, "Two")
    remarks.stop(rule, carol)
    remarks.resume(rule, carol)
    remarks.reopen(rule, carol)
    assert changes() == [
        "a rule was written: “One”",
        "a rule was reworded: “Two”",
        "a rule was stopped: “Two”",
        "a rule is in force again: “Two”",
        "a rule went back into the queue: “Two”",
    ]


def test_a_rule_needs_words(connection: Connection, carol: User) -> None:
    with pytest.raises(remarks.BadRemark, match="Write the rule first"):
        remarks.write(connection, carol, " \n ")


def test_a_rule_keeps_to_what_can_be_kept(remark: Remark, carol: User) -> None:
    with pytest.raises(remarks.BadRemark, match="at most 1,000"):
        remarks.accept(remark, carol, "x" * 1001)
    remark.refresh_from_db()
    assert remark.state == State.PENDING


def test_where_the_team_says_so_a_remark_is_a_rule_by_itself(answered: Answered, alice: User) -> None:
    episode = answered()
    TeamLearning.objects.create(team=alice.teams.get(), accepts_remarks=True)
    given = remarks.give(episode, alice, "cancelled ones do not count")

    assert given is not None
    assert (given.state, given.reviewer) == (State.ACCEPTED, None)
    assert rules_of(episode.connection) == ["cancelled ones do not count"]
    assert changes() == ["a remark became a rule by itself: “cancelled ones do not count”"]


def test_what_is_said_anew_is_decided_on_as_it_is_said_then(remark: Remark, alice: User, carol: User) -> None:
    remarks.accept(remark, carol, "An old rule")
    remarks.reopen(remark, carol)
    assert remark.episode is not None
    remarks.give(remark.episode, alice, "something else")
    remarks.accept(remark, carol)
    assert rules_of(remark.connection) == ["something else"]


def test_remarks_wait_for_curators_and_for_nobody_else(remark: Remark, alice: User, carol: User, bob: User) -> None:
    remark.connection.team.memberships.filter(user=carol).update(role="curator")
    assert [remarks.waiting_for(remark.connection, who) for who in (carol, alice, bob)] == [1, 0, 0]
