"""What makes the day easier, in a real browser: the palette, all keys, times and numbers, the first steps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.test_chat import GOOD, ask
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ANEW = """
from accounts.models import User
user = User.objects.get(username="admin")
user.wants_first_steps = True
user.number_format = user.time_zone = user.date_format = ""
user.save()
user.steps_seen.all().delete()
user.verdicts.all().delete()
user.remarks.all().delete() if hasattr(user, "remarks") else None
"""


@pytest.fixture
def anew(site: Site) -> None:
    site.shell(ANEW)


def test_the_palette_leads_to_a_tab(page: Page) -> None:
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Go to")
    expect(box).to_be_focused()
    page.keyboard.type("sam diag")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("sample · ER diagram")
    expect(first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/diagram/"))


def test_the_palette_is_walked_by_arrows_and_closed(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("sample")
    options = page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    expect(page.locator("#palette-note")).to_have_text("Nothing of that name is within your reach.")


def test_the_palette_changes_the_colours(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    expect(page.get_by_role("option").first).to_contain_text("Colours: Dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_all_keys_are_listed_on_every_page(page: Page, site: Site) -> None:
    for address in ("", "/account/"):
        page.goto(site.url + address)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
        page.keyboard.press("Escape")


def test_a_letter_in_a_field_is_a_letter(page: Page) -> None:
    page.locator("#question").fill("Which")
    page.locator("#question").press("?")
    expect(page.locator("#question")).to_have_value("Which?")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_numbers_are_written_and_sorted_in_the_chosen_signs(
    anew: None, page: Page, site: Site, scripted: ServerHandle
) -> None:
    page.goto(f"{site.url}/account/")
    page.locator("[name=number_format]").select_option("point")
    page.get_by_role("button", name="Save times and numbers").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    sql = "SELECT 'a' AS name, 1234.5 AS amount UNION ALL SELECT 'b', 20.25 UNION ALL SELECT 'c', 300000.75"
    scripted.set_script([{"text": f"```sql\n{sql}\n```"}])
    page.goto(site.url)
    ask(page, "Which amounts in signs?")
    cells = page.locator(".answer tbody td.number")
    expect(cells).to_have_text(["1.234,50", "20,25", "300.000,75"])
    page.reload()
    expect(cells).to_have_text(["1.234,50", "20,25", "300.000,75"])
    page.get_by_role("button", name="amount").click()
    expect(cells).to_have_text(["300.000,75", "1.234,50", "20,25"])
    site.shell(ANEW)


def test_the_first_steps_are_done_as_they_happen(anew: None, page: Page, site: Site, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    page.goto(site.url)
    steps = page.locator("#first-steps")
    done = steps.locator("li.done")
    ask(page, "What do the first steps show?")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    expect(done.filter(has_text="Ask the sample")).to_be_visible()
    page.locator(".answer .sql-card .sql").click()
    expect(done.filter(has_text="Look at the SQL")).to_be_visible()
    page.get_by_role("button", name="Correct").click()
    expect(done.filter(has_text="Mark an answer Correct")).to_be_visible()
    steps.get_by_role("link", name="See the prompt").click()
    expect(page).to_have_url(re.compile("/generations/|/prompt"))
    page.wait_for_load_state("networkidle")
    page.go_back()
    expect(done.filter(has_text="See the prompt")).to_be_visible()
    page.get_by_role("button", name="Close the first steps").click()
    expect(steps.locator("li")).to_have_count(0)
    page.locator(".side.left .menu summary").click()
    page.get_by_role("button", name="First steps").click()
    expect(done.filter(has_text="See the prompt")).to_be_visible()
