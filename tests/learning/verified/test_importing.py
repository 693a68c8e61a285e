"""Files into a connection and out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.models import VerifiedImport, VerifiedQuery
from learning.verified import editing, exporting, importing, listing
from learning.verified.importing import Checked, Unreachable
from learning.verified.listing import Wish
from tests.learning.verified.queries import verified

State = VerifiedQuery.State
COUNT = {"question": "How many products?", "sql": "SELECT COUNT(*) FROM products"}


def begun(connection: Connection, user: User, *entries: dict[str, Any]) -> VerifiedImport:
    content = "\n".join(map(json.dumps, entries)).encode()
    return importing.begin(connection, user, "queries.jsonl", content)


def checked(connection: Connection, user: User, *entries: dict[str, Any]) -> list[Checked]:
    stored = begun(connection, user, *entries)
    importing.go_on(stored)
    stored.refresh_from_db()
    return importing.checked_lines(stored)


def exported(connection: Connection) -> str:
    return "".join(exporting.pieces(listing.found(connection, Wish())))


def test_nothing_is_added_before_it_is_confirmed(connection: Connection, alice: User) -> None:
    stored = begun(connection, alice, COUNT)
    importing.go_on(stored)
    assert not VerifiedQuery.objects.exists()
    assert importing.keep(stored) == 1
    query = VerifiedQuery.objects.get()
    assert (query.question, query.sql, query.is_curated, query.created_by) == (*COUNT.values(), True, alice)
    assert not VerifiedImport.objects.exists()


def test_what_does_not_run_says_why_with_its_line(connection: Connection, alice: User) -> None:
    [_, line] = checked(connection, alice, COUNT, {"question": "What?", "sql": "SELECT x FROM gone"})
    assert (line.number, line.found) == (2, "bad")
    assert "no such table: gone" in line.why


def test_what_was_written_for_another_dialect_says_so(connection: Connection, alice: User) -> None:
    [line] = checked(connection, alice, {"question": "What?", "sql": "SELECT NOW()", "dialect": "postgres"})
    assert "It was written for postgres, and this is sqlite." in line.why


def test_what_is_here_stays(connection: Connection, alice: User) -> None:
    verified(connection, "a b c", "SELECT 1")
    verified(connection, "d e f", "SELECT 2")
    retired = verified(connection, "g h i", "SELECT 3", state=State.RETIRED)
    same, other, old = checked(
        connection,
        alice,
        {"question": "A b c?", "sql": "SELECT 1"},
        {"question": "d e f", "sql": "SELECT 22"},
        {"question": "g h i", "sql": "SELECT 3"},
    )
    assert [line.found for line in (same, other, old)] == ["known", "other", "known"]
    assert (same.why, old.why) == ("", "It is here, retired.")
    importing.keep(VerifiedImport.objects.get())
    retired.refresh_from_db()
    assert (VerifiedQuery.objects.count(), retired.state) == (3, State.RETIRED)


def test_a_question_that_comes_twice_names_the_line_that_counts(connection: Connection, alice: User) -> None:
    first, second = checked(connection, alice, COUNT, COUNT | {"sql": "SELECT 2"})
    assert (first.found, second.found) == ("new", "bad")
    assert "line 1" in second.why


def test_a_line_without_sql_is_refused(connection: Connection, alice: User) -> None:
    [line] = checked(connection, alice, {"question": "What?"})
    assert (line.found, line.why) == ("bad", "sql: Write the SQL that answers it.")


def test_a_retired_one_comes_as_such_without_being_run(connection: Connection, alice: User) -> None:
    stored = begun(connection, alice, {"question": "What?", "sql": "SELECT gone", "state": "retired", "reason": "old"})
    importing.keep(stored)
    query = VerifiedQuery.objects.get()
    assert (query.state, query.reason, query.checked_at) == (State.RETIRED, "old", None)
    assert not AuditEntry.objects.filter(action="query").exists()


def test_a_reason_is_no_longer_than_one_that_is_typed(connection: Connection, alice: User) -> None:
    [line] = checked(connection, alice, COUNT | {"state": "retired", "reason": "x" * 501})
    assert (line.found, line.why) == ("bad", "reason: At most 500 characters. This has 501.")


def test_a_broken_one_that_runs_here_is_in_use(connection: Connection, alice: User) -> None:
    stored = begun(connection, alice, COUNT | {"state": "broken", "reason": "no such table"})
    importing.go_on(stored)
    importing.keep(stored)
    assert VerifiedQuery.objects.get().state == State.ACTIVE


def test_what_was_verified_meanwhile_stays(connection: Connection, alice: User) -> None:
    stored = begun(connection, alice, COUNT, {"question": "Which products?", "sql": "SELECT name FROM products"})
    importing.go_on(stored)
    theirs = editing.add(connection, alice, editing.Written(COUNT["question"], "SELECT 6"))
    assert importing.keep(stored) == 1
    theirs.refresh_from_db()
    assert (theirs.sql, VerifiedQuery.objects.count()) == ("SELECT 6", 2)


def test_a_database_that_cannot_be_asked_decides_nothing(connection: Connection, alice: User) -> None:
    stored = begun(connection, alice, COUNT)
    Connection.objects.update(is_enabled=False)
    stored.connection.refresh_from_db()
    with pytest.raises(Unreachable, match="switched off"):
        importing.go_on(stored)
    stored.refresh_from_db()
    assert [line.found for line in importing.checked_lines(stored)] == ["waiting"]


def test_a_new_file_takes_the_place_of_one_that_was_never_confirmed(connection: Connection, alice: User) -> None:
    begun(connection, alice, COUNT)
    stored = begun(connection, alice, COUNT)
    assert list(VerifiedImport.objects.all()) == [stored]


def test_an_export_says_all_there_is_to_a_query(connection: Connection, alice: User) -> None:
    verified(connection, "Été?", "SELECT 'é'", follows="Which?", created_by=alice, state=State.RETIRED, reason="old")
    text = exported(connection)
    fields = json.loads(text)
    assert '"Été?"' in text
    assert fields.pop("created_at").endswith("+00:00")
    assert fields == {
        "question": "Été?",
        "follows": "Which?",
        "sql": "SELECT 'é'",
        "dialect": "sqlite",
        "state": "retired",
        "reason": "old",
        "is_curated": False,
        "created_by": "alice",
    }


def test_export_and_import_change_nothing(connection: Connection, alice: User) -> None:
    verified(connection, "One?", " SELECT 1 ")
    verified(connection, "Two?", "SELECT gone", state=State.BROKEN, reason="no such column: gone")
    verified(connection, "Three?", "SELECT 3", state=State.RETIRED, reason="old")
    verified(connection, "Three?", "SELECT 4", follows="Two?")
    before = exported(connection)
    stored = importing.begin(connection, alice, "verified.jsonl", before.encode())
    assert {line.found for line in importing.checked_lines(stored)} == {"known"}
    assert importing.keep(stored) == 0
    assert exported(connection) == before


def test_a_long_export_comes_in_pieces(connection: Connection) -> None:
    for number in range(5):
        verified(connection, f"What is {number}?")
    pieces = list(exporting.pieces(listing.found(connection, Wish()), at_once=2))
    assert [piece.count("\n") for piece in pieces] == [2, 2, 1]
