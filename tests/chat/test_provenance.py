"""Where an answer comes from, as the page says it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection as database
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat.models import Conversation, Turn
from chat.pages import stored_view
from learning.feedback import remarks
from learning.models import Attempt, Episode, VerifiedQuery
from learning.verified.keys import key_of
from tests.chat.sockets import browser

SQL = "SELECT name FROM products ORDER BY price"


def verified(conversation: Conversation, question: str) -> VerifiedQuery:
    connection = conversation.connection
    return VerifiedQuery.objects.create(
        connection=connection, question=question, key=key_of(question), sql=SQL, created_by=conversation.user,
        created_at=datetime(2026, 11, 3, tzinfo=UTC), checked_schema=connection.schema_fingerprint,
    )  # fmt: skip


def answer(conversation: Conversation, *, failures: int = 0, **fields: object) -> Episode:
    episode = Episode.objects.create(
        connection=conversation.connection, source=Episode.Source.CHAT, question="Which?", model="scripted", sql=SQL,
        status=Episode.Status.SUCCEEDED, finished_at=timezone.now(), **fields,
    )  # fmt: skip
    for number in range(1, failures + 2):
        error = "no_such_column" if number <= failures else ""
        Attempt.objects.create(episode=episode, number=number, strategy="generate", sql=SQL, error_class=error)
    Turn.objects.create(conversation=conversation, episode=episode)
    return episode


def said(episode: Episode) -> str:
    """The line of the page, without its links."""
    html = render_to_string("chat/_provenance.html", {"answer": stored_view(episode)})
    return " ".join("".join(part.partition(">")[2] for part in html.split("<")).split())


@pytest.mark.django_db
class TestThePage:
    def test_says_who_verified_the_query_and_when(self, conversation: Conversation) -> None:
        episode = answer(conversation, recalled=verified(conversation, "Which?"))
        assert said(episode) == "From a verified query: verified by alice on 3 November 2026"

    def test_of_one_whose_person_is_gone_only_when(self, conversation: Conversation) -> None:
        query = verified(conversation, "Which?")
        VerifiedQuery.objects.update(created_by=None)
        assert said(answer(conversation, recalled=query)) == "From a verified query: verified on 3 November 2026"

    def test_says_that_the_model_was_asked_when_it_did_not_run(self, conversation: Conversation) -> None:
        episode = answer(conversation, recalled=verified(conversation, "Which?"), failures=1)
        assert said(episode) == "The verified query of this question did not run, so the model was asked."

    def test_says_what_the_model_was_shown_the_most_similar_first(self, conversation: Conversation) -> None:
        shown = [verified(conversation, "How <many>?").pk, verified(conversation, "Which tents?").pk]
        episode = answer(conversation, examples=shown)
        assert said(episode) == "Shown to the model: 2 verified queries Which tents? How &lt;many&gt;?"

    def test_says_which_rule_is_newer_than_the_verified_query(self, conversation: Conversation) -> None:
        rule = remarks.write(conversation.connection, conversation.user, "Only <tents> count")
        query = verified(conversation, "Which?")
        episode = answer(conversation, held_back=query, newer_rule=rule)
        assert said(episode) == (
            "There is a verified answer from 3 November 2026, but the rule “Only &lt;tents&gt; count” is newer: "
            "asked anew."
        )

    def test_what_has_been_deleted_is_left_out(self, conversation: Conversation) -> None:
        kept, lost = verified(conversation, "Which tents?"), verified(conversation, "How many?")
        episode = answer(conversation, examples=[lost.pk, kept.pk])
        lost.delete()
        assert said(episode) == "Shown to the model: 1 verified query Which tents?"

    def test_says_nothing_of_an_answer_of_the_model_s_alone(self, conversation: Conversation) -> None:
        assert said(answer(conversation)) == ""

    def test_twenty_answers_take_one_query_more(self, conversation: Conversation, alice_client: Client) -> None:
        address = reverse("conversation", args=[conversation.pk])

        def queries() -> int:
            with CaptureQueriesContext(database) as captured:
                assert alice_client.get(address).status_code == 200
            return len(captured)

        answer(conversation)
        without = queries()
        for number in range(19):
            answer(conversation, examples=[verified(conversation, f"Which {number}?").pk])
        assert queries() == without + 1

    def test_opening_it_has_queries_checked_that_were_last_run_on_another_schema(
        self, conversation: Conversation, alice_client: Client, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        conversation.connection.refresh_schema()
        verified(conversation, "Which?")
        VerifiedQuery.objects.update(checked_schema="before")
        with django_capture_on_commit_callbacks(execute=True):
            alice_client.get(reverse("conversation", args=[conversation.pk]))
        assert DBTaskResult.objects.filter(task_path="learning.tasks.check_verified").exists()


@pytest.mark.django_db(transaction=True)
async def test_a_verified_question_is_answered_at_once_and_says_from_where(
    conversation: Conversation, alice: User, alice_client: Client, model: ServerHandle
) -> None:
    await sync_to_async(verified)(conversation, "Which products are cheap?")
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="which products are cheap")
        await page.sees("3 rows")

    assert "verified by alice on 3 November 2026" in page.html
    assert model.requests() == []


@pytest.mark.django_db(transaction=True)
async def test_its_sql_is_there_while_it_still_runs(
    conversation: Conversation, alice: User, alice_client: Client, model: ServerHandle
) -> None:
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000000) SELECT max(x) FROM n"
    await sync_to_async(verified)(conversation, "How far can you count?")
    await VerifiedQuery.objects.aupdate(sql=slow)
    async with browser(conversation, alice_client) as page:
        await page.says(type="ask", question="How far can you count?")
        await page.sees("RECURSIVE")
        assert "1 row" not in page.html
        await page.sees("1 row")
