"""`manage.py ask`: the same agent on the command line."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agent.scripted_server import ServerHandle
from datasources.models import Connection
from learning.models import Episode, VerifiedQuery
from learning.verified.keys import key_of

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "```sql\nSELECT name, price FROM products ORDER BY id\n```"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("ask", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_sql_and_rows_are_printed(connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    printed = run("shop", "Which products?")

    assert "SELECT name, price FROM products" in printed
    assert "Tent  200" in printed
    assert "NULL" in printed
    assert "(3 rows" in printed


def test_json_prints_one_event_a_line(connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    events = [json.loads(line) for line in run("shop", "Which products?", "--json").splitlines()]

    assert events[0]["event"] == "AttemptStarted"
    assert events[-1] | {"usage": {}} == {
        "event": "EpisodeDone",
        "success": True,
        "sql": "SELECT name, price FROM products ORDER BY id",
        "attempts": 1,
        "reward": 1.0,
        "usage": {},
        "error": "",
        "outage": False,
    }


def test_what_is_recalled_says_so(connection: Connection, model: ServerHandle) -> None:
    sql = "SELECT name FROM products ORDER BY price"
    VerifiedQuery.objects.create(
        connection=connection, question="Which products?", sql=sql, key=key_of("Which products?")
    )
    printed = run("shop", "which products")

    assert f"-- from a verified query\n{sql}\n" in printed
    assert "(3 rows" in printed
    assert model.requests() == []


def test_a_repair_is_shown(connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": "```sql\nSELECT title FROM products\n```"}, {"text": GOOD}])
    printed = run("shop", "Which products?")

    assert "failed (no_such_column): no such column: title" in printed
    assert "attempt 2: fix_column" in printed


def test_a_failure_says_why_and_exits_with_1(connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"status": 401, "error": "bad key"}])
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("ask", "shop", "Which?", stdout=out, stderr=out)

    assert exit_.value.code == 1
    assert "key" in out.getvalue()
    assert Episode.objects.get().status == Episode.Status.FAILED


def test_an_unknown_connection_lists_those_there_are(connection: Connection) -> None:
    with pytest.raises(CommandError, match=r"no connection nowhere.*shop"):
        run("nowhere", "Which?")


@pytest.mark.parametrize("name", ["²", "٣", "9" * 5000, "1\x1b[2J"])
def test_a_name_that_is_almost_a_number_is_a_name(connection: Connection, name: str) -> None:
    with pytest.raises(CommandError, match="There is no connection") as refused:
        run(name, "Which?")
    assert "\x1b" not in str(refused.value)


def test_nothing_steers_the_terminal(connection: Connection, model: ServerHandle) -> None:
    reply = "```sql\nSELECT 'a' || char(27, 155, 13) || '[31mb' AS [x\x1b]ED\n-- \x1b[2J\x9b\r\n```"
    model.set_script([{"text": reply}, {"text": "```sql\nSELECT char(27) || '[31mb' AS c\nFROM products\n```"}])
    printed = run("shop", "Which?")

    assert not set(printed) & {"\x1b", "\x9b", "\r"}
    assert "AS c\nFROM products" in printed
    assert "[31mb" in printed


def test_an_empty_question_is_a_sentence(connection: Connection, model: ServerHandle) -> None:
    with pytest.raises(CommandError, match="Type a question"):
        run("shop", "  ")


def test_how_sure_the_answer_is_is_told(connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    assert "No answer like this has been judged here yet;" in run("shop", "Which products?")


def test_for_programs_before_the_last_event(connection: Connection, model: ServerHandle) -> None:
    model.set_script([{"text": GOOD}])
    events = [json.loads(line) for line in run("shop", "Which products?", "--json").splitlines()]
    [told] = [event for event in events if event["event"] == "Confidence"]
    assert told["confidence"] == round(Episode.objects.get().confidence or 0, 4)
    assert told["here"] == {"right": 0, "of": 0}
    assert events[-1]["event"] == "EpisodeDone"
