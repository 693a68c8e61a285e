"""`manage.py rebuildbandit`: the sums are made anew from the log, or compared with it."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from datasources.models import Connection
from learning.bandit import rebuild
from learning.bandit.arms import Scope
from learning.models import BanditArm, TeamLearning
from tests.learning.bandit.checks import assert_sums_are_those_of_the_log, assert_the_same, pulls, stored
from tests.learning.bandit.decided import at_random, ended

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def episodes(connection: Connection, alice: User) -> None:
    chance = random.Random(3)
    for _ in range(10):
        at_random(chance, connection, alice)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuildbandit", *arguments, stdout=out)
    return out.getvalue()


def spoil(connection: Connection | None) -> BanditArm:
    arm = BanditArm.objects.filter(connection=connection, pulls__gt=0)[0]
    arm.pulls += 3
    arm.save()
    return arm


def test_lost_sums_are_made_anew(connection: Connection) -> None:
    before = stored()
    BanditArm.objects.all().delete()
    assert "have been made anew" in run()

    assert_the_same(stored(), before)


def test_sums_that_are_right_stay(connection: Connection) -> None:
    before = stored()
    assert run() == "The sums are those of the log.\n"
    assert_the_same(stored(), before)


def test_a_check_says_what_differs_and_changes_nothing(connection: Connection) -> None:
    arm = spoil(connection)
    out = StringIO()
    with pytest.raises(SystemExit) as ended_with:
        call_command("rebuildbandit", "--check", stdout=out)

    assert ended_with.value.code == 1
    assert f"Connection {connection.pk} (shop), {arm.strategy}: stored were {arm.pulls} pulls" in out.getvalue()
    assert f"the log says {arm.pulls - 3} " in out.getvalue()
    assert BanditArm.objects.get(pk=arm.pk).pulls == arm.pulls


def test_a_check_finds_nothing_where_nothing_is_wrong() -> None:
    assert run("--check") == "The sums are those of the log.\n"


def test_one_connection_can_be_made_anew(connection: Connection) -> None:
    spoil(connection)
    shared = spoil(None)
    run("--connection", str(connection.pk))

    assert {found.scope for found in rebuild.check()} == {Scope()}
    assert BanditArm.objects.get(pk=shared.pk).pulls == shared.pulls


def test_an_unknown_connection_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="There is no connection nowhere"):
        run("--connection", "nowhere")


def test_when_a_team_wants_personal_bandits_they_are_made_from_what_was_decided(
    connection: Connection, alice: User
) -> None:
    with transaction.atomic():
        TeamLearning.objects.create(team=connection.team, is_personal=True)
        rebuild.personal(connection.team)

    assert pulls(Scope(connection.pk, alice.pk)) == pulls(Scope(connection.pk)) > 0
    ended(connection, user=alice)
    assert_sums_are_those_of_the_log()


def test_when_it_wants_them_no_more_they_go(connection: Connection, alice: User) -> None:
    wanted = TeamLearning.objects.create(team=connection.team, is_personal=True)
    ended(connection, user=alice)
    wanted.is_personal = False
    wanted.save()
    rebuild.personal(connection.team)

    assert not BanditArm.objects.exclude(user=None).exists()
    assert_sums_are_those_of_the_log()
