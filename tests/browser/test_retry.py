"""An answer that is not wanted: retried differently, compared, and found again."""

import pytest
from playwright.sync_api import FloatRect, Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.test_chat import ask

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ALL = "```sql\nSELECT name, price\nFROM products\nORDER BY price DESC\nLIMIT 4\n```"
SAME = "```sql\nselect p.name as product, p.price from products p order by 2 desc limit 4\n```"
OTHER = "```sql\nSELECT name, price\nFROM products\nWHERE price < 100\nORDER BY price DESC\nLIMIT 3\n```"


@pytest.fixture
def answered(page: Page, scripted: ServerHandle) -> Page:
    """A page with one answer, four rows, and a model that first repeats itself."""
    scripted.set_script([{"text": ALL}, {"text": SAME}, {"text": OTHER}])
    ask(page)
    expect(page.locator(".answer .result tbody tr")).to_have_count(4)
    return page


def retried(page: Page) -> None:
    page.get_by_role("button", name="Retry differently").click()
    expect(page.locator(".turn").last.locator(".result tbody tr")).to_have_count(3)


def test_the_new_answer_appears_beside_the_old_one_with_what_changed(answered: Page) -> None:
    retried(answered)
    new = answered.locator(".turn").last
    expect(new.locator(".question")).to_have_text("Another answer to: What are the three dearest products?")
    expect(new.locator(".attempt-class")).to_have_text("Rejected before")
    expect(new.locator(".before tbody tr")).to_have_count(4)
    expect(new.locator(".diff ins")).to_contain_text(["WHERE", "price < 100", "3"])
    expect(new.locator(".diff del")).to_contain_text(["4"])


def test_they_stand_side_by_side_where_there_is_room_and_below_each_other_where_not(answered: Page) -> None:
    retried(answered)
    new, old = places(answered)
    assert old["x"] >= new["x"] + new["width"]
    assert old["y"] == new["y"]

    answered.set_viewport_size({"width": 390, "height": 800})
    new, old = places(answered)
    assert old["y"] >= new["y"] + new["height"]
    assert answered.evaluate("document.documentElement.scrollWidth") <= 390


def places(page: Page) -> list[FloatRect]:
    """Where the new rows are, and the old ones."""
    tables = (page.locator(".turn").last.locator(f"{part} .table-scroll") for part in (".result", ".before"))
    return [table.bounding_box() or pytest.fail("a table is not shown") for table in tables]


def test_a_reload_shows_the_same(answered: Page) -> None:
    retried(answered)
    said = answered.locator(".turn").last.inner_text()
    answered.reload()
    expect(answered.locator(".turn")).to_have_count(2)
    assert answered.locator(".turn").last.inner_text().split("answered in")[0] == said.split("answered in")[0]


def test_each_leads_to_the_other(answered: Page) -> None:
    retried(answered)
    expect(answered.get_by_role("button", name="Retry differently")).to_have_count(1)
    answered.get_by_role("link", name="Another answer was asked for").click()
    expect(answered.locator(".answer").last).to_be_focused()
    answered.get_by_role("link", name="Another answer to:").click()
    expect(answered.locator(".answer").first).to_be_focused()
    expect(answered.locator(".turn")).to_have_count(2)


def test_r_retries_the_answer_that_has_the_focus(answered: Page) -> None:
    answered.locator(".answer").focus()
    answered.keyboard.press("r")
    expect(answered.locator(".turn")).to_have_count(2)
    expect(answered.locator(".turn").last.locator(".result tbody tr")).to_have_count(3)


def test_r_in_the_question_box_is_a_letter(answered: Page) -> None:
    answered.locator("#question").press("r")
    expect(answered.locator("#question")).to_have_value("r")
    expect(answered.locator(".turn")).to_have_count(1)


def test_the_focus_stays_where_the_button_was(answered: Page) -> None:
    answered.get_by_role("button", name="Retry differently").focus()
    answered.keyboard.press("Enter")
    expect(answered.get_by_role("link", name="Another answer was asked for")).to_be_focused()
