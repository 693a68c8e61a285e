"""Two readings of a question side by side: one is picked, and that can be taken back."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

MAKE = """
from chat.models import Conversation, Turn
from learning.models import Attempt, Episode
from learning.results import head, to_json

OWN = ("SELECT c.name, SUM(o.total_amount) AS spent FROM customers c JOIN orders o ON o.customer_id = c.id "
       "GROUP BY c.id ORDER BY spent DESC LIMIT 25")
OTHER = OWN.replace("GROUP BY", "WHERE o.channel = 'web' GROUP BY")
conversation = Conversation.objects.get(pk="{}")
database = conversation.connection.database(conversation.user, "chat")
own, other = database.execute(OWN), database.execute(OTHER)
readings = [
    {{"sql": sql, "likelihood": -0.4, "error_class": "", "message": "", "group": group, "chosen": group == 0,
     "fixes": [], "doubts": [], "result": to_json(head(result, 20))}}
    for group, (sql, result) in enumerate([(OWN, own), (OTHER, other)])
]
episode = Episode.objects.create(
    connection=conversation.connection, user=conversation.user, source="chat", model="m", status="succeeded",
    question="Who are our best customers?", sql=OWN, result=to_json(own), confidence=0.28,
    signals={{"agreeing": 2, "readings": 5, "likelihood": -0.4, "doubts": ["fan_out"], "attempts": 1}},
)
Attempt.objects.create(episode=episode, number=1, strategy="generate", sql=OWN, readings=readings)
Turn.objects.create(conversation=conversation, episode=episode)
"""
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PICTURES = os.environ.get("PICTURES", "")
"""A directory for pictures of the page, for whoever wants to look at it."""


@pytest.fixture
def unsure(page: Page, site: Site) -> Page:
    """A conversation whose one answer has two readings."""
    site.shell(MAKE.format(page.url.rstrip("/").rsplit("/", 1)[-1]))
    page.reload()
    expect(page.get_by_role("heading", name="Which of these two do you mean?")).to_be_visible()
    return page


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def left_of(page: Page, place: int) -> float:
    box = page.locator(".choice-side").nth(place).bounding_box()
    assert box
    return box["x"]


def test_the_other_one_is_picked_and_taken_back(unsure: Page) -> None:
    expect(unsure.locator(".difference")).to_contain_text("only the second wants that orders.channel is 'web'")
    expect(unsure.locator(".choice-side tbody")).to_have_count(2)
    expect(unsure.get_by_role("button", name="Correct")).to_have_count(0)
    unsure.get_by_role("button", name="The other").click()

    expect(unsure.locator(".choice")).to_have_count(0)
    expect(unsure.locator(".sql-card > pre code")).to_contain_text("'web'")
    expect(unsure.locator(".result tbody tr")).to_have_count(25)
    expect(unsure.locator(".verdict")).to_contain_text("You chose this reading instead of the agent's own.")
    expect(unsure.locator(".verdict")).to_contain_text("verified query of the team")
    expect(unsure.locator(".answer")).to_be_focused()
    expect(unsure.locator("#announcer")).to_contain_text("You chose this reading")
    picture(unsure, "picked")

    unsure.reload()
    expect(unsure.locator(".sql-card > pre code")).to_contain_text("'web'")
    unsure.get_by_role("button", name="Correct").click()
    expect(unsure.locator(".choice-side")).to_have_count(2)
    expect(unsure.locator(".choice")).to_contain_text("The first reading")


def test_neither_asks_what_is_wrong(unsure: Page) -> None:
    unsure.get_by_role("button", name="Neither").click()
    expect(unsure.get_by_label("What is wrong?")).to_be_visible()
    expect(unsure.locator(".sql-card > pre code")).not_to_contain_text("'web'")


def test_they_stand_side_by_side_and_on_a_phone_one_below_the_other(unsure: Page) -> None:
    assert left_of(unsure, 0) < left_of(unsure, 1)
    for theme in ("light", "dark"):
        unsure.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for name, size in (("wide", WIDE), ("phone", PHONE)):
            unsure.set_viewport_size(size)  # type: ignore[arg-type]
            picture(unsure, f"{theme}-{name}")
    assert left_of(unsure, 0) == left_of(unsure, 1)
    assert unsure.evaluate("document.documentElement.scrollWidth <= innerWidth")
