"""What works in the background counts for its team, and stops where the rest of the team's tokens are people's."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from agent.llm import Usage as Used
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning import examples
from learning.benchmark import running as evaluations
from learning.benchmark.running import Wanted
from learning.models import ExampleSet, Optimization, TeamQuota
from learning.optimizing import running as optimizations
from learning.quotas import counting
from tests.learning.optimizing.lessons import RULE, script, team, work
from tests.learning.quotas.asked import used

pytestmark = pytest.mark.django_db(transaction=True)

LEFT_TO_PEOPLE = "the rest is for people's questions"
TOKENS = {"prompt": 50, "cached": 20, "completion": 10}


@pytest.fixture
def asked_out(connection: Connection) -> None:
    """The team's background work may use nothing more today."""
    TeamQuota.objects.create(team=connection.team, tokens=100)
    counting.add(connection.team_id, None, Used(prompt=80))


def test_an_evaluation_s_tokens_are_the_team_s_and_nobody_s(
    sample: Connection, alice: User, model: ServerHandle
) -> None:
    model.set_script([{"text": "```sql\nSELECT 1\n```", "times": None, "usage": TOKENS}])
    evaluation = evaluations.start(sample, alice, Wanted(difficulties=("easy",), policy="none"))
    work()

    counted = used("background", team=sample.team)
    assert (counted.tokens, counted.cached_tokens) == tuple(evaluation.questions.count() * each for each in (40, 20))
    assert (used("person", user=alice).tokens, used("background", team=sample.team).questions) == (0, 0)


def test_an_evaluation_stops_with_what_it_has_and_says_why(
    sample: Connection, alice: User, model: ServerHandle
) -> None:
    TeamQuota.objects.create(team=sample.team, tokens=100)
    model.set_script([{"text": "```sql\nSELECT 1\n```", "times": None, "usage": TOKENS}])
    evaluation = evaluations.start(sample, alice, Wanted(difficulties=("easy",), policy="none"))
    work()

    evaluation.refresh_from_db()
    assert (evaluation.state, LEFT_TO_PEOPLE in evaluation.message) == ("stopped", True)
    assert set(evaluation.questions.values_list("state", flat=True)) == {"done", "waiting"}


@pytest.mark.usefixtures("asked_out")
def test_none_begins_when_nothing_is_left_for_it(sample: Connection, alice: User, model: ServerHandle) -> None:
    with pytest.raises(evaluations.NotPossible, match=LEFT_TO_PEOPLE):
        evaluations.start(sample, alice, Wanted())


def test_an_optimization_counts_and_stops_with_its_reason(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    team(connection)
    connection.schema()
    model.set_script([{**reply, "usage": TOKENS} for reply in script(RULE)])
    TeamQuota.objects.create(team=connection.team, tokens=1000)
    begun = optimizations.start(connection, Optimization.Trigger.PERSON, alice)
    work()

    begun.refresh_from_db()
    assert (begun.state, LEFT_TO_PEOPLE in begun.message) == ("stopped", True)
    assert 800 <= used("background", team=connection.team).tokens < 1000


@pytest.mark.usefixtures("asked_out")
def test_no_optimization_begins_either(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    with pytest.raises(optimizations.NotPossible, match=LEFT_TO_PEOPLE):
        optimizations.start(connection, Optimization.Trigger.QUESTIONS)


@pytest.mark.usefixtures("asked_out")
def test_example_questions_are_not_written_then(connection: Connection, model: ServerHandle) -> None:
    connection.refresh_schema()
    examples.enqueue(connection)
    work()

    known = ExampleSet.objects.get()
    assert (known.state, LEFT_TO_PEOPLE in known.message, model.requests()) == ("failed", True, [])


def test_example_questions_count_what_they_were_written_and_tried_with(
    connection: Connection, model: ServerHandle
) -> None:
    connection.refresh_schema()
    listed = {"when": "Write 8 questions", "text": "1. How many products are there?", "usage": TOKENS}
    model.set_script([listed, {"text": "```sql\nSELECT COUNT(*) FROM products\n```", "usage": TOKENS}])
    examples.enqueue(connection)
    work()

    assert used("background", team=connection.team).tokens == 2 * 40


def test_the_command_line_says_what_the_limit_is(
    connection: Connection, model: ServerHandle, settings: Settings
) -> None:
    settings.QUOTA_TEAM_QUESTIONS = 1
    counting.admit(connection.team_id, None)
    with pytest.raises(CommandError, match="has asked 1 question today, which is its limit"):
        call_command("ask", "shop", "Which products?")
