"""A conversation with more questions than the page shows at first."""

import pytest
from playwright.sync_api import Page, expect

from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MAKE = """
from datetime import timedelta
from django.utils import timezone
from chat.models import Conversation, Turn
from learning.models import Episode
conversation = Conversation.objects.get(pk="{}")
for number in range(25):
    episode = Episode.objects.create(
        connection=conversation.connection, source="chat", question=f"Question {{number}}?", model="m", status="failed"
    )
    asked_at = timezone.now() - timedelta(minutes=25 - number)
    Turn.objects.create(conversation=conversation, episode=episode, asked_at=asked_at)
"""


def test_earlier_questions_come_in_above_what_is_read(page: Page, site: Site) -> None:
    site.shell(MAKE.format(page.url.rstrip("/").rsplit("/", 1)[-1]))
    page.reload()
    expect(page.locator(".turn")).to_have_count(10)
    expect(page.locator(".question").last).to_be_in_viewport()
    page.locator("#earlier").scroll_into_view_if_needed()
    before = page.locator(".question", has_text="Question 15?").bounding_box()
    page.keyboard.press("Escape")
    page.locator("#earlier").press("Enter")
    expect(page.locator(".turn")).to_have_count(20)
    after = page.locator(".question", has_text="Question 15?").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 80
    expect(page.locator("#earlier")).to_be_focused()
    page.locator("#earlier").press("Enter")
    expect(page.locator(".turn")).to_have_count(25)
    expect(page.locator("#earlier")).to_have_count(0)
    expect(page.locator(".question").first).to_have_text("Question 0?")
