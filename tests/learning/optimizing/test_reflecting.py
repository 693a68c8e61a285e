"""What the model is asked when it reflects again, and which of its rules are not even tried."""

from __future__ import annotations

import pytest

from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.models import Optimization
from learning.optimizing import running
from learning.optimizing.running import Wanted
from tests.learning.optimizing.lessons import script, team, work

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "what went wrong, and the rule"


def ended(connection: Connection, model: ServerHandle, *rules: str) -> Optimization:
    """An optimization with a model that says these rules, one after the other, and none after them."""
    team(connection)
    said = [{"when": ASKED, "text": f"WRONG: Too many.\nRULE: {rule}", "times": 1} for rule in rules]
    model.set_script([*said, {"when": ASKED, "text": "No.", "times": None}, *script()])
    begun = running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))
    work()
    begun.refresh_from_db()
    return begun


def test_asked_again_it_is_told_what_was_tried_in_vain_and_thinks_anew(
    connection: Connection, model: ServerHandle
) -> None:
    ended(connection, model, "Order by name.")
    first, second = [one for one in model.requests() if ASKED in one.body["messages"][-1]["content"]][:2]
    assert "Order by name." not in first.body["messages"][-1]["content"]
    assert "did not help; write another one:\n- Order by name." in second.body["messages"][-1]["content"]
    assert first.body["seed"] != second.body["seed"]


def test_a_rule_about_columns_that_there_are_not_is_not_tried(connection: Connection, model: ServerHandle) -> None:
    begun = ended(connection, model, "Count orders by order_lines.order_id.")
    assert begun.reflections.order_by("number")[0].outcome == (
        "The rule names order_lines.order_id, which the database does not have."
    )
