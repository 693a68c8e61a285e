"""The pages of verified queries: who sees what, and what curators do there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, User
from datasources.models import AuditEntry, Connection
from learning.models import Episode, VerifiedQuery
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.verified.queries import verified
from tests.site import MakeUser

State = VerifiedQuery.State
COUNT = {"question": "How many products?", "follows": "", "sql": "SELECT COUNT(*) AS n FROM products"}


@pytest.fixture
def curator(alice: User, alice_client: Client) -> Client:
    alice.memberships.update(role=Membership.Role.CURATOR)
    return alice_client


def address(name: str, connection: Connection, **arguments: Any) -> str:
    return reverse(name, kwargs={"connection_id": connection.pk, **arguments})


def of(name: str, query: VerifiedQuery) -> str:
    return address(name, query.connection, query_id=query.pk)


def shown(client: Client, connection: Connection, query: str = "") -> str:
    return words_of(text(client, address("verified_queries", connection) + query))


def test_a_connection_without_any_says_how_they_come(alice_client: Client, connection: Connection) -> None:
    page = shown(alice_client, connection)
    assert "None yet" in page
    assert "Press Correct under an answer" in page


def test_the_list_says_question_sql_and_who(alice_client: Client, alice: User, connection: Connection) -> None:
    verified(connection, "And by <month>?", "SELECT 'x<y'", follows="Revenue?", created_by=alice)
    page = alice_client.get(address("verified_queries", connection)).content.decode()
    assert "And by &lt;month&gt;?" in page
    assert "&#x27;x&lt;y&#x27;" in page
    assert "<month>" not in page
    assert "After “Revenue?”" in page
    assert "added by alice" in words_of(page)


def test_its_answer_is_linked_for_whoever_asked(
    alice: User, alice_client: Client, connection: Connection, make_user: MakeUser
) -> None:
    asked = Episode.objects.create(connection=connection, user=alice, source="chat", question="Which?", model="m")
    query = verified(connection, "Which?", episode=asked, created_by=alice)
    colleague = Client()
    colleague.force_login(make_user("carol", connection.team))
    link = reverse("answer", args=[asked.pk])
    assert link in text(alice_client, of("verified_query", query))
    assert link not in text(colleague, of("verified_query", query))


def test_it_is_searched_in_questions_and_sql(alice_client: Client, connection: Connection) -> None:
    verified(connection, "Revenue?", "SELECT 1 AS alpha")
    verified(connection, "Costs?", "SELECT 2 AS beta")
    page = shown(alice_client, connection, "?q=ALPHA")
    assert ("Revenue?" in page, "Costs?" in page) == (True, False)
    assert "Costs?" in shown(alice_client, connection, "?q=cost")
    assert "No query is like that." in shown(alice_client, connection, "?q=gamma")


def test_it_is_filtered_by_state_with_counts(alice_client: Client, connection: Connection) -> None:
    verified(connection, "Revenue?")
    verified(connection, "Costs?", state=State.RETIRED, reason="Costs are elsewhere now")
    page = shown(alice_client, connection, "?state=retired")
    assert ("Revenue?" in page, "Costs are elsewhere now" in page) == (False, True)
    assert "All 2 In use 1 Does not run any more 0 Retired 1" in page
    assert "Revenue?" in shown(alice_client, connection, "?state=nonsense")


def test_what_is_in_doubt_is_found(curator: Client, connection: Connection) -> None:
    verified(connection, "Revenue?")
    assert "In doubt" not in shown(curator, connection)
    query = verified(connection, "Costs?", reason="Its answer was found wrong.", is_curated=True)
    page = shown(curator, connection, "?state=doubted")
    assert ("Revenue?" in page, "Its answer was found wrong." in page) == (False, True)
    assert "In doubt 1" in page
    assert "In doubt" in words_of(text(curator, of("verified_query", query)))
    curator.post(of("verified_query_edit", query), COUNT)
    query.refresh_from_db()
    assert query.reason == ""


def test_it_has_pages(alice_client: Client, connection: Connection) -> None:
    for number in range(30):
        verified(connection, f"Question number {number}?")
    assert "26 to 30 of 30" in shown(alice_client, connection, "?page=2")
    assert "Question number 0?" in shown(alice_client, connection, "?page=99")


def test_a_long_list_asks_the_database_as_little_as_a_short_one(
    alice_client: Client, connection: Connection, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        verified(connection, f"Question number {number}?")
    with django_assert_max_num_queries(13):
        shown(alice_client, connection)


def test_how_often_it_was_recalled_is_said(alice_client: Client, connection: Connection) -> None:
    query = verified(connection, "Revenue?")
    for _ in range(2):
        Episode.objects.create(connection=connection, question="Revenue?", recalled=query, model="none", source="chat")
    assert "recalled 2 times" in shown(alice_client, connection)
    assert "Recalled 2 times" in words_of(text(alice_client, of("verified_query", query)))


def test_only_one_s_own_answer_is_linked(
    alice_client: Client, alice: User, make_user: MakeUser, connection: Connection
) -> None:
    carol = make_user("carol", connection.team)
    for user, question in ((alice, "Mine?"), (carol, "Hers?")):
        episode = Episode.objects.create(connection=connection, user=user, question=question, model="m", source="chat")
        query = verified(connection, question, episode=episode, created_by=user)
        page = text(alice_client, of("verified_query", query))
        assert (reverse("answer", args=[episode.pk]) in page) == (user == alice)
        assert f"verified by {user}" in words_of(page)


@pytest.mark.parametrize("name", ["verified_query_edit", "verified_query_retire", "verified_query_restore"])
def test_members_read_and_change_nothing(alice_client: Client, connection: Connection, name: str) -> None:
    query = verified(connection, "Revenue?")
    assert alice_client.post(of(name, query), COUNT | {"reason": "x"}).status_code == 403
    page = text(alice_client, of("verified_query", query)).partition("<main")[2].partition("</main>")[0]
    assert ("Edit" in words_of(page), "Retire" in words_of(page)) == (False, False)
    for name in ("verified_query_add", "verified_import"):
        assert alice_client.post(address(name, connection), COUNT).status_code == 403


def test_a_query_of_another_connection_is_not_found(curator: Client, connection: Connection) -> None:
    other = Connection.objects.create(team=connection.team, name="other", path=connection.path)
    query = verified(other, "Revenue?")
    assert curator.get(address("verified_query", connection, query_id=query.pk)).status_code == 404


def test_what_is_added_has_its_page(curator: Client, connection: Connection) -> None:
    response = curator.post(address("verified_query_add", connection), COUNT | {"sql": "SELECT 1\r\nAS n"})
    query = VerifiedQuery.objects.get()
    assert response["Location"] == of("verified_query", query)
    assert query.sql == "SELECT 1\nAS n"
    assert "It runs, and is added." in text(curator, response["Location"])


def test_what_does_not_run_is_said_and_what_was_typed_is_kept(curator: Client, connection: Connection) -> None:
    query = verified(connection, "Revenue?")
    typed = {"question": "How many <things>?", "follows": "Before?", "sql": "SELECT gone FROM products"}
    response = curator.post(of("verified_query_edit", query), typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert "The SQL does not run: no such column: gone" in page
    assert "How many &lt;things&gt;?" in page
    assert "SELECT gone FROM products" in page
    query.refresh_from_db()
    assert query.question == "Revenue?"


def test_what_another_curator_wrote_is_told_and_the_second_save_counts(curator: Client, connection: Connection) -> None:
    query = verified(connection, COUNT["question"], "SELECT 2")
    response = curator.post(of("verified_query_edit", query), COUNT | {"seen": "what it was before"})
    page = response.content.decode()
    assert "Somebody else has changed it since you opened it." in page
    assert "SELECT COUNT(*) AS n FROM products" in page
    [seen] = re.findall('name="seen" value="(.*?)"', page)
    assert curator.post(of("verified_query_edit", query), COUNT | {"seen": seen}).status_code == 302


def test_a_broken_one_can_be_run_again(curator: Client, connection: Connection) -> None:
    query = verified(connection, COUNT["question"], COUNT["sql"], state=State.BROKEN, reason="no such table")
    assert "Run it" in words_of(text(curator, of("verified_query", query)))
    curator.post(of("verified_query_restore", query))
    query.refresh_from_db()
    assert (query.state, query.reason) == (State.ACTIVE, "")


def test_a_question_that_is_taken_links_the_other_one(curator: Client, connection: Connection) -> None:
    other = verified(connection, COUNT["question"])
    page = curator.post(address("verified_query_add", connection), COUNT).content.decode()
    assert of("verified_query", other) in page
    assert "Another verified query answers this question." in page


def test_trying_shows_rows_and_saves_nothing(curator: Client, connection: Connection) -> None:
    edit = address("verified_query_add", connection)
    page = curator.post(edit, COUNT | {"try": "1"})
    assert page.status_code == 200
    assert "1 row." in words_of(page.content.decode())
    part = curator.post(edit, COUNT | {"try": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in part, "1 row." in part) == (False, True)
    assert not VerifiedQuery.objects.exists()


def test_trying_what_does_not_run_says_why(curator: Client, connection: Connection) -> None:
    wrong = {"sql": "SELECT gone FROM products", "try": "1"}
    part = curator.post(address("verified_query_add", connection), wrong, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "no such column: gone" in part.content.decode()


def test_retired_and_restored(curator: Client, connection: Connection) -> None:
    query = verified(connection, "Revenue?")
    assert "Say why it is retired" in curator.post(of("verified_query_retire", query)).content.decode()
    curator.post(of("verified_query_retire", query), {"reason": "Net <now>"})
    page = curator.get(of("verified_query", query)).content.decode()
    assert "Net &lt;now&gt;" in page
    curator.post(of("verified_query_restore", query))
    query.refresh_from_db()
    assert query.is_active


def test_an_export_holds_what_the_filters_leave(alice_client: Client, connection: Connection) -> None:
    verified(connection, "Revenue?")
    verified(connection, "Costs?", state=State.RETIRED)
    response = alice_client.get(address("verified_export", connection) + "?state=retired")
    lines = response.getvalue().decode().splitlines()
    assert [json.loads(line)["question"] for line in lines] == ["Costs?"]
    assert response["Content-Disposition"] == f'attachment; filename="verified-{connection.pk}.jsonl"'
    assert AuditEntry.objects.get().action == "export"


def uploaded(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("q.jsonl", "\n".join(map(json.dumps, entries)).encode())}


def test_a_file_is_read_tried_shown_and_added(curator: Client, connection: Connection) -> None:
    begun = curator.post(address("verified_import", connection), uploaded(COUNT, {"question": "x", "sql": "SELECT y"}))
    preview = begun["Location"]
    assert "0 of 2 lines are looked at" in words_of(text(curator, preview))
    curator.post(preview + "keep/")
    assert not VerifiedQuery.objects.exists()

    part = curator.post(preview + "go-on/", headers={"HX-Request": "true"}).content.decode()
    assert "1 will be added" in words_of(part)
    assert "Line 2" in part
    assert "no such column: y" in part
    done = curator.post(preview + "keep/", follow=True).content.decode()
    assert "1 verified query is added." in done
    assert VerifiedQuery.objects.get().question == COUNT["question"]


def test_a_file_that_is_none_says_so(curator: Client, connection: Connection) -> None:
    response = curator.post(
        address("verified_import", connection), {"file": SimpleUploadedFile("q.jsonl", b"\xff\xfe")}
    )
    assert response.status_code == 422
    assert "The file is not UTF-8" in response.content.decode()
    assert "Choose a file." in curator.post(address("verified_import", connection)).content.decode()


def test_an_import_is_seen_by_nobody_else(curator: Client, make_user: MakeUser, connection: Connection) -> None:
    preview = curator.post(address("verified_import", connection), uploaded(COUNT))["Location"]
    carol = make_user("carol", connection.team)
    carol.memberships.update(role=Membership.Role.OWNER)
    client = Client()
    client.force_login(carol)
    assert client.get(preview).status_code == 404
