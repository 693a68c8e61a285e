"""How many questions a person and a team may ask, and what is said to who may not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership, Team, User
from datasources.models import Connection
from learning.models import Episode, PersonQuota, TeamQuota, Usage, VerifiedQuery
from learning.recorder import BadQuestion
from learning.verified.keys import key_of
from tests.learning.quotas.asked import ask, used

pytestmark = pytest.mark.django_db


def refusal(connection: Connection, user: User | None) -> str:
    with pytest.raises(BadQuestion) as refused:
        ask(connection, user)
    return str(refused.value)


def test_without_a_limit_any_number_is_asked(connection: Connection, alice: User) -> None:
    for _ in range(5):
        ask(connection, alice)

    assert used("person", user=alice).questions == 5


def test_a_person_at_the_limit_is_told_how_much_it_is_and_until_when(connection: Connection, alice: User) -> None:
    PersonQuota.objects.create(user=alice, questions=1)
    ask(connection, alice)

    said = refusal(connection, alice)
    assert said.startswith("You have asked 1 question today, which is your limit. You can ask again at 00:00 UTC, in ")
    assert said.endswith("Ask the operator of this site if you need more.")


def test_what_is_refused_is_neither_recorded_nor_counted(connection: Connection, alice: User) -> None:
    team = alice.teams.get()
    TeamQuota.objects.create(team=team, questions=1)
    ask(connection, alice)
    refusal(connection, alice)

    assert Episode.objects.count() == 1
    assert used("person", user=alice).questions == used("member", user=alice).questions == 1
    assert used("team", team=team).questions == 1


def test_a_person_has_one_limit_in_all_teams(connection: Connection, alice: User) -> None:
    other = Team.objects.create(name="Another")
    elsewhere = Connection.objects.create(team=other, name="other", path=connection.path)
    PersonQuota.objects.create(user=alice, questions=1)
    ask(elsewhere, alice)

    assert "which is your limit" in refusal(connection, alice)


def test_a_team_has_one_limit_for_all_its_people_and_its_owners_are_named(connection: Connection, alice: User) -> None:
    team = alice.teams.get()
    owner = User.objects.create_user("olga")
    Membership.objects.create(team=team, user=owner, role=Membership.Role.OWNER)
    TeamQuota.objects.create(team=team, questions=1)
    ask(connection, owner)

    said = refusal(connection, alice)
    assert said.startswith("“Team of alice” has asked 1 question today, which is its limit.")
    assert "ask olga, who can have the operator raise the limit" in said


def test_another_team_s_questions_do_not_count(connection: Connection, alice: User, bob: User) -> None:
    TeamQuota.objects.create(team=alice.teams.get(), questions=1)
    theirs = Connection.objects.create(team=bob.teams.get(), name="theirs", path=connection.path)
    ask(theirs, bob)
    ask(connection, alice)


def test_the_site_s_limits_hold_for_who_has_none_of_their_own(
    connection: Connection, alice: User, bob: User, settings: Settings
) -> None:
    settings.QUOTA_USER_QUESTIONS = 1
    PersonQuota.objects.create(user=bob, questions=0)
    ask(connection, bob)
    ask(connection, bob)
    ask(connection, alice)

    assert "which is your limit" in refusal(connection, alice)


def test_a_new_day_of_utc_has_its_questions_again(connection: Connection, alice: User) -> None:
    PersonQuota.objects.create(user=alice, questions=1)
    ask(connection, alice)
    Usage.objects.update(day=timezone.now().date() - timedelta(days=1))

    ask(connection, alice)


def test_what_a_verified_query_answers_is_no_question(connection: Connection, alice: User) -> None:
    PersonQuota.objects.create(user=alice, questions=1)
    ask(connection, alice, "Which orders?")
    VerifiedQuery.objects.create(
        connection=connection,
        question="Which products?",
        key=key_of("Which products?"),
        sql="SELECT name FROM products",
    )
    assert ask(connection, alice, "Which products?").recalled

    mine = used("person", user=alice)
    assert (mine.questions, mine.recalled) == (1, 1)


def test_the_command_line_asks_for_the_team(connection: Connection, alice: User) -> None:
    team = alice.teams.get()
    TeamQuota.objects.create(team=team, questions=1)
    ask(connection)

    assert "which is its limit" in refusal(connection, None)
    assert used("background", team=team).questions == 1


def test_who_asks_too_fast_is_told_to_wait_some_seconds(
    connection: Connection, alice: User, settings: Settings
) -> None:
    settings.RATE_USER_QUESTIONS = 1000
    ask(connection, alice)
    this_minute = Usage.objects.filter(of="person")
    assert this_minute.get().in_minute == 1
    this_minute.update(in_minute=1000, minute=timezone.now().replace(second=0, microsecond=0))

    said = refusal(connection, alice)
    assert said.startswith("You have asked 1,000 questions within this minute")
    assert "Ask again in " in said


def test_what_others_of_the_team_ask_in_a_minute_is_theirs(
    connection: Connection, alice: User, bob: User, settings: Settings
) -> None:
    settings.RATE_USER_QUESTIONS = 2
    ask(connection, alice)
    ask(connection, alice)
    ask(connection, bob)

    ask(connection, bob)


def test_another_minute_has_its_questions_again(connection: Connection, alice: User, settings: Settings) -> None:
    settings.RATE_USER_QUESTIONS = 1
    ask(connection, alice)
    Usage.objects.update(minute=timezone.now() - timedelta(minutes=1))

    ask(connection, alice)


def test_a_clock_that_went_back_keeps_nobody_waiting(connection: Connection, alice: User, settings: Settings) -> None:
    settings.RATE_USER_QUESTIONS = 1
    ask(connection, alice)
    Usage.objects.update(minute=timezone.now() + timedelta(hours=3))

    ask(connection, alice)
