"""Two readings of a question, side by side: the person says which one is meant."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from agent.scripted_server import ServerHandle
from chat.models import Conversation
from datasources.models import AuditEntry
from learning.confidence.signals import PICKED
from learning.feedback import verdicts
from learning.models import Attempt, Episode, VerifiedQuery
from learning.results import from_json
from tests.chat.answers import text, url
from tests.chat.readings import OTHER, OWN, reading, rows, unsure
from tests.chat.sockets import GOOD, browser

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def episode(conversation: Conversation) -> Episode:
    return unsure(conversation)


def page(client: Client, episode: Episode) -> str:
    return text(client, url("conversation", episode.turn.conversation_id))


def asks(html: str) -> bool:
    return "Which of these two do you mean?" in html


def pick(client: Client, episode: Episode, which: str, **headers: str) -> Any:
    return client.post(reverse("pick", args=[episode.pk]), {"pick": which}, headers=HTMX | headers)


def press(client: Client, episode: Episode, verdict: str) -> Any:
    return client.post(reverse("verdict", args=[episode.pk]), {"verdict": verdict}, headers=HTMX)


def stored(episode: Episode) -> Episode:
    return Episode.objects.get(pk=episode.pk)


def test_an_unsure_answer_is_shown_beside_the_other_reading(alice_client: Client, episode: Episode) -> None:
    html = page(alice_client, episode)
    assert asks(html)
    assert "They differ in the order" in html
    assert "Tent" in html
    assert "Lamp" in html
    assert 'aria-keyshortcuts="c"' not in html.split(f'id="verdict-{episode.pk}"')[1].split("</div>")[0]


def test_also_on_its_own_page(alice_client: Client, episode: Episode) -> None:
    assert asks(text(alice_client, url("answer", episode.pk)))


def test_a_sure_one_is_not(alice_client: Client, conversation: Conversation) -> None:
    assert not asks(page(alice_client, unsure(conversation, confidence=0.5)))


def test_the_operator_says_how_sure_is_enough(
    alice_client: Client, conversation: Conversation, settings: Settings
) -> None:
    settings.CONFIDENCE_ASKS_BELOW = 0.6
    assert asks(page(alice_client, unsure(conversation, confidence=0.5)))


def test_without_another_reading_nothing_is_asked(alice_client: Client, conversation: Conversation) -> None:
    assert not asks(page(alice_client, unsure(conversation, reading(f"{OWN} ", 0))))


def test_nor_of_an_answer_that_has_been_judged(alice_client: Client, episode: Episode, alice: User) -> None:
    verdicts.give(episode, alice, True)
    assert not asks(page(alice_client, episode))


def test_this_one_is_a_correct(alice_client: Client, episode: Episode, alice: User) -> None:
    response = pick(alice_client, episode, "this")
    assert response["HX-Retarget"] == f"#answer-{episode.pk}"
    assert not asks(response.content.decode())
    assert verdicts.of(episode, alice) is True
    assert stored(episode).sql == OWN
    assert VerifiedQuery.objects.get().sql == OWN


def test_the_other_one_becomes_the_answer_and_a_verified_query(
    alice_client: Client, episode: Episode, alice: User
) -> None:
    html = pick(alice_client, episode, "other").content.decode()
    assert "You chose this reading instead of the agent's own." in html
    assert "Lamp" in html
    assert "Tent" not in html
    assert verdicts.of(episode, alice) is True
    assert stored(episode).sql == OTHER
    assert from_json(stored(episode).result or {}).rows == (("Lamp",),)
    assert Attempt.objects.get(episode=episode).sql == OTHER
    assert VerifiedQuery.objects.get(state=VerifiedQuery.State.ACTIVE).sql == OTHER


def test_it_is_the_same_after_a_reload(alice_client: Client, episode: Episode) -> None:
    pick(alice_client, episode, "other")
    html = page(alice_client, episode)
    assert "Lamp" in html
    assert "Tent" not in html
    assert not asks(html)


def test_neither_is_a_wrong_that_asks_what_is_wrong(alice_client: Client, episode: Episode, alice: User) -> None:
    html = pick(alice_client, episode, "neither").content.decode()
    assert verdicts.of(episode, alice) is False
    assert "What is wrong?" in html
    assert not asks(html)


def test_a_reading_that_is_kept_in_part_is_run_anew_and_audited(
    alice_client: Client, conversation: Conversation, alice: User
) -> None:
    episode = unsure(conversation, reading(OTHER, 1, result=rows("Old", truncated=True)))
    pick(alice_client, episode, "other")
    entry = AuditEntry.objects.get(action=AuditEntry.Action.QUERY)
    assert (entry.sql, entry.user) == (OTHER, alice)
    assert from_json(stored(episode).result or {}).rows != (("Old",),)


def test_where_it_does_not_run_any_more_nothing_changes(
    alice_client: Client, conversation: Conversation, alice: User
) -> None:
    gone = reading("SELECT name FROM gone", 1, result=rows("Old", truncated=True))
    episode = unsure(conversation, gone)
    html = pick(alice_client, episode, "other").content.decode()
    assert "The other reading could not be run:" in html
    assert asks(html)
    assert stored(episode).sql == OWN
    assert verdicts.of(episode, alice) is None


@pytest.mark.parametrize("which", ["this", "other", "neither"])
def test_taken_back_it_is_asked_again(alice_client: Client, episode: Episode, alice: User, which: str) -> None:
    pick(alice_client, episode, which)
    response = press(alice_client, episode, "none")
    assert asks(response.content.decode())
    assert verdicts.of(episode, alice) is None
    assert stored(episode).sql == OWN
    assert from_json(stored(episode).result or {}).rows == (("Tent",),)
    assert PICKED not in stored(episode).signals
    assert not VerifiedQuery.objects.filter(state=VerifiedQuery.State.ACTIVE).exists()


def test_the_other_one_can_be_picked_again_after_that(alice_client: Client, episode: Episode) -> None:
    pick(alice_client, episode, "other")
    press(alice_client, episode, "none")
    pick(alice_client, episode, "other")
    assert stored(episode).sql == OTHER


def test_what_was_picked_can_be_called_wrong(alice_client: Client, episode: Episode, alice: User) -> None:
    pick(alice_client, episode, "other")
    press(alice_client, episode, "wrong")
    assert verdicts.of(episode, alice) is False
    assert stored(episode).sql == OTHER


def test_a_second_pick_is_told_that_it_is_late(alice_client: Client, episode: Episode) -> None:
    pick(alice_client, episode, "other")
    html = pick(alice_client, episode, "neither").content.decode()
    assert "There is nothing to choose any more" in html
    assert stored(episode).sql == OTHER


def test_without_javascript_it_leads_back_to_the_page(alice_client: Client, episode: Episode) -> None:
    response = alice_client.post(reverse("pick", args=[episode.pk]), {"pick": "other", "alone": "1"})
    assert response.status_code == 302
    assert response["Location"].startswith(url("answer", episode.pk))


def test_anything_else_is_refused(alice_client: Client, episode: Episode) -> None:
    assert pick(alice_client, episode, "both").status_code == 400


def test_it_is_the_asker_s_alone(client: Client, bob: User, episode: Episode) -> None:
    client.force_login(bob)
    assert pick(client, episode, "other").status_code == 404
    assert stored(episode).sql == OWN


@pytest.mark.django_db(transaction=True)
async def test_asked_for_another_answer_it_is_not_asked_any_more(
    conversation: Conversation, alice_client: Client, model: ServerHandle
) -> None:
    model.set_script([{"text": GOOD}])
    episode = await sync_to_async(unsure)(conversation)
    async with browser(conversation, alice_client) as page:
        await page.says(type="retry", answer=str(episode.pk), request="again")
        html = await page.sees("Another answer was asked for")
    assert f'id="answer-{episode.pk}"' in html
    assert not asks(html)
