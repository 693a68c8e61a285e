"""What people decided about the prompt, an optimization does not undo by itself."""

from __future__ import annotations

import pytest

from accounts.models import User
from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.feedback import remarks
from learning.generations import changing
from learning.models import Generation, Optimization
from learning.optimizing import running, steps
from learning.optimizing.running import Wanted
from learning.verified import editing
from learning.verified.editing import Written
from tests.learning.optimizing.lessons import RULE, active, optimize, script, team, work
from tests.learning.overview.asked import ask, judge
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_rolled_back_does_not_come_back_by_itself(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    team(connection)
    model.set_script(script(RULE))
    optimize(connection)
    changing.roll_back(changing.seed_of(connection), alice, "It is wrong for refunds.")

    model.set_script(script(RULE))
    ended = optimize(connection, seed=2)
    assert ended.outcome == "proposed"
    assert active(connection).number == 0
    proposed = connection.generations.get(state=Generation.State.PROPOSED)
    assert proposed.told == [RULE]
    assert proposed.reason == "It says again what generation 1 said, which was rolled back. A curator decides."


def test_what_was_rolled_back_and_is_in_use_again_may_be_built_on(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    team(connection)
    model.set_script(script(RULE))
    optimize(connection)
    first = active(connection)
    changing.roll_back(changing.seed_of(connection), alice, "Perhaps.")
    changing.promote(first, alice, "It was right.")
    changing.roll_back(changing.seed_of(connection), alice, "Perhaps not.")
    changing.promote(first, alice, "It was.")
    run = Optimization(connection=connection, base=first)
    assert steps.rolled_back_before(run, changing.text_in(first)) is None


def test_a_remark_that_is_reworded_meanwhile_keeps_its_new_words(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    team(connection)
    connection.episodes.all().delete()
    wrong = ask(connection, question="Revenue of boots", sql="SELECT 0")
    judge(wrong, alice, is_right=False)
    remark = remarks.give(wrong, alice, "Revenue is of paid orders only")
    assert remark
    remarks.accept(remark, alice)
    reply = {"when": "What the person said:", "text": f"All orders were counted.\nRULE: {RULE}"}
    model.set_script([reply, {"when": "what went wrong, and the rule", "text": "No."}, *script()])
    begun = running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))
    remarks.edit(remark, alice, "Revenue is of shipped orders only")
    work()
    begun.refresh_from_db()
    assert begun.outcome == "proposed"
    proposed = connection.generations.get(state=Generation.State.PROPOSED)
    assert proposed.reason == "It says a remark that was worded anew while it was measured. A curator decides."
    assert list(connection.remarks.rules()) == [remark]


def test_what_was_found_wrong_meanwhile_is_no_evidence(
    connection: Connection, alice: User, model: ServerHandle
) -> None:
    """Of what the rule fixes one question is left, whose answer is still known."""
    team(connection)
    model.set_script(script(RULE))
    begun = running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))
    needs_rule = connection.verified_queries.filter(question__startswith="Revenue").order_by("pk")
    for query in needs_rule[:3]:
        editing.retire(query, alice, "It counts cancelled orders.")
    edited = needs_rule[3]
    editing.edit(edited, alice, Written(edited.question, "SELECT 30"))
    work()
    begun.refresh_from_db()
    assert begun.outcome == "not_better"
    assert active(connection).number == 0
    [tried] = connection.generations.exclude(number=0)
    assert tried.comparison
    assert (tried.comparison["questions"], len(tried.comparison["fixed"])) == (4, 1)


def test_what_is_verified_meanwhile_is_shown_to_no_candidate(connection: Connection, model: ServerHandle) -> None:
    """Else those that are measured later would have an easier time than the prompt in use had."""
    team(connection)
    model.set_script(script(RULE))
    begun = running.start(connection, "person", None, Wanted(evolves="rules", seed=1, max_calls=60))
    verified(connection, "Revenue of tents and ropes", "SELECT 123456")
    work()
    begun.refresh_from_db()
    assert begun.outcome == "promoted"
    asked = [message["content"] for request in model.requests() for message in request.body["messages"]]
    assert any("SELECT 1" in text for text in asked)
    assert not any("123456" in text for text in asked)


def test_what_waits_for_a_curator_is_proposed_once(connection: Connection, model: ServerHandle) -> None:
    team(connection)
    for query in list(connection.verified_queries.all()[3:]):
        query.delete()
    model.set_script(script(RULE))
    assert optimize(connection).outcome == "proposed"
    again = optimize(connection, seed=2)
    assert again.outcome == "proposed"
    assert again.message == "It found what generation 1 says, which is proposed already. A curator decides."
    assert connection.generations.exclude(number=0).count() == 1
