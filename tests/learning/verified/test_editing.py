"""What curators do to verified queries."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.models import VerifiedQuery
from learning.verified import editing
from learning.verified.editing import MAX_SQL, BadQuery, Written
from tests.learning.verified.queries import verified

COUNT = Written("How many products are there?", "SELECT COUNT(*) FROM products")
State = VerifiedQuery.State


def test_what_is_added_is_in_use_and_the_curator_s(connection: Connection, alice: User) -> None:
    query = editing.add(connection, alice, COUNT)
    query.refresh_from_db()
    assert (query.state, query.is_curated, query.created_by) == (State.ACTIVE, True, alice)
    assert (query.key, query.checked_schema) == (COUNT.key, connection.schema_fingerprint)
    assert query.checked_at is not None


def test_what_does_not_run_is_not_added(connection: Connection, alice: User) -> None:
    with pytest.raises(BadQuery, match="no such table: gone") as refused:
        editing.add(connection, alice, Written("What?", "SELECT * FROM gone"))
    assert refused.value.field == "sql"
    assert not VerifiedQuery.objects.exists()


def test_what_would_write_is_not_added(connection: Connection, alice: User) -> None:
    with pytest.raises(BadQuery, match="does not run"):
        editing.add(connection, alice, Written("Delete all?", "DELETE FROM products"))


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (Written("", "SELECT 1"), "question"),
        (Written("What?", ""), "sql"),
        (Written("?" * 4001, "SELECT 1"), "question"),
        (Written("And?", "SELECT 1", "x" * 4001), "follows"),
        (Written("What?", "SELECT 1 " + "-" * MAX_SQL), "sql"),
    ],
)
def test_what_is_missing_or_too_long_is_refused(
    connection: Connection, alice: User, written: Written, field: str
) -> None:
    with pytest.raises(BadQuery) as refused:
        editing.add(connection, alice, written)
    assert refused.value.field == field


def test_a_second_one_for_a_question_is_refused_and_names_the_first(connection: Connection, alice: User) -> None:
    first = verified(connection, "how many  PRODUCTS are there")
    with pytest.raises(BadQuery, match="Another verified query") as refused:
        editing.add(connection, alice, COUNT)
    assert refused.value.other == first


def test_the_same_words_after_another_question_are_another_question(connection: Connection, alice: User) -> None:
    verified(connection, COUNT.question)
    assert editing.add(connection, alice, Written(COUNT.question, COUNT.sql, "Which shops?")).is_active


def test_one_that_came_in_at_the_same_moment_is_in_the_way(connection: Connection, alice: User) -> None:
    query = editing.fresh(connection, alice, COUNT)
    first = verified(connection, COUNT.question)
    with pytest.raises(BadQuery) as refused, transaction.atomic(), editing.kept_once(query):
        query.save()
    assert refused.value.other == first


def test_an_edited_one_is_a_curator_s(connection: Connection, alice: User) -> None:
    query = verified(connection, "How many?", "SELECT 2")
    editing.edit(query, alice, COUNT)
    query.refresh_from_db()
    assert (query.question, query.sql, query.key, query.is_curated) == (COUNT.question, COUNT.sql, COUNT.key, True)


def test_an_edit_that_does_not_run_changes_nothing(connection: Connection, alice: User) -> None:
    query = verified(connection, "How many?", "SELECT 2")
    with pytest.raises(BadQuery):
        editing.edit(query, alice, Written("How many?", "SELECT nothing"))
    query.refresh_from_db()
    assert query.sql == "SELECT 2"


def test_what_another_curator_wrote_meanwhile_is_not_overwritten_unseen(connection: Connection, alice: User) -> None:
    query = verified(connection, "How many?", "SELECT 2")
    seen = editing.version(query)
    editing.edit(VerifiedQuery.objects.get(), alice, Written("How many now?", "SELECT 3"), seen)
    with pytest.raises(BadQuery, match="Somebody else has changed it"):
        editing.edit(query, alice, COUNT, seen)
    stored = VerifiedQuery.objects.get()
    assert stored.sql == "SELECT 3"
    editing.edit(stored, alice, COUNT, editing.version(stored))
    assert VerifiedQuery.objects.get().sql == COUNT.sql


def test_a_broken_one_that_is_mended_is_in_use(connection: Connection, alice: User) -> None:
    query = verified(connection, COUNT.question, "SELECT gone", state=State.BROKEN, reason="no such column: gone")
    editing.edit(query, alice, COUNT)
    query.refresh_from_db()
    assert (query.state, query.reason) == (State.ACTIVE, "")


def test_a_retired_one_that_is_edited_stays_retired(connection: Connection, alice: User) -> None:
    query = verified(connection, COUNT.question, state=State.RETIRED, reason="old")
    verified(connection, COUNT.question)
    editing.edit(query, alice, COUNT)
    query.refresh_from_db()
    assert (query.state, query.reason, query.sql) == (State.RETIRED, "old", COUNT.sql)


def test_retiring_wants_a_reason(connection: Connection, alice: User) -> None:
    query = verified(connection, COUNT.question)
    with pytest.raises(BadQuery, match="Say why"):
        editing.retire(query, alice, "  ")
    editing.retire(query, alice, "Revenue is net now")
    query.refresh_from_db()
    assert (query.state, query.reason) == (State.RETIRED, "Revenue is net now")


def test_a_restored_one_is_in_use(connection: Connection, alice: User) -> None:
    query = verified(connection, COUNT.question, state=State.RETIRED, reason="old")
    editing.restore(query, alice)
    query.refresh_from_db()
    assert (query.state, query.reason, query.is_curated) == (State.ACTIVE, "", True)


def test_one_whose_question_has_another_now_is_not_restored(connection: Connection, alice: User) -> None:
    query = verified(connection, COUNT.question, state=State.RETIRED)
    other = verified(connection, COUNT.question)
    with pytest.raises(BadQuery) as refused:
        editing.restore(query, alice)
    assert refused.value.other == other


def test_one_that_does_not_run_is_not_restored(connection: Connection, alice: User) -> None:
    query = verified(connection, COUNT.question, "SELECT gone", state=State.RETIRED)
    with pytest.raises(BadQuery, match="gone"):
        editing.restore(query, alice)
    query.refresh_from_db()
    assert query.state == State.RETIRED


def test_who_did_what_is_in_the_audit_list(connection: Connection, alice: User) -> None:
    query = editing.add(connection, alice, COUNT)
    editing.retire(query, alice, "old")
    entries = AuditEntry.objects.order_by("pk").values_list("user_name", "source", "action", "message", "sql")
    assert list(entries) == [
        ("alice", "verified", "query", "", COUNT.sql),
        ("alice", "site", "change", f"verified query {query.pk} added: {COUNT.question}", ""),
        ("alice", "site", "change", f"verified query {query.pk} retired (old): {COUNT.question}", ""),
    ]
