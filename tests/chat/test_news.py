"""What became of the prompt, between the questions of a conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection as app_database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from chat import turns
from chat.models import Conversation, Turn
from learning.generations import changing
from learning.models import Optimization
from tests.chat.answers import answered
from tests.chat.evolved import RULE, ended, evolved
from tests.chat.test_evolving import HTMX, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(alice: User, alice_client: Client) -> Client:
    Membership.objects.filter(user=alice).update(role=Membership.Role.CURATOR)
    return alice_client


def shown(conversation: Conversation, client: Client) -> str:
    response = client.get(reverse("conversation", args=[conversation.pk]))
    assert response.status_code == 200
    return response.content.decode()


def told(conversation: Conversation) -> list[list[str]]:
    """The ids of what stands before the first question, and after each."""
    page = turns.latest(conversation)
    return [[item.id for item in gap.items] for gap in (page.news, *(view.news for view in page.answers))]


def post(client: Client, name: str, conversation: Conversation, number: int, **fields: str) -> str:
    address = reverse(name, args=[conversation.pk, number])
    return client.post(address, fields, headers=HTMX).content.decode()


def test_a_card_says_what_changed_why_and_how_much_better_it_is(
    conversation: Conversation, alice_client: Client
) -> None:
    answered(conversation)
    evolved(conversation.connection)
    page = words(shown(conversation, alice_client))
    assert "The prompt evolved: generation 1 In use" in page
    assert "Better, though with so few questions it could be chance: 5 → 8 of 10 questions right" in page
    assert "Mean score 0.52 → 0.81" in page
    assert "Why Cancelled orders were counted." in page
    assert f"added: - {RULE}" in page


def test_what_stayed_the_same_is_not_in_the_card(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    generation = evolved(conversation.connection)
    page = shown(conversation, alice_client)
    card = page[page.index('class="prompt-card"') : page.index("</article>", page.index('class="prompt-card"'))]
    assert generation.instructions.splitlines()[0] not in card


def test_weak_evidence_is_marked(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    evolved(conversation.connection, is_weak=True)
    page = words(shown(conversation, alice_client))
    assert "Another prompt is proposed: generation 1 Proposed Weak evidence" in page
    assert "Weak evidence, as there are only 2 verified queries" in page


def test_it_stands_after_the_question_that_was_asked_before(conversation: Conversation) -> None:
    now = timezone.now()
    for minutes in (30, 10):
        episode = answered(conversation)
        Turn.objects.filter(episode=episode).update(asked_at=now - timedelta(minutes=minutes))
    Conversation.objects.filter(pk=conversation.pk).update(created_at=now - timedelta(hours=1))
    conversation.refresh_from_db()
    runs = [
        ended(conversation.connection, "nothing_found", at=now - timedelta(minutes=minutes))
        for minutes in (120, 45, 20, 5)
    ]
    assert told(conversation) == [[f"run-{runs[1].pk}"], [f"run-{runs[2].pk}"], [f"run-{runs[3].pk}"]]


def test_earlier_questions_bring_theirs(conversation: Conversation) -> None:
    now = timezone.now()
    asked = [answered(conversation) for _ in range(turns.SHOWN + 1)]
    for place, episode in enumerate(asked):
        Turn.objects.filter(episode=episode).update(asked_at=now - timedelta(minutes=60 - place))
    Conversation.objects.update(created_at=now - timedelta(hours=2))
    conversation.refresh_from_db()
    run = ended(conversation.connection, "nothing_found", at=now - timedelta(minutes=59, seconds=30))
    later = turns.latest(conversation)
    assert not any(view.news.items for view in later.answers)
    earlier = turns.before(conversation, asked[1].pk)
    assert [item.id for item in earlier.answers[0].news.items] == [f"run-{run.pk}"]


def test_of_many_the_latest_are_shown(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    for number in range(5):
        ended(conversation.connection, "nothing_found", f"No. {number}")
    page = words(shown(conversation, alice_client))
    assert "2 more things happened to the prompt here" in page
    assert ("No. 1" in page, "No. 2" in page) == (False, True)


def test_nothing_found_is_a_line(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    ended(conversation.connection, "nothing_found", "2 changes were tried, and none was better.")
    page = shown(conversation, alice_client)
    assert "the prompt stays as it was. 2 changes were tried, and none was better." in words(page)
    assert 'class="prompt-card"' not in page


def test_a_roll_back_by_itself_says_so(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    evolved(conversation.connection)
    changing.roll_back(changing.seed_of(conversation.connection), None, "People fared worse with generation 1.")
    page = words(shown(conversation, alice_client))
    assert "Rolled back by itself to generation 0 In use" in page
    assert "Why People fared worse with generation 1." in page
    assert f"removed: - {RULE}" in page


def test_what_a_person_does_is_a_line(conversation: Conversation, alice: User, alice_client: Client) -> None:
    answered(conversation)
    generation = evolved(conversation.connection)
    changing.roll_back(changing.seed_of(conversation.connection), alice, "It misleads.")
    changing.promote(generation, alice)
    page = words(shown(conversation, alice_client))
    assert "alice rolled back to generation 0: It misleads." in page
    assert "alice put generation 1 into use." in page


def test_a_member_may_ask_with_it_and_decides_nothing(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    evolved(conversation.connection)
    page = words(shown(conversation, alice_client))
    assert "Ask the last question again with it" in page
    assert "Undo" not in page


def test_a_curator_undoes_it(conversation: Conversation, curator: Client) -> None:
    episode = answered(conversation)
    evolved(conversation.connection)
    assert "Undo" in shown(conversation, curator)
    card = post(curator, "chat_undo_generation", conversation, 1, after=str(episode.pk))
    assert changing.in_use(conversation.connection).number == 0
    assert card.lstrip().startswith(f'<div id="news-{episode.pk}"')
    assert "Rolled back Undone in a conversation." in words(card)
    assert "Put it to use again" in card


def test_a_curator_puts_a_proposal_to_use(conversation: Conversation, curator: Client) -> None:
    episode = answered(conversation)
    evolved(conversation.connection, is_weak=True)
    card = post(curator, "chat_use_generation", conversation, 1, after=str(episode.pk))
    assert changing.in_use(conversation.connection).number == 1
    assert "Another prompt was proposed: generation 1 In use" in words(card)


def test_what_cannot_be_undone_any_more_says_so(conversation: Conversation, curator: Client) -> None:
    evolved(conversation.connection, is_weak=True)
    assert "not in use any more" in post(curator, "chat_undo_generation", conversation, 1)


def test_what_is_refused_stays_said(conversation: Conversation, curator: Client) -> None:
    """Were the page told that the prompt changed, it would draw the cards anew, without the refusal."""
    evolved(conversation.connection, is_weak=True)
    address = reverse("chat_undo_generation", args=[conversation.pk, 1])
    response = curator.post(address, headers=HTMX)
    assert "not in use any more" in response.content.decode()
    assert "HX-Trigger" not in response
    assert 'id="prompt-panel"' in response.content.decode()
    assert response.content.decode().count("not in use any more") == 1


def test_when_the_prompt_changed_earlier_cards_say_so(conversation: Conversation, curator: Client, alice: User) -> None:
    first = answered(conversation)
    generation = evolved(conversation.connection)
    last = answered(conversation)
    changing.undo(generation, alice, "It counts twice.")
    address = reverse("prompt_panel", args=[conversation.connection_id])
    page = curator.get(address, {"conversation": str(conversation.pk)}, headers=HTMX).content.decode()
    assert f'id="news-{first.pk}"' in page
    assert f'id="news-{last.pk}"' in page
    assert "The prompt evolved: generation 1 Rolled back" in words(page)


def test_without_htmx_it_is_done_and_the_page_is_shown(conversation: Conversation, curator: Client) -> None:
    episode = answered(conversation)
    evolved(conversation.connection)
    address = reverse("chat_undo_generation", args=[conversation.pk, 1])
    for expected in ("", "Generation 1 is not in use any more: there is nothing to undo."):
        response = curator.post(address, {"after": str(episode.pk)})
        assert response["Location"].endswith(f"?since={episode.pk}#news-{episode.pk}")
        assert "".join(map(str, get_messages(response.wsgi_request))) == expected


def test_a_generation_that_is_not_there_is_not_found(conversation: Conversation, curator: Client) -> None:
    assert curator.post(reverse("chat_use_generation", args=[conversation.pk, 9])).status_code == 404


def test_an_empty_conversation_begins_when_it_is_opened(conversation: Conversation, alice_client: Client) -> None:
    Conversation.objects.update(created_at=timezone.now() - timedelta(days=3))
    ended(conversation.connection, "nothing_found", "Long ago.", timezone.now() - timedelta(days=1))
    alice_client.post(reverse("new_conversation"), {"connection": conversation.connection_id})
    conversation.refresh_from_db()
    assert told(conversation) == [[]]


def test_each_answer_says_which_generation_wrote_it(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation, generation=3)
    assert "gen 3" in words(shown(conversation, alice_client))


def test_many_cards_ask_no_more_than_one(conversation: Conversation, alice_client: Client) -> None:
    answered(conversation)
    evolved(conversation.connection)

    def queries() -> int:
        with CaptureQueriesContext(app_database) as captured:
            turns.latest(conversation)
        return len(captured)

    before = queries()
    for _ in range(4):
        evolved(conversation.connection)
    assert queries() == before
    assert Optimization.objects.count() == 5
