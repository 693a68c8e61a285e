"""`manage.py evaluate` with verified queries: as questions, and as examples of others."""

from pathlib import Path
from typing import Any

import pytest

from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Text
from tests.learning.evaluations import GOLD, Questions, evaluate, line, reply
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def questions(shop_path: Path, tmp_path: Path) -> Questions:
    return Questions.about(shop_path, tmp_path)


@pytest.fixture
def knowing(model: ServerHandle) -> ServerHandle:
    """A model that looks only at what is asked last."""
    model.set_script([reply(name, when=(), when_re=rf"Ask {name}\?$", times=9) for name in GOLD])
    return model


@pytest.fixture
def shop_connection(connection: Connection) -> Connection:
    for name, sql in GOLD.items():
        verified(connection, f"Ask {name}?", sql)
    return connection


def asked(model: ServerHandle) -> list[str]:
    return [request.body["messages"][-1]["content"] for request in model.requests()]


def about(text: str, name: str) -> bool:
    """Whether the question `name` is among the examples of what was asked."""
    return f"Question: Ask {name}?\n```sql\n{GOLD[name]}" in text


def test_a_connection_is_measured_by_its_verified_queries(shop_connection: Connection, knowing: ServerHandle) -> None:
    data = evaluate("--connection", "shop", "--json").data
    assert data["setup"]["dataset"] == "Verified queries of shop"
    assert (data["tasks"], data["summary"]["right"]) == (3, 3)


def test_a_verified_query_is_never_its_own_example(shop_connection: Connection, knowing: ServerHandle) -> None:
    evaluate("--connection", str(shop_connection.pk))
    for text in asked(knowing):
        shown = {name for name in GOLD if about(text, name)}
        assert shown == {name for name in GOLD if not text.endswith(f"Ask {name}?")}


def test_so_many_examples_as_one_wants(shop_connection: Connection, knowing: ServerHandle) -> None:
    assert evaluate("--connection", "shop", "--examples", "0", "--json").data["setup"]["examples"] == 0
    assert set(asked(knowing)) == {f"Ask {name}?" for name in GOLD}
    ran = evaluate("--connection", "shop", "--examples", "1")
    assert ", 1 example\n" in ran.out
    assert {sum(about(text, name) for name in GOLD) for text in asked(knowing)[3:]} == {1}


def test_follow_up_questions_are_left_out_and_said(shop_connection: Connection, knowing: ServerHandle) -> None:
    verified(shop_connection, "And before?", follows="Ask paid?")
    ran = evaluate("--connection", "shop", "--json")
    assert ran.data["tasks"] == 3
    assert "1 verified query is left out: follow-up questions" in ran.progress


def test_a_connection_without_any_says_so(connection: Connection, model: ServerHandle) -> None:
    assert "shop has no verified queries to ask yet." in evaluate("--connection", "shop").error
    verified(connection, "And before?", follows="Ask paid?")
    assert "those that there are follow other questions" in evaluate("--connection", "shop").error


def test_the_sample_has_both(sample: Connection, model: ServerHandle) -> None:
    verified(sample, "How many products?", "SELECT COUNT(*) FROM products")
    model.set_script([{"when": "How many products?", "text": "```sql\nSELECT COUNT(*) FROM products\n```"}])
    data = evaluate("--part", "verified", "--json").data
    assert (data["setup"]["dataset"], data["summary"]["right"]) == ("Verified queries of sample", 1)


def test_the_built_in_questions_see_the_sample_s_verified_queries(sample: Connection, model: ServerHandle) -> None:
    verified(sample, "How many products are there?", "SELECT COUNT(*) FROM products")
    model.set_script([{"when_re": ".", "text": "```sql\nSELECT 1\n```", "times": 99}])
    evaluate("--part", "reporting", "--difficulty", "easy", "--limit", "5")
    assert any("Question: How many products are there?" in text for text in asked(model))


def test_a_file_s_questions_are_shown_others_of_their_database(questions: Questions, knowing: ServerHandle) -> None:
    ran = questions.evaluate("--examples", "2", "--limit", "1", "--json")
    assert ran.data["setup"]["examples"] == 2
    [text] = asked(knowing)
    assert [about(text, name) for name in GOLD] == [False, True, True]


def test_a_file_s_questions_are_shown_nothing_by_default(questions: Questions, knowing: ServerHandle) -> None:
    assert questions.evaluate("--json").data["setup"]["examples"] == 0
    assert set(asked(knowing)) == {f"Ask {name}?" for name in GOLD}


def test_examples_are_of_the_same_database(
    questions: Questions, shop_path: Path, knowing: ServerHandle, tmp_path: Path
) -> None:
    (tmp_path / "databases" / "town.db").write_bytes(shop_path.read_bytes())
    questions.lines = [line("names", GOLD["names"]), line("orders", GOLD["orders"], database="town")]
    questions.write()
    questions.evaluate("--examples", "4")
    assert asked(knowing) == ["Ask names?", "Ask orders?"]


@pytest.mark.parametrize("options", [{"before": "0", "after": "2"}, {"before": "2", "after": "1"}])
def test_a_kept_evaluation_goes_on_with_as_many_examples_only(
    questions: Questions, knowing: ServerHandle, options: dict[str, Any]
) -> None:
    questions.keep("--limit", "1", "--examples", options["before"])
    said = questions.keep("--examples", options["after"]).error
    assert f"examples {options['before']} there and {options['after']} now" in said


def test_a_kept_evaluation_does_not_go_on_with_other_verified_queries(
    shop_connection: Connection, knowing: ServerHandle, tmp_path: Path
) -> None:
    out = str(tmp_path / "kept.jsonl")
    evaluate("--connection", "shop", "--limit", "1", "--out", out)
    verified(shop_connection, "Ask what?")
    assert (
        "holds an evaluation with another setup: the questions of"
        in evaluate("--connection", "shop", "--out", out).error
    )


def test_the_built_in_questions_are_the_sample_s(connection: Connection, model: ServerHandle) -> None:
    said = evaluate("--connection", "shop", "--part", "reporting").error
    assert "shop is another one: without --part, its verified queries are asked." in said


def test_any_generation_of_the_prompt_is_measured(shop_connection: Connection, knowing: ServerHandle) -> None:
    changing.add(changing.seed_of(shop_connection), Text("Answer as generation one."), "edited")
    data = evaluate("--connection", "shop", "--generation", "1", "--json").data
    assert data["setup"]["generation"] == 1
    told = {request.body["messages"][0]["content"] for request in knowing.requests()}
    assert len(told) == 1
    assert "Answer as generation one." in told.pop()


def test_without_a_number_it_is_the_one_in_use(shop_connection: Connection, knowing: ServerHandle) -> None:
    evolved = changing.add(changing.seed_of(shop_connection), Text("Answer as generation one."), "edited")
    changing.promote(evolved, None)
    assert evaluate("--connection", "shop", "--json").data["setup"]["generation"] == 1
    assert evaluate("--connection", "shop", "--generation", "0", "--json").data["setup"]["generation"] == 0


@pytest.mark.parametrize(("made", "there_are"), [(0, "the only one is 0"), (2, "there are 0, 1 and 2")])
def test_a_generation_that_is_not_there_is_named_with_those_that_are(
    shop_connection: Connection, knowing: ServerHandle, made: int, there_are: str
) -> None:
    for _ in range(made):
        changing.add(changing.seed_of(shop_connection), Text("Answer."), "edited")
    refused = evaluate("--connection", "shop", "--generation", "7").error
    assert f"shop has no generation 7: {there_are}." in refused
    assert not knowing.requests()


def test_a_kept_evaluation_is_not_gone_on_with_by_another_generation(
    shop_connection: Connection, knowing: ServerHandle, tmp_path: Path
) -> None:
    changing.add(changing.seed_of(shop_connection), Text("Answer as generation one."), "edited")
    options = ("--connection", "shop", "--out", str(tmp_path / "kept.jsonl"))
    assert evaluate(*options).error == ""
    assert "another setup" in evaluate(*options, "--generation", "1").error
