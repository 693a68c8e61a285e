"""The SQL tab, as a browser without JavaScript and as htmx see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from datasources.models import AuditEntry, Connection
from learning.models import Correction, Episode, Remark, Verdict, VerifiedQuery
from workbench.editor import history
from workbench.models import SqlRun

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
QUESTION = "How many paid orders are there?"


@pytest.fixture
def run_address(connection: Connection) -> str:
    return reverse("sql_run", args=[connection.pk])


@pytest.fixture
def answer(alice: User, connection: Connection) -> Episode:
    return Episode.objects.create(
        connection=connection,
        user=alice,
        source=Episode.Source.CHAT,
        question=QUESTION,
        status=Episode.Status.SUCCEEDED,
        model="scripted",
        sql="SELECT COUNT(*) FROM orders",
    )


@pytest.fixture
def curator(alice: User) -> User:
    alice.memberships.update(role=Membership.Role.CURATOR)
    return alice


def posted(client: Client, address: str, sql: str, **fields: Any) -> str:
    return client.post(address, {"sql": sql, **fields}, headers=HTMX).content.decode()


def test_a_blank_page_has_a_labelled_field(alice_client: Client, connection: Connection) -> None:
    page = alice_client.get(reverse("sql", args=[connection.pk])).content.decode()
    assert '<label for="sql-text"' in page
    assert "Nothing yet." in page


def test_styles_of_the_editor_are_let_in_by_a_nonce(alice_client: Client, connection: Connection) -> None:
    policy = alice_client.get(reverse("sql", args=[connection.pk]))["Content-Security-Policy"]
    [styles] = [part for part in policy.split("; ") if part.startswith("style-src")]
    assert "'nonce-" in styles
    assert "unsafe-inline" not in policy


def test_a_statement_runs_and_is_audited(alice_client: Client, run_address: str, alice: User) -> None:
    told = posted(alice_client, run_address, "SELECT name FROM products ORDER BY id")
    assert '<td class="text">Tent</td>' in told
    assert "3 rows" in told
    entry = AuditEntry.objects.get(source="editor")
    assert (entry.user, entry.rows, entry.sql) == (alice, 3, "SELECT name FROM products ORDER BY id")


def test_without_javascript_the_page_comes_with_the_rows_and_the_text(alice_client: Client, run_address: str) -> None:
    page = alice_client.post(run_address, {"sql": "SELECT name\r\nFROM products", "do": "run"}).content.decode()
    assert '<td class="text">Tent</td>' in page
    assert "\nSELECT name\nFROM products</textarea>" in page


def test_what_writes_is_refused_and_said(alice_client: Client, run_address: str) -> None:
    told = posted(alice_client, run_address, "DELETE FROM products")
    assert "Only a statement that reads can run" in told
    assert AuditEntry.objects.get(source="editor").verdict == "refused"


def test_an_error_is_told_with_its_place(alice_client: Client, run_address: str) -> None:
    told = posted(alice_client, run_address, "SELECT name,\n  prise\nFROM products")
    assert 'data-from="15" data-to="20"' in told
    assert "Line 2, column 3." in told
    assert "no such column: prise" in told


def test_the_place_is_in_the_whole_text_where_a_part_ran(alice_client: Client, run_address: str) -> None:
    text = "SELECT 1;\nSELECT prise FROM products"
    told = posted(alice_client, run_address, text, start=20, end=20)
    assert 'data-from="17" data-to="22"' in told


def test_cells_are_escaped(alice_client: Client, run_address: str) -> None:
    told = posted(alice_client, run_address, "SELECT '<script>alert(1)</script>' AS \"<b>\"")
    assert "<script>" not in told
    assert "&lt;b&gt;" in told


def test_a_plan_is_a_tree_and_does_not_run(alice_client: Client, run_address: str) -> None:
    told = posted(alice_client, run_address, "SELECT * FROM products WHERE id = 1", do="explain")
    assert "<strong>Look up in</strong>" in told
    assert "<code>products</code>" in told
    assert SqlRun.objects.get().kind == "explain"


def test_an_unknown_wish_is_refused(alice_client: Client, run_address: str) -> None:
    assert alice_client.post(run_address, {"sql": "SELECT 1", "do": "drop"}).status_code == 400


def test_format_without_javascript_puts_it_into_the_field(alice_client: Client, run_address: str) -> None:
    page = alice_client.post(run_address, {"sql": "select a from t", "do": "format"}).content.decode()
    assert "SELECT\n  a\nFROM t</textarea>" in page


def test_a_selection_is_formatted_alone(alice_client: Client, connection: Connection) -> None:
    fields = {"sql": "select 1; select  2", "start": "10", "end": "19"}
    told = alice_client.post(reverse("sql_format", args=[connection.pk]), fields).json()
    assert told == {"sql": "SELECT\n  2", "note": "", "from": 10, "to": 19}


def test_what_does_not_parse_is_not_formatted_and_said(alice_client: Client, connection: Connection) -> None:
    told = alice_client.post(reverse("sql_format", args=[connection.pk]), {"sql": "SELECT * FRM products"}).json()
    assert told["error"].startswith("It cannot be read: Syntax error")
    assert (told["from"], told["to"]) == (13, 21)


def test_completion_knows_names_and_no_values(alice_client: Client, connection: Connection) -> None:
    connection.refresh_schema()
    answer = alice_client.get(reverse("sql_words", args=[connection.pk]))
    [orders, products] = answer.json()["tables"]
    assert (orders["name"], products["name"]) == ("orders", "products")
    assert {"name": "status", "type": "TEXT"} in orders["columns"]
    assert "paid" not in answer.content.decode()


def test_what_ran_is_in_the_history_of_its_person_alone(
    alice_client: Client, run_address: str, alice: User, bob: User, connection: Connection
) -> None:
    posted(alice_client, run_address, "SELECT name FROM products")
    told = posted(alice_client, run_address, "SELECT nme FROM products")
    assert told.count('class="sql-run-start"') == 2
    bob.memberships.create(team=connection.team, role=Membership.Role.OWNER)
    client = Client()
    client.force_login(bob)
    page = client.get(reverse("sql", args=[connection.pk])).content.decode()
    assert "Nothing yet." in page
    other = SqlRun.objects.latest("pk").pk
    assert client.get(reverse("sql", args=[connection.pk]), {"run": other}).status_code == 404
    client.post(reverse("sql_forget", args=[connection.pk]), {"run": other})
    assert history.of(connection, alice).count() == 2


def test_one_of_the_history_comes_back_into_the_field(
    alice_client: Client, run_address: str, connection: Connection
) -> None:
    posted(alice_client, run_address, "SELECT 42 AS answer")
    page = alice_client.get(reverse("sql", args=[connection.pk]), {"run": SqlRun.objects.get().pk}).content.decode()
    assert "SELECT 42 AS answer</textarea>" in page


def test_the_history_is_deleted_one_by_one_and_as_a_whole(
    alice_client: Client, run_address: str, connection: Connection
) -> None:
    for number in range(3):
        posted(alice_client, run_address, f"SELECT {number}")
    forget = reverse("sql_forget", args=[connection.pk])
    alice_client.post(forget, {"run": SqlRun.objects.get(sql="SELECT 1").pk}, headers=HTMX)
    assert set(SqlRun.objects.values_list("sql", flat=True)) == {"SELECT 0", "SELECT 2"}
    told = alice_client.post(forget, headers=HTMX).content.decode()
    assert "2 entries are deleted." in told
    assert not SqlRun.objects.exists()


def test_the_history_is_bounded(alice: User, connection: Connection, alice_client: Client, run_address: str) -> None:
    runs = [SqlRun(connection=connection, user=alice, sql=str(number), state="ok") for number in range(205)]
    SqlRun.objects.bulk_create(runs)
    posted(alice_client, run_address, "SELECT 1")
    assert SqlRun.objects.count() == history.MOST_KEPT
    assert SqlRun.objects.filter(sql="SELECT 1").exists()


def test_an_answer_opens_with_its_question_and_its_sql(alice_client: Client, answer: Episode) -> None:
    page = alice_client.get(reverse("answer_sql", args=[answer.pk])).content.decode()
    assert f'<h1 class="asked" hx-disable>{QUESTION}</h1>' in page
    assert "SELECT COUNT(*) FROM orders</textarea>" in page


def test_an_answer_of_a_colleague_is_not_found(bob: User, answer: Episode) -> None:
    bob.memberships.create(team=answer.connection.team, role=Membership.Role.OWNER)
    client = Client()
    client.force_login(bob)
    assert client.get(reverse("answer_sql", args=[answer.pk])).status_code == 404
    address = reverse("sql_run", args=[answer.connection_id])
    assert client.post(address, {"sql": "SELECT 1", "answer": answer.pk}).status_code == 404


def test_a_run_from_an_answer_says_where_it_differs(alice_client: Client, run_address: str, answer: Episode) -> None:
    told = posted(alice_client, run_address, "SELECT COUNT(*) FROM orders WHERE status = 'paid'", answer=answer.pk)
    assert "Differs from the answer in the filter" in " ".join(told.split())


def test_who_may_not_curate_saves_nothing(alice_client: Client, connection: Connection) -> None:
    address = reverse("sql_verify", args=[connection.pk])
    assert alice_client.post(address, {"sql": "SELECT 1"}).status_code == 403
    page = alice_client.get(reverse("sql", args=[connection.pk])).content.decode()
    assert "Save as verified query" not in page


def test_a_correction_is_saved_and_told_to_the_learner(
    alice_client: Client, curator: User, connection: Connection, answer: Episode
) -> None:
    address = reverse("sql_verify", args=[connection.pk])
    right = "SELECT COUNT(*) FROM orders WHERE status = 'paid'"
    form = alice_client.post(address, {"sql": right, "answer": answer.pk}, headers=HTMX).content.decode()
    assert "Where the answer differs" in form
    assert "the right query wants that" in form
    fields = {"answer": answer.pk, "statement": right, "question": QUESTION, "remark": "Only paid ones", "save": 1}
    page = alice_client.post(address, fields, follow=True)
    assert "It runs, and is saved as a verified query." in page.content.decode()
    assert "What it corrects" in page.content.decode()
    query = VerifiedQuery.objects.get()
    assert (query.sql, query.question, query.is_curated) == (right, QUESTION, True)
    assert Verdict.objects.get(episode=answer).is_right is False
    assert Remark.objects.get(episode=answer).text == "Only paid ones"
    [clause] = Correction.objects.get().clauses
    assert (clause["name"], clause["one"]) == ("the filter", [])

    alice_client.post(reverse("verified_query_take_back", args=[connection.pk, query.pk]))
    query.refresh_from_db()
    assert query.state == VerifiedQuery.State.RETIRED
    assert not Verdict.objects.exists()
    assert Remark.objects.get().state == Remark.State.WITHDRAWN


def test_sql_that_does_not_run_is_not_saved_and_what_was_typed_stays(
    alice_client: Client, curator: User, connection: Connection, answer: Episode
) -> None:
    fields = {"answer": answer.pk, "statement": "SELECT gone", "question": QUESTION, "remark": "Mine", "save": 1}
    told = alice_client.post(reverse("sql_verify", args=[connection.pk]), fields, headers=HTMX).content.decode()
    assert "The SQL does not run: no such column: gone" in told
    assert "Mine</textarea>" in told
    assert not VerifiedQuery.objects.exists()
    assert not Verdict.objects.exists()


def test_a_query_that_is_in_the_way_can_be_replaced(
    alice_client: Client, curator: User, connection: Connection, answer: Episode
) -> None:
    address = reverse("sql_verify", args=[connection.pk])
    fields = {"statement": "SELECT 1", "question": QUESTION, "save": 1}
    alice_client.post(address, fields, headers=HTMX)
    first = VerifiedQuery.objects.get()
    told = alice_client.post(address, {**fields, "statement": "SELECT 2"}, headers=HTMX).content.decode()
    assert "Another verified query answers this question" in told
    alice_client.post(address, {**fields, "statement": "SELECT 2", "instead": first.pk}, headers=HTMX)
    assert VerifiedQuery.objects.get().sql == "SELECT 2"


def test_rows_lead_on_to_all_of_them_a_chart_and_saving(
    alice_client: Client, run_address: str, connection: Connection
) -> None:
    sql = 'SELECT name AS "a <b>" FROM products'
    page = posted(alice_client, run_address, sql)
    for name in ("statement_result", "statement_chart", "saved_query_add"):
        assert reverse(name, args=[connection.pk]) in page
    assert 'name="sql" value="SELECT name AS &quot;a &lt;b&gt;&quot; FROM products"' in page
    form = alice_client.post(reverse("saved_query_add", args=[connection.pk]), {"sql": sql})
    assert form.status_code == 200
    assert form.context["form"]["sql"].value() == sql


def test_a_plan_and_an_error_lead_nowhere(alice_client: Client, run_address: str, connection: Connection) -> None:
    pages = posted(alice_client, run_address, "SELECT 1", do="explain") + posted(alice_client, run_address, "SELECT no")
    assert reverse("statement_result", args=[connection.pk]) not in pages
    assert reverse("statement_chart", args=[connection.pk]) not in pages
