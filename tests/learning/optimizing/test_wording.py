"""What people said becomes a rule of the prompt, in words that name what it is about; and merged with another's."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Optimization, Remark
from learning.optimizing import running
from learning.optimizing.adapter import Chooser
from learning.optimizing.candidates import INSTRUCTIONS, RULES, candidate_of, key_of, places_of
from learning.optimizing.running import Wanted
from learning.prompts import prompt_of, rules_of
from tests.learning.optimizing.lessons import RULE, active, script, team, work
from tests.learning.overview.asked import ask, judge

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "Revenue is of paid orders only"


@pytest.fixture
def remark(connection: Connection, alice: User) -> Remark:
    """Accepted, of an answer that was found wrong."""
    team(connection)
    connection.episodes.all().delete()
    wrong = ask(connection, question="Revenue of boots", sql="SELECT 0")
    judge(wrong, alice, is_right=False)
    given = remarks.give(wrong, alice, SAID)
    assert given
    remarks.accept(given, alice)
    return given


def worded(text: str) -> list[dict[str, Any]]:
    """A model that words what a person said so, and has no rule of its own."""
    reply = {"when": "What the person said:", "text": f"All orders were counted.\nRULE: {text}"}
    return [reply, {"when": "what went wrong, and the rule", "text": "No."}, *script()]


def ended(connection: Connection) -> Optimization:
    begun = running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))
    work()
    begun.refresh_from_db()
    return begun


def test_the_rule_says_which_remark_it_is_from(connection: Connection, remark: Remark, model: ServerHandle) -> None:
    model.set_script(worded(RULE))
    assert ended(connection).outcome == "promoted"
    assert active(connection).rules == [{"text": RULE, "remark": remark.pk}]
    assert list(active(connection).remarks.all()) == [remark]


def test_what_was_said_is_not_told_beside_it(connection: Connection, remark: Remark, model: ServerHandle) -> None:
    model.set_script(worded(RULE))
    ended(connection)
    assert rules_of(connection) == []
    told = prompt_of(connection).system
    assert RULE in told
    assert SAID not in told


def test_what_was_taken_back_meanwhile_is_not_put_to_use_by_itself(
    connection: Connection, remark: Remark, alice: User, model: ServerHandle
) -> None:
    model.set_script(worded(RULE))
    begun = running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))
    remarks.stop(remark, alice)
    work()
    begun.refresh_from_db()
    assert begun.outcome == "proposed"
    assert begun.message == "It says a remark that was taken back while it was measured. A curator decides."
    assert active(connection).number == 0


def test_a_rule_that_says_something_else_leaves_what_was_said_in_force(
    connection: Connection, remark: Remark, model: ServerHandle
) -> None:
    other = "Join orders to products by product_id."
    model.set_script(
        [
            {"when": "What the person said:", "text": f"RULE: {other}"},
            *[reply | {"when": [other]} if reply.get("when") == [RULE] else reply for reply in script()],
        ]
    )
    assert ended(connection).outcome == "promoted"
    assert active(connection).rules == [{"text": other, "remark": None}]
    assert rules_of(connection) == [SAID]


def test_pending_remarks_steer_nothing(connection: Connection, alice: User, model: ServerHandle) -> None:
    team(connection)
    given = remarks.give(connection.episodes.all()[0], alice, SAID)
    assert given
    model.set_script(worded(RULE))
    ended(connection)
    assert not [asked for asked in model.requests() if SAID in str(asked)]


def test_each_rule_has_a_place_of_its_own() -> None:
    """So that gepa's merge takes from each of two candidates what it has learned."""
    first, second = candidate_of("Answer.", ["a", ""]), candidate_of("Answer.", ["", "b"])
    merged = {name: first[name] or second[name] for name in first}
    assert places_of(merged)[:2] == ["a", "b"]
    assert key_of(merged) == key_of(candidate_of("Answer.", ["", "a", "", "b"]))


def test_an_empty_place_is_taken_first() -> None:
    full = candidate_of("Answer.", [f"rule {place}" for place in range(12)])
    one_left = {**full, "rule 7": ""}
    choose = Chooser("rules", seed=1)
    assert {choose(None, None, None, 0, one_left)[0] for _ in range(20)} == {"rule 7"}
    assert choose(None, None, None, 0, full)[0] in RULES


@pytest.mark.parametrize(
    ("evolves", "expected"), [("rules", 0), ("instructions", 9), ("both", 3)], ids=["rules", "instructions", "both"]
)
def test_how_often_the_instructions_change(evolves: str, expected: int) -> None:
    choose = Chooser(evolves, seed=1)
    chosen = [choose(None, None, None, 0, candidate_of("Answer.", []))[0] for _ in range(9)]
    assert chosen.count(INSTRUCTIONS) == expected
