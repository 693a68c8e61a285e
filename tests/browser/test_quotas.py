"""Limits as a person meets them in the browser: a quiet notice, a refusal that keeps the question, the usage pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from agent.scripted_server import ServerHandle
from tests.processes import Site

pytestmark = pytest.mark.browser

ONE_LEFT = """
from accounts.models import User
from learning.models import PersonQuota, Usage
admin = User.objects.get(username="admin")
asked = sum(Usage.objects.filter(of="person", user=admin).values_list("questions", flat=True))
PersonQuota.objects.create(user=admin, questions=asked + 1)
print(admin.teams.order_by("pk")[0].pk)
"""
ANY_NUMBER = "from learning.models import PersonQuota; PersonQuota.objects.all().delete()"


@pytest.fixture
def team(site: Site) -> Iterator[str]:
    """The id of the first user's team; they may ask one question more today."""
    yield site.shell(ONE_LEFT).strip()
    site.shell(ANY_NUMBER)


def test_the_last_question_is_noticed_and_one_more_stays_in_the_box(
    team: str, page: Page, site: Site, scripted: ServerHandle
) -> None:
    scripted.set_script([{"text": "```sql\nSELECT 1 AS one\n```"}])
    page.locator("#question").fill("The last one?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer").get_by_text("1 row", exact=True)).to_be_visible()
    expect(page.locator("#quota-notice")).to_contain_text("today")

    page.locator("#question").fill("One too many?")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-error")).to_contain_text("which is your limit. You can ask again at 00:00 UTC, in ")
    expect(page.locator("#question")).to_have_value("One too many?")


def test_the_usage_pages_fit_a_phone(team: str, blank_page: Page, site: Site) -> None:
    blank_page.set_viewport_size({"width": 390, "height": 844})
    for address in ("account/", f"teams/{team}/usage/"):
        blank_page.goto(f"{site.url}/{address}")
        expect(blank_page.get_by_role("columnheader", name="Tokens").first).to_be_attached()
        assert blank_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
