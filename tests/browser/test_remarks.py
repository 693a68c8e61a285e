"""Remarks in a real browser: a curator works through the queue, by keyboard only."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

REMARKS = """
from accounts.models import User
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Episode, Remark
sample, user = Connection.objects.get(is_sample=True), User.objects.get(username="admin")
Remark.objects.all().delete()
for number, text in enumerate(["no cancelled orders", "use cost", "wrong!"], 1):
    asked = Episode.objects.create(connection=sample, user=user, question=f"Question {number}?", sql=f"SELECT {number}")
    remarks.give(asked, user, text)
print(sample.pk)
"""
THREE_RULES = """
from accounts.models import User
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Remark
sample, user = Connection.objects.get(is_sample=True), User.objects.get(username="admin")
Remark.objects.all().delete()
for text in ("One", "Two", "Three"):
    remarks.write(sample, user, text)
print(sample.pk)
"""
DECIDED_BY_BOB = """
from accounts.models import User
from learning.feedback import remarks
from learning.models import Remark
bob, _ = User.objects.get_or_create(username="bob")
remarks.accept(Remark.objects.get(text="no cancelled orders"), bob)
"""


@pytest.fixture
def page(blank_page: Page) -> Page:
    return blank_page


@pytest.fixture
def queue(site: Site) -> str:
    """The address of a queue of three."""
    return f"{site.url}/databases/{site.shell(REMARKS).split()[-1]}/remarks/"


def remark(page: Page, text: str) -> Locator:
    return page.locator("#remark-list > .remark", has_text=text)


def test_a_curator_works_through_the_queue_by_keyboard(page: Page, queue: str) -> None:
    page.goto(queue)
    expect(page.locator("#remarks-waiting")).to_contain_text("3")
    remark(page, "no cancelled orders").focus()
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("Leave out status = 'cancelled'")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(remark(page, "no cancelled orders")).to_contain_text("Accepted")
    expect(page.locator("#rules")).to_contain_text("Leave out status = 'cancelled'")
    expect(page.locator("#announcer")).to_contain_text("the next question is asked with it. 2 waiting.")

    expect(remark(page, "use cost")).to_be_focused()
    page.keyboard.press("j")
    expect(remark(page, "wrong!")).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("It does not say what")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(remark(page, "wrong!")).to_contain_text("It does not say what")

    expect(remark(page, "use cost")).to_be_focused()
    page.keyboard.press("a")
    expect(remark(page, "use cost")).to_contain_text("Accepted")
    expect(remark(page, "use cost")).to_be_focused()
    expect(page.locator("#remarks-waiting")).to_have_text("")
    expect(page.locator("#filter-pending")).to_contain_text("0")


def test_a_key_that_is_held_decides_on_one_remark_only(page: Page, queue: str) -> None:
    decided: list[str] = []
    page.on("request", lambda request: decided.append(request.url) if request.method == "POST" else None)
    page.goto(queue)
    remark(page, "no cancelled orders").focus()
    page.keyboard.down("a")
    expect(remark(page, "use cost")).to_be_focused()
    page.keyboard.down("a")
    page.keyboard.up("a")
    expect(page.locator("#remarks-waiting")).to_contain_text("2")
    assert len(decided) == 1


def test_enter_in_a_reason_decides_nothing(page: Page, queue: str) -> None:
    page.goto(queue)
    reason = remark(page, "wrong!").get_by_label("Reason")
    reason.fill("It does not say what")
    reason.press("Enter")
    remark(page, "wrong!").get_by_role("button", name="Reject").click()
    expect(remark(page, "wrong!")).to_contain_text("Rejected")
    expect(remark(page, "wrong!")).to_contain_text("It does not say what")


def test_a_decision_is_taken_back_where_it_was_made(page: Page, queue: str) -> None:
    page.goto(queue)
    remark(page, "use cost").get_by_role("button", name="Reject").click()
    remark(page, "use cost").get_by_role("button", name="Take the decision back").click()
    expect(remark(page, "use cost").get_by_role("button", name="Accept")).to_be_visible()
    expect(remark(page, "use cost")).to_be_focused()
    expect(page.locator("#filter-pending")).to_contain_text("3")


def test_what_is_typed_beside_another_remark_stays(page: Page, queue: str) -> None:
    page.goto(queue)
    remark(page, "wrong!").get_by_label("Reason").fill("half a sen")
    remark(page, "use cost").get_by_role("button", name="Accept").click()
    expect(remark(page, "use cost")).to_contain_text("Accepted")
    expect(remark(page, "wrong!").get_by_label("Reason")).to_have_value("half a sen")


def test_who_comes_second_is_told_so_in_place(page: Page, queue: str, site: Site) -> None:
    page.goto(queue)
    site.shell(DECIDED_BY_BOB)
    remark(page, "no cancelled orders").get_by_role("button", name="Reject").click()
    expect(remark(page, "no cancelled orders")).to_contain_text("bob has accepted this remark already")
    expect(remark(page, "no cancelled orders")).to_be_focused()


def test_without_javascript_the_queue_is_forms(context: BrowserContext, page: Page, queue: str) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state()).new_page()
    plain.goto(queue)
    remark(plain, "no cancelled orders").get_by_role("button", name="Accept").click()
    expect(plain.locator("#rules")).to_contain_text("no cancelled orders")
    plain.get_by_role("button", name="Take the decision back").click()
    expect(remark(plain, "no cancelled orders").get_by_role("button", name="Accept")).to_be_visible()
    plain.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_page(page: Page, queue: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(queue)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_rules_are_ordered_by_keyboard_and_nothing_typed_is_lost(page: Page, site: Site) -> None:
    connection = site.shell(THREE_RULES).split()[-1]
    page.goto(f"{site.url}/databases/{connection}/remarks/")
    page.get_by_label("A rule of your own").fill("Four")
    rules = page.locator("#rules .rule-text")
    page.get_by_role("button", name="Move up: Three").focus()
    page.keyboard.press("Enter")
    expect(rules).to_have_text([re.compile("One"), re.compile("Three"), re.compile("Two")])
    expect(page.locator("#announcer")).to_have_text("Rule 2 of 3.")
    page.keyboard.press("Enter")
    expect(rules).to_have_text([re.compile("Three"), re.compile("One"), re.compile("Two")])
    page.evaluate("document.querySelector('#rules').dataset.before = ''")
    page.keyboard.press("Enter")
    expect(page.locator("#rules[data-before]")).to_have_count(0)
    expect(page.get_by_role("button", name="Move up: Three")).to_be_focused()
    page.get_by_role("button", name="Move down: One").focus()
    page.keyboard.press("Space")
    expect(rules).to_have_text([re.compile("Three"), re.compile("Two"), re.compile("One")])
    expect(page.get_by_label("A rule of your own")).to_have_value("Four")
    page.reload()
    expect(rules).to_have_text([re.compile("Three"), re.compile("Two"), re.compile("One")])


@pytest.mark.parametrize("part", ["verified", "remarks"])
def test_a_phone_shows_which_part_is_open(page: Page, queue: str, part: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(queue.replace("remarks", part))
    expect(page.locator("html")).to_have_js_property("scrollWidth", 390)
    tab = page.get_by_role("navigation", name="Learning").locator("[aria-current]").bounding_box()
    assert tab
    assert tab["x"] + tab["width"] <= 390
