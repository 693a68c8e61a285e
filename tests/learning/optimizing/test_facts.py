"""What a program has learned from a failure is tried before the model is asked for a rule."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.models import Optimization
from tests.learning.optimizing.lessons import active, optimize
from tests.learning.overview.asked import COLUMN, ask
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db(transaction=True)
RULE = "The column price is in products, and not in orders."
RIGHT = "SELECT price FROM products"
KNOWN = ("Prices of tents", "Prices of ropes", "Prices of lamps", "Prices of bags")


@pytest.fixture
def ended(connection: Connection, model: ServerHandle, settings: Settings) -> Optimization:
    """With a model that looks for prices where they are not, until it is told, and has no rule to say of its own."""
    settings.SKILLS = []  # with them, it would be put right before anybody learns
    for question in KNOWN:
        verified(connection, question, RIGHT)
    for question in ("Prices of boots", "Prices of stoves", "Prices of pegs"):
        ask(connection, [COLUMN], answered=False, question=question)
    told = {"when": [RULE, "Prices of"], "where": "all", "text": f"```sql\n{RIGHT}\n```", "times": None}
    reflects = {"when": "what went wrong, and the rule", "text": "I do not know.", "times": None}
    model.set_script([reflects, told, {"text": "```sql\nSELECT price FROM orders\n```", "times": None}])
    return optimize(connection)


def test_a_rule_that_a_program_knows_is_found_and_put_to_use(ended: Optimization, connection: Connection) -> None:
    assert ended.outcome == "promoted", ended.message
    assert active(connection).told == [RULE]
    assert active(connection).reflection == "no such column: price"


def test_no_model_is_asked_for_it(ended: Optimization) -> None:
    first = ended.reflections.order_by("number")[0]
    assert (first.text, first.asked, first.reply, first.tokens) == (RULE, "", "", 0)
    assert first.candidate == 1
