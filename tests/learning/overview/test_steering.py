"""Curators reset the bandit, undo that, take its policy elsewhere and bring one in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agent.repairs import Strategy
from datasources.models import AuditEntry, Connection
from learning.models import BanditReset, ImportedPolicy
from learning.overview.forms import MOST_KB
from learning.overview.steering import MOST_IMPORTED, standing_of
from tests.learning.bandit.decided import ended
from tests.learning.benchmark.pages.runs import text, words_of

pytestmark = pytest.mark.django_db

OF_CURATORS = [
    ("learning_reset", "get"),
    ("learning_reset", "post"),
    ("learning_export", "get"),
    ("learning_log", "get"),
    ("learning_import", "post"),
]


def address(connection: Connection, name: str = "learning", *more: int) -> str:
    return reverse(name, args=[connection.pk, *more])


def body(response: Any) -> str:
    """Of a page, or of what is streamed."""
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    found: str = response.content.decode()
    return found


def said(response: Any) -> str:
    return words_of(body(response))


def last_entry() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry
    return entry


def upload(curator: Client, connection: Connection, content: bytes | str, **fields: str) -> Any:
    file = SimpleUploadedFile("sales.json", content.encode() if isinstance(content, str) else content)
    return curator.post(address(connection, "learning_import"), {"file": file, **fields}, follow=True)


@pytest.fixture
def learned(connection: Connection) -> Connection:
    """One decision is counted."""
    ended(connection)
    return connection


@pytest.fixture
def policy(curator: Client, learned: Connection) -> str:
    """What it exports."""
    return body(curator.get(address(learned, "learning_export")))


@pytest.mark.parametrize(("name", "method"), OF_CURATORS)
def test_members_may_not(alice_client: Client, connection: Connection, name: str, method: str) -> None:
    assert getattr(alice_client, method)(address(connection, name)).status_code == 403


def test_a_reset_says_first_what_is_forgotten(curator: Client, learned: Connection) -> None:
    page = words_of(text(curator, address(learned, "learning_reset")))
    assert "It forgets what 1 decision taught it here" in page
    assert "can be undone" in page
    assert not BanditReset.objects.exists()


def test_a_reset_forgets_and_an_undo_remembers(curator: Client, learned: Connection, alice: User) -> None:
    page = said(curator.post(address(learned, "learning_reset"), follow=True))
    assert standing_of(learned).pulls == 0
    reset = BanditReset.objects.get()
    assert reset.user == alice
    assert f"It was reset by alice on {reset.at:%Y-%m-%d %H:%M}" in page
    assert "reset" in last_entry().message
    page = said(curator.post(address(learned, "learning_undo", reset.pk), follow=True))
    assert standing_of(learned).pulls == 1
    assert "The reset was taken back" in page
    assert "It was reset by" not in page
    assert "undid" in last_entry().message


def test_an_undo_that_comes_twice_says_so(curator: Client, learned: Connection) -> None:
    curator.post(address(learned, "learning_reset"))
    undo = address(learned, "learning_undo", BanditReset.objects.get().pk)
    curator.post(undo)
    assert "had been taken back already" in said(curator.post(undo, follow=True))


def test_a_reset_of_another_connection_is_not_undone_here(
    curator: Client, learned: Connection, sample: Connection
) -> None:
    reset = BanditReset.objects.create(connection=sample)
    assert curator.post(address(learned, "learning_undo", reset.pk)).status_code == 404
    reset.refresh_from_db()
    assert reset.undone_at is None


def test_the_policy_is_a_file(curator: Client, learned: Connection) -> None:
    response = curator.get(address(learned, "learning_export"))
    assert response["Content-Disposition"].startswith('attachment; filename="policy-')
    assert json.loads(body(response))["arms"][Strategy.FIX_COLUMN]["pulls"] == 1
    assert (last_entry().action, last_entry().message) == ("export", "the bandit's policy")


def test_the_log_has_a_line_for_each_decision(curator: Client, learned: Connection) -> None:
    ended(learned)
    response = curator.get(address(learned, "learning_log"))
    lines = [json.loads(line) for line in body(response).splitlines()]
    assert [line["strategy"] for line in lines] == ["fix_column", "fix_column"]
    assert response["Content-Type"].startswith("application/jsonl")
    assert last_entry().message == "the bandit's decisions"


def test_what_was_exported_can_be_imported_elsewhere(
    curator: Client, sample: Connection, alice: User, policy: str
) -> None:
    page = said(upload(curator, sample, policy))
    imported = ImportedPolicy.objects.get(connection=sample)
    assert (imported.name, imported.pulls, imported.user) == ("sales.json", 1, alice)
    assert "“sales.json” counts from the next question on." in page
    assert f"sales.json 1 alice {imported.at:%Y-%m-%d %H:%M} Remove" in page
    assert last_entry().message == "the bandit: policy “sales.json” imported, pulls: 1"


def test_it_may_have_a_name(curator: Client, sample: Connection, policy: str) -> None:
    upload(curator, sample, policy, name="From <sales>")
    assert ImportedPolicy.objects.get().name == "From <sales>"
    assert "From &lt;sales&gt;" in curator.get(address(sample)).content.decode()


def test_only_so_many_count_at_once(curator: Client, sample: Connection, policy: str) -> None:
    empty = [ImportedPolicy(connection=sample, name=str(n), data={"arms": {}}, pulls=0) for n in range(MOST_IMPORTED)]
    ImportedPolicy.objects.bulk_create(empty)
    assert "20 policies from elsewhere count here already." in said(upload(curator, sample, policy))
    assert ImportedPolicy.objects.count() == MOST_IMPORTED


def test_it_is_removed_again(curator: Client, sample: Connection, policy: str) -> None:
    upload(curator, sample, policy)
    remove = address(sample, "learning_remove", ImportedPolicy.objects.get().pk)
    assert "“sales.json” counts no more." in said(curator.post(remove, follow=True))
    assert standing_of(sample).imported == []
    assert last_entry().message == "the bandit: policy “sales.json” removed"
    assert curator.post(remove).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xff\xfe\x00", "The file is not JSON."),
        ("{'a': 1}", "The file is not JSON."),
        ("[" * 100_000, "The file is not JSON."),
        ('{"arms": NaN}', "The file is not JSON."),
        ('"' + "x" * (MOST_KB << 10) + '"', "The file is larger than 2 MB"),
    ],
    ids=["empty", "bytes", "quotes", "deep", "nan", "large"],
)
def test_what_is_no_policy_is_refused(
    curator: Client, connection: Connection, content: bytes | str, sentence: str
) -> None:
    response = upload(curator, connection, content)
    assert response.status_code == 422
    assert sentence in said(response)
    assert '<details class="import" open>' in body(response)
    assert not ImportedPolicy.objects.exists()


@pytest.mark.parametrize("content", ["{}", "[]", "1", '{"format": "other", "version": 1}'])
def test_json_of_another_kind_is_refused_with_the_bandit_s_own_sentence(
    curator: Client, connection: Connection, content: str
) -> None:
    response = upload(curator, connection, content)
    assert response.status_code == 422
    assert 'class="field-error"' in body(response)
    assert not ImportedPolicy.objects.exists()


def test_without_a_file_it_asks_for_one(curator: Client, connection: Connection) -> None:
    response = curator.post(address(connection, "learning_import"))
    assert response.status_code == 422
    assert "Choose a file that was exported" in said(response)
