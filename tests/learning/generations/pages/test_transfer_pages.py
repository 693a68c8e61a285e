"""Prompts as files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.generations import changing, prompt_file
from learning.generations.changing import Rule, Text
from learning.models import Generation
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.generations.pages.made import INSTRUCTIONS, address, comparison, examples, made
from tests.learning.optimizing.lessons import active
from tests.learning.optimizing.lessons import asked as asked_questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(connection: Connection) -> Generation:
    return changing.seed_of(connection)


def content(**fields: Any) -> str:
    given = {"format": "sql-agent-prompt", "version": 1, "instructions": INSTRUCTIONS, "rules": ["Be brief."]}
    return json.dumps(given | fields, ensure_ascii=False, indent=2)


def paste(client: Client, connection: Connection, pasted: str, **fields: str) -> Any:
    return client.post(address("import_generation", connection), {"content": pasted, **fields})


def upload(client: Client, connection: Connection, uploaded: bytes) -> Any:
    file = SimpleUploadedFile("prompt.json", uploaded)
    return client.post(address("import_generation", connection), {"file": file, "content": ""})


def refused(response: Any) -> str:
    assert response.status_code == 422
    return words_of(response.content.decode().replace("&quot;", '"').replace("&#x27;", "'"))


def test_a_member_exports_what_it_says_and_where_it_is_from(
    alice_client: Client, connection: Connection, seed: Generation
) -> None:
    made(seed, "Count {paid} orders.")
    response = alice_client.get(address("export_generation", connection, 1))
    said = response.json()
    assert (said["format"], said["version"], said["instructions"]) == ("sql-agent-prompt", 1, INSTRUCTIONS)
    assert said["rules"] == ["Count {paid} orders."]
    assert (said["from"]["connection"], said["from"]["dialect"], said["from"]["generation"]) == ("shop", "sqlite", 1)
    assert "attachment" in response["Content-Disposition"]
    assert AuditEntry.objects.filter(action="export", message="generation 1 of the prompt").exists()


def test_no_question_and_no_secret_is_in_it(
    alice_client: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    asked_questions(connection, 1, answered=1, failed=1)
    remark = remarks.write(connection, alice, "Tell nobody of the remark.")
    figures = comparison(examples("a"), [], [])
    changing.add(
        seed, Text("I.", [Rule("R.", remark.pk)]), "evolved", reflection="A question failed.", comparison=figures
    )
    said = alice_client.get(address("export_generation", connection, 1)).content.decode()
    assert [word for word in ("uestion", "remark", "failed", str(connection.path), "alice") if word in said] == []


def test_what_is_exported_can_be_imported_elsewhere(
    curator: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    made(seed, "Count {paid} orders.", "Größe ‹ü›.")
    exported = curator.get(address("export_generation", connection, 1)).content
    other = Connection.objects.create(team=connection.team, name="other", path=connection.path)
    page = upload(curator, other, exported).content.decode()
    assert "Generation 1 of shop, imported." in page
    response = paste(curator, other, exported.decode(), keep="1")
    assert response["Location"] == address("generation", other, 1)
    brought = other.generations.get(number=1)
    assert (brought.instructions, brought.told) == (INSTRUCTIONS, ["Count {paid} orders.", "Größe ‹ü›."])
    assert (brought.origin, brought.state, brought.created_by) == ("imported", "proposed", alice)
    assert active(other).number == 0
    assert AuditEntry.objects.filter(connection=other, message="generation 1 was imported").exists()


def test_nothing_is_made_before_it_was_seen(curator: Client, connection: Connection, seed: Generation) -> None:
    page = words_of(paste(curator, connection, content(extra=1)).content.decode())
    assert "What would be imported" in page
    assert "Rules 1 Be brief." in page
    assert "Added: - Be brief." in page
    assert "Not kept: extra." in page
    assert connection.generations.count() == 1


def test_names_that_are_unknown_here_are_told(curator: Client, connection: Connection, seed: Generation) -> None:
    connection.schema()
    rules = ["Revenue is invoices.total, with orders.status = 'paid'."]
    page = words_of(paste(curator, connection, content(rules=rules)).content.decode())
    assert "shop has no table or column of this name." in page
    assert "invoices.total" in page
    assert "orders.status </code>" not in page


def test_where_all_names_are_known_nothing_is_warned_of(
    curator: Client, connection: Connection, seed: Generation
) -> None:
    connection.schema()
    page = paste(curator, connection, content(rules=["Revenue is orders.amount."])).content.decode()
    assert "has no table or column" not in page
    assert "has not been read yet" not in page


def test_without_a_schema_it_cannot_be_said(curator: Client, connection: Connection, seed: Generation) -> None:
    assert "has not been read yet" in paste(curator, connection, content()).content.decode()


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        ("{\n  'a': 1\n}", "Line 2, character 3: it is no JSON"),
        ('{"format": "sql-agent-prompt"', "Line 1, character 30: it is no JSON"),
        ("[1, 2]", "Line 1: it is no JSON object."),
        ("[" * 50_000, "nested too deeply"),
        ('{"a": 1}', "“format” is not “sql-agent-prompt”"),
        (content(version=2), "Its “version” is not 1"),
        (content(instructions=3), "Line 4: “instructions” is missing, or no text."),
        (content(rules={"a": 1}), "Line 5: “rules” is no list of texts."),
        (content(rules=["a", 7, "b"]), "Line 7: Rule 2 is no text."),
        (content(instructions=""), "The instructions are empty."),
        (content(rules=["a", "b" * 1001]), "Line 7: Rule 2: It has 1,001 characters; at most 1,000 are possible."),
        (content(rules=["same", "other", "same"]), "Line 8: Rule 3: It says the same as rule 1."),
        (content(rules=["ü", "", "c"]), "Rule 2: It is empty."),
        (content(rules=[str(number) for number in range(20)]), "There are 20 rules; at most 12 are possible."),
        (content().replace('"version"', '"format": "x", "version"'), "It says “format” twice."),
        (content(rules=["x"]).replace('"x"', '"\\ud800"'), "It has a character in it that is no text."),
        (content(instructions="x" * 100_000), "It is larger than 100 kB: that is no prompt."),
        ("  ", "Choose a file, or paste what is in it."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    curator: Client, connection: Connection, seed: Generation, pasted: str, problem: str
) -> None:
    assert problem in refused(paste(curator, connection, pasted))
    assert problem in refused(paste(curator, connection, pasted, keep="1"))
    assert connection.generations.count() == 1


def test_everything_that_is_wrong_is_said_at_once_and_what_was_pasted_stays(
    curator: Client, connection: Connection
) -> None:
    page = refused(paste(curator, connection, content(instructions="", rules=["a", "a", ""])))
    assert "The instructions are empty." in page
    assert "Rule 2: It says the same as rule 1." in page
    assert "Rule 3: It is empty." in page
    assert '"sql-agent-prompt"' in page


@pytest.mark.parametrize(
    ("uploaded", "problem"),
    [
        (b"", "It is empty."),
        (b"{\n\xff}", "Line 2: it is not UTF-8."),
        (b"x" * 200_000, "It is larger than 100 kB"),
    ],
    ids=["empty", "no text", "large"],
)
def test_of_a_bad_file_too(curator: Client, connection: Connection, uploaded: bytes, problem: str) -> None:
    assert problem in refused(upload(curator, connection, uploaded))


def test_with_a_byte_order_mark_it_is_read(curator: Client, connection: Connection) -> None:
    assert (
        "What would be imported" in upload(curator, connection, b"\xef\xbb\xbf" + content().encode()).content.decode()
    )


def test_what_cannot_be_seen_is_not_kept(curator: Client, connection: Connection, seed: Generation) -> None:
    hidden = content(instructions="Ans\u200bwer\u202e.\r\nNow\0.", rules=["Be\ufeff \nbrief\0."])
    paste(curator, connection, hidden, keep="1")
    brought = connection.generations.get(number=1)
    assert (brought.instructions, brought.told) == ("Answer.\nNow.", ["Be brief."])


def test_where_it_is_from_is_shown_as_data(curator: Client, connection: Connection) -> None:
    page = paste(curator, connection, content(**{"from": {"connection": "<b>x</b>\n{{ 1 }}", "generation": 5}}))
    assert "Generation 5 of &lt;b&gt;x&lt;/b&gt;{{ 1 }}, imported." in page.content.decode()


def test_what_is_no_place_is_left_out(connection: Connection) -> None:
    places: list[Any] = [None, 3, [], {"connection": 4, "generation": True}, {"generation": -1}]
    for odd in places:
        assert prompt_file.read(content(**{"from": odd}).encode()).source in ("Imported.", "A prompt, imported.")


def test_members_import_nothing(alice_client: Client, connection: Connection) -> None:
    assert alice_client.get(address("import_generation", connection)).status_code == 403
    assert paste(alice_client, connection, content(), keep="1").status_code == 403
    assert "Import" not in words_of(text(alice_client, address("generations", connection)))
