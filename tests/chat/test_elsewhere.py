"""Answers that say they run, but not in this process: of one that died, or of another one that lives."""

import asyncio
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chat.models import Conversation, Turn
from learning.models import Episode
from tests.chat.sockets import browser, only_episode

pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_answer_whose_process_is_gone_is_interrupted_for_whoever_looks_at_it(
    conversation: Conversation, alice_client: Client
) -> None:
    episode = await running_nowhere(conversation, silent_for=9)
    async with browser(conversation, alice_client) as page:
        await page.says(type="resume", answers=[str(episode.pk)])
        await page.sees("its server does not respond", seconds=1)
        await page.sees('data-status="interrupted"', seconds=4)
        await page.sees(f'id="retry-{episode.pk}"')

    await episode.arefresh_from_db()
    assert episode.status == Episode.Status.INTERRUPTED
    assert episode.finished_at is not None


async def test_an_answer_of_another_process_is_shown_once_it_has_ended_though_nothing_is_heard_of_it(
    conversation: Conversation, alice_client: Client
) -> None:
    episode = await running_nowhere(conversation, silent_for=0)
    async with browser(conversation, alice_client) as page:
        await page.says(type="resume", answers=[str(episode.pk)])
        await page.sees("still being written", seconds=1)
        await Episode.objects.filter(pk=episode.pk).aupdate(status=Episode.Status.FAILED, error="No such luck.")
        await page.sees("No such luck.", seconds=4)


async def test_an_answer_whose_process_is_gone_can_be_stopped(conversation: Conversation, alice_client: Client) -> None:
    episode = await running_nowhere(conversation, silent_for=11)
    async with browser(conversation, alice_client) as page:
        await page.says(type="stop", answer=str(episode.pk))
        await page.sees('data-status="stopped"', seconds=2)

    await episode.arefresh_from_db()
    assert episode.status == Episode.Status.STOPPED
    assert episode.finished_at is not None


async def test_an_answer_that_may_be_another_process_s_is_stopped_once_it_has_been_silent(
    conversation: Conversation, alice_client: Client
) -> None:
    episode = await running_nowhere(conversation, silent_for=8.5)
    async with browser(conversation, alice_client) as page:
        await page.says(type="stop", answer=str(episode.pk))
        await page.sees("does not respond", seconds=1)
        assert (await only_episode()).status == Episode.Status.RUNNING
        await page.sees('data-status="stopped"', seconds=4)


async def test_an_answer_of_another_process_that_lives_is_not_stopped_here(
    conversation: Conversation, alice_client: Client
) -> None:
    episode = await running_nowhere(conversation, silent_for=9)
    async with browser(conversation, alice_client) as page:
        await page.says(type="stop", answer=str(episode.pk))
        await page.sees("does not respond", seconds=1)
        await Episode.objects.filter(pk=episode.pk).aupdate(heartbeat_at=timezone.now())
        await asyncio.sleep(1.5)

    assert (await only_episode()).status == Episode.Status.RUNNING


async def running_nowhere(conversation: Conversation, silent_for: float) -> Episode:
    """An answer that says it runs, as a web process that was killed leaves it."""
    episode = await Episode.objects.acreate(
        connection=conversation.connection,
        source=Episode.Source.CHAT,
        question="Which products?",
        model="scripted",
        heartbeat_at=timezone.now() - timedelta(seconds=silent_for),
    )
    await Turn.objects.acreate(conversation=conversation, episode=episode)
    return episode
