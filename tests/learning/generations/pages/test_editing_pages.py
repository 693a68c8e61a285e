"""Prompts that people write."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Generation
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.generations.pages.made import INSTRUCTIONS, address, made
from tests.learning.optimizing.lessons import active

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent(connection: Connection) -> Generation:
    return made(changing.seed_of(connection), "One rule.", "Two rules.")


def save(client: Client, parent: Generation, **fields: Any) -> Any:
    given = {"instructions": INSTRUCTIONS, "rules": "One rule.\r\nTwo rules.", "why": "", "seen": 0} | fields
    return client.post(address("edit_generation", parent.connection, parent.number), given)


def said(response: Any) -> str:
    assert response.status_code == 422
    return words_of(response.content.decode())


def test_the_form_has_what_it_says(curator: Client, connection: Connection, parent: Generation) -> None:
    page = text(curator, address("edit_generation", connection, 1))
    assert INSTRUCTIONS in page
    assert "One rule.\nTwo rules." in page


def test_what_is_saved_is_another_generation_and_a_proposal(
    curator: Client, connection: Connection, parent: Generation, alice: User
) -> None:
    response = save(curator, parent, rules="One rule.\r\n\r\nAnother  rule.", why="It was wrong.")
    assert response["Location"] == address("generation", connection, 2)
    written = connection.generations.get(number=2)
    assert (written.told, written.origin, written.state) == (["One rule.", "Another rule."], "edited", "proposed")
    assert (written.parent, written.created_by, written.reflection) == (parent, alice, "It was wrong.")
    parent.refresh_from_db()
    assert parent.told == ["One rule.", "Two rules."]
    assert active(connection).number == 0
    assert AuditEntry.objects.filter(message="generation 2 was edited by hand from generation 1").exists()


def test_it_can_be_put_to_use_at_once(curator: Client, connection: Connection, parent: Generation) -> None:
    save(curator, parent, rules="Another rule.", use="1")
    assert active(connection).number == 2


def test_what_was_put_to_use_meanwhile_stays_and_what_was_written_is_kept(
    curator: Client, connection: Connection, parent: Generation, alice: User
) -> None:
    changing.promote(parent, alice)
    response = save(curator, parent, rules="Another rule.", use="1", seen=0)
    page = words_of(text(curator, response["Location"]))
    assert "It is kept as generation 2, a proposal. Generation 1 was put into use meanwhile." in page
    assert active(connection).number == 1


def test_a_rule_that_stays_keeps_its_remark(curator: Client, connection: Connection, alice: User) -> None:
    remark = remarks.write(connection, alice, "Paid orders only.")
    rules = [Rule("Count paid orders.", remark.pk), Rule("Be brief.")]
    parent = changing.add(changing.seed_of(connection), Text(INSTRUCTIONS, rules), "evolved")
    save(curator, parent, rules="Count paid orders.\nBe very brief.", use="1")
    written = active(connection)
    assert written.rules == [
        {"text": "Count paid orders.", "remark": remark.pk},
        {"text": "Be very brief.", "remark": None},
    ]
    remark.refresh_from_db()
    assert remark.absorbed_in == 1


def test_a_rule_that_is_reworded_loses_it(curator: Client, connection: Connection, alice: User) -> None:
    remark = remarks.write(connection, alice, "Paid orders only.")
    parent = changing.add(
        changing.seed_of(connection), Text(INSTRUCTIONS, [Rule("Count paid orders.", remark.pk)]), "evolved"
    )
    save(curator, parent, rules="Count orders that are paid.")
    assert connection.generations.get(number=2).remarks.count() == 0


def test_where_nothing_is_changed_nothing_is_made(curator: Client, connection: Connection, parent: Generation) -> None:
    assert "Nothing is changed: it says what generation 1 says." in said(save(curator, parent))
    assert connection.generations.count() == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"instructions": " "}, "The instructions are empty."),
        ({"instructions": "x" * 3001}, "The instructions have 3,001 characters; at most 3,000 are possible."),
        ({"rules": "One.\n\n" + "x" * 1001}, "Line 3: It has 1,001 characters; at most 1,000 are possible."),
        ({"rules": "One.\n\nTwo.\n one.  "}, "Line 4: It says the same as rule 1."),
        ({"rules": "\n".join(map(str, range(13)))}, "There are 13 rules; at most 12 are possible."),
        ({"why": "x" * 1001}, "at most 1000 characters"),
    ],
    ids=["empty", "long", "a long rule", "twice", "many", "a long reason"],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_typed_is_lost(
    curator: Client, connection: Connection, parent: Generation, fields: dict[str, str], problem: str
) -> None:
    response = save(curator, parent, **{"why": "Why I typed.", **fields})
    assert problem in said(response)
    assert ("Why I typed." in response.content.decode()) == ("why" not in fields)
    assert connection.generations.count() == 2


@pytest.mark.parametrize("odd", ["Use {braces} and {{ both }}.", "`a` ```b``` <b>c</b>", "{% now 'Y' %}"])
def test_what_is_written_is_data(curator: Client, connection: Connection, parent: Generation, odd: str) -> None:
    save(curator, parent, instructions=odd, rules=odd)
    written = connection.generations.get(number=2)
    assert (written.instructions, written.told) == (odd, [odd])
    page = curator.get(address("generation", connection, 2)).content.decode()
    assert page.count(escape(odd)) >= 2
    assert odd == escape(odd) or odd not in page
