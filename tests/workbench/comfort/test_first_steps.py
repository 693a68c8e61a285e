"""The first use: steps are done when they have happened; the list is closed, and opened again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import Conversation
from learning.models import Episode, Remark, Verdict
from tests.chat.answers import answered, text, url
from workbench.comfort.first_steps import first_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(conversation: Conversation) -> Conversation:
    conversation.connection.is_sample = True
    conversation.connection.save()
    return conversation


def done(user: User) -> list[bool]:
    steps = first_steps(user)
    assert steps is not None
    return [step.is_done for step in steps.steps]


def asked(sample: Conversation, user: User) -> Episode:
    return answered(sample, user=user)


def test_nothing_is_done_at_first(sample: Conversation, alice: User, alice_client: Client) -> None:
    assert done(alice) == [False] * 5
    page = text(alice_client, url("first_steps"))
    assert "0 of 5" in page
    assert f'href="/databases/{sample.connection_id}/ask/"' in page


def test_a_question_is_a_step(sample: Conversation, alice: User) -> None:
    asked(sample, alice)
    assert done(alice) == [True, False, False, False, False]


def test_a_question_of_somebody_else_is_none(sample: Conversation, alice: User, bob: User) -> None:
    asked(sample, bob)
    assert done(alice) == [False] * 5


def test_what_was_looked_at_is_told_once(sample: Conversation, alice: User, alice_client: Client) -> None:
    for step in ("sql", "sql", "prompt"):
        assert alice_client.post(url("seen_step"), {"step": step}).status_code == 204
    assert done(alice) == [False, True, False, False, True]
    assert alice_client.post(url("seen_step"), {"step": "moon"}).status_code == 400


def test_a_verdict_and_a_remark_are_steps(sample: Conversation, alice: User) -> None:
    episode = asked(sample, alice)
    verdict = Verdict.objects.create(episode=episode, user=alice, is_right=False)
    assert done(alice)[2:4] == [False, False]
    verdict.is_right = True
    verdict.save()
    Remark.objects.create(connection=sample.connection, user=alice, origin="verdict", text="Without returns.")
    assert done(alice)[2:4] == [True, True]


def test_it_says_when_all_is_done(sample: Conversation, alice: User, alice_client: Client) -> None:
    episode = asked(sample, alice)
    Verdict.objects.create(episode=episode, user=alice, is_right=True)
    Remark.objects.create(connection=sample.connection, user=alice, origin="verdict", text="Without returns.")
    for step in ("sql", "prompt"):
        alice_client.post(url("seen_step"), {"step": step})
    page = text(alice_client, url("first_steps"))
    assert "5 of 5" in page
    assert "That is all of it." in page


def test_it_is_closed_and_opened_again(sample: Conversation, alice_client: Client) -> None:
    page = url("conversation", sample.pk)
    assert 'id="first-steps"' in text(alice_client, page)
    alice_client.post(url("close_first_steps"), headers={"HX-Request": "true"})
    assert 'id="first-steps"' not in text(alice_client, page)
    assert text(alice_client, url("first_steps")) == ""
    assert alice_client.post(url("open_first_steps")).url == f"/databases/{sample.connection_id}/ask/"  # type: ignore[attr-defined]
    assert 'id="first-steps"' in text(alice_client, page)


def test_without_a_sample_there_are_no_steps(conversation: Conversation, alice_client: Client, alice: User) -> None:
    assert first_steps(alice) is None
    assert text(alice_client, url("first_steps")).strip() == ""
    assert alice_client.post(url("open_first_steps")).url == reverse("home")  # type: ignore[attr-defined]
