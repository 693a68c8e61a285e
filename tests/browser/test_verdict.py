"""What a person says of an answer: Correct, Wrong and why, and corrections typed into the question box."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from agent.scripted_server import ServerHandle
from tests.browser.test_chat import GOOD, SLOW, ask
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CHEAP = {"text": "```sql\nSELECT name FROM products ORDER BY price LIMIT 2\n```", "times": None}
REMARK = "revenue excludes cancelled orders"

# How many pixels are free between the field and the question box; whether the form ends above that.
BELOW_THE_FIELD = """Math.floor(document.querySelector('#ask').getBoundingClientRect().top
    - document.querySelector('.say textarea').getBoundingClientRect().bottom)"""
IN_VIEW = """document.querySelector('.say form').getBoundingClientRect().bottom
    <= document.querySelector('#ask').getBoundingClientRect().top"""


def answered(page: Page, scripted: ServerHandle, *then: dict[str, Any]) -> Locator:
    scripted.set_script([{"text": GOOD}, *then])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    return page.locator(".verdict")


def button(verdict: Locator, name: str) -> Locator:
    return verdict.get_by_role("button", name=name, exact=True)


def pressed(verdict: Locator, name: str) -> None:
    expect(button(verdict, name)).to_have_attribute("aria-pressed", "true")


def test_ask_wrong_type_reload_save(page: Page, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    page.locator(".answer").focus()
    page.keyboard.press("w")
    field = verdict.get_by_label("What is wrong?")
    expect(field).to_be_focused()
    pressed(verdict, "Wrong")
    page.keyboard.type(REMARK)
    page.reload()
    expect(field).to_be_visible()
    expect(field).to_have_value(REMARK)
    verdict.get_by_role("button", name="Save").click()
    expect(verdict).to_contain_text("Waiting for a curator.")
    expect(verdict.locator("q")).to_have_text(REMARK)
    expect(page.locator("#announcer")).to_contain_text("Waiting for a curator.")
    expect(verdict.locator("summary")).to_be_focused()
    page.reload()
    expect(verdict).to_contain_text("Waiting for a curator.")
    expect(field).to_be_hidden()


def test_correct_by_key_and_the_same_again_takes_it_back(page: Page, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    page.locator(".answer").focus()
    page.keyboard.press("c")
    pressed(verdict, "Correct")
    expect(verdict).to_contain_text("verified query of the team")
    expect(page.locator("#announcer")).to_contain_text("verified query of the team")
    button(verdict, "Correct").click()
    expect(button(verdict, "Correct")).to_have_attribute("aria-pressed", "false")
    expect(button(verdict, "Correct")).to_be_focused()
    expect(verdict).to_contain_text("Taken back.")


def test_the_whole_remark_form_comes_into_view(page: Page, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    field, save = verdict.get_by_label("What is wrong?"), verdict.get_by_role("button", name="Save")
    button(verdict, "Wrong").click()
    expect(field).to_be_focused()
    free = page.evaluate(BELOW_THE_FIELD)
    button(verdict, "Wrong").click()
    expect(save).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900 - (free - 16)})
    button(verdict, "Wrong").click()
    expect(field).to_be_focused()
    assert page.evaluate(IN_VIEW)


def test_the_prompt_s_column_shows_a_remark_at_once(page: Page, site: Site, scripted: ServerHandle) -> None:
    site.shell("from learning.models import Remark; Remark.objects.all().delete()")
    verdict = answered(page, scripted)
    button(verdict, "Wrong").click()
    verdict.get_by_label("What is wrong?").fill(REMARK)
    verdict.get_by_role("button", name="Save").click()
    expect(page.locator("#prompt-panel")).to_contain_text("1 remark waits")
    button(verdict, "Wrong").click()
    expect(page.locator("#prompt-panel")).not_to_contain_text("waits")


def test_a_key_that_is_held_counts_once(page: Page, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    given: list[str] = []
    page.on("request", lambda request: given.append(request.url) if "/verdict/" in request.url else None)
    page.locator(".answer").focus()
    page.keyboard.down("c")
    pressed(verdict, "Correct")
    page.keyboard.down("c")
    page.keyboard.up("c")
    pressed(verdict, "Correct")
    assert len(given) == 1
    button(verdict, "Correct").click()
    expect(verdict).to_contain_text("Taken back.")


def test_keys_are_letters_where_one_types(page: Page, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    page.locator("#question").press_sequentially("cw")
    expect(page.locator("#question")).to_have_value("cw")
    expect(button(verdict, "Wrong")).to_have_attribute("aria-pressed", "false")


def test_a_remark_saved_while_the_server_is_away_is_sent_when_it_is_back(
    page: Page, site: Site, scripted: ServerHandle
) -> None:
    verdict = answered(page, scripted)
    button(verdict, "Wrong").click()
    field = verdict.get_by_label("What is wrong?")
    field.fill(REMARK)
    site.stop()
    expect(page.locator("#connection")).to_be_visible()
    verdict.get_by_role("button", name="Save").click()
    expect(verdict.get_by_role("alert")).to_contain_text("it is sent when the server is back")
    expect(field).to_have_value(REMARK)
    site.start()
    expect(verdict).to_contain_text("Waiting for a curator.", timeout=30_000)
    expect(verdict.locator("q")).to_have_text(REMARK)
    expect(field).to_be_hidden()


def test_a_half_typed_remark_survives_a_server_that_is_away(page: Page, site: Site, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    button(verdict, "Wrong").click()
    field = verdict.get_by_label("What is wrong?")
    field.fill(REMARK)
    site.stop()
    expect(page.locator("#connection")).to_be_visible()
    site.start()
    expect(page.locator("#connection")).to_be_hidden(timeout=30_000)
    expect(field).to_have_value(REMARK)
    expect(verdict).not_to_contain_text("Waiting for a curator.")


def test_a_server_that_was_away_for_long_is_found_again_within_seconds(page: Page) -> None:
    assert page.evaluate("htmx.config.wsReconnectDelay(50)") <= 8000


def test_a_save_that_is_under_way_when_the_page_reconnects_is_not_lost_from_sight(
    page: Page, scripted: ServerHandle
) -> None:
    verdict = answered(page, scripted)
    button(verdict, "Wrong").click()
    verdict.get_by_label("What is wrong?").fill(REMARK)
    held: list[Route] = []
    page.route("**/remark/", lambda route: held.append(route))
    verdict.get_by_role("button", name="Save").click()
    expect(page.locator(".verdict .htmx-request")).to_have_count(1)
    page.evaluate("void reload()")
    page.wait_for_timeout(1000)
    held[0].continue_()
    expect(verdict).to_contain_text("Waiting for a curator.")
    expect(verdict.get_by_label("What is wrong?")).to_be_hidden()


def test_on_the_answer_s_own_page_too(page: Page, scripted: ServerHandle) -> None:
    verdict = answered(page, scripted)
    page.get_by_role("link", name="This answer's own page").click()
    expect(page).to_have_url(re.compile("/answers/"))
    page.keyboard.press("w")
    pressed(verdict, "Wrong")
    expect(verdict.get_by_label("What is wrong?")).to_be_focused()


def test_it_works_without_javascript(page: Page, site: Site, chromium: Browser, scripted: ServerHandle) -> None:
    answered(page, scripted)
    address = page.get_by_role("link", name="This answer's own page").get_attribute("href")
    plain = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    bare = plain.new_page()
    bare.goto(f"{site.url}{address}")
    button(bare.locator(".verdict"), "Wrong").click()
    pressed(bare.locator(".verdict"), "Wrong")
    bare.locator(".say summary").click()
    bare.get_by_label("What is wrong?").fill(REMARK)
    bare.get_by_role("button", name="Save").click()
    expect(bare.locator(".verdict")).to_contain_text("Waiting for a curator.")
    plain.close()


def test_a_typed_correction_is_a_remark_and_can_be_asked_instead(page: Page, scripted: ServerHandle) -> None:
    answered(page, scripted, CHEAP)
    ask(page, "don't count dear products")
    turns = page.locator(".turn")
    expect(turns).to_have_count(2)
    expect(turns.last).to_contain_text("Taken as a remark on the answer above, for the curators to see.")
    expect(turns.last.locator("tbody tr").first).to_be_visible()
    expect(page.locator("#question")).to_have_value("")
    pressed(turns.first.locator(".verdict"), "Wrong")
    expect(turns.first).to_contain_text("Waiting for a curator.")

    page.reload()
    page.get_by_role("button", name="Ask it as a question instead").click()
    expect(turns).to_have_count(3)
    expect(turns.nth(1)).to_contain_text("first taken as a remark; asked as a question below")
    expect(turns.nth(2).locator(".question")).to_have_text("don't count dear products")
    expect(button(turns.first.locator(".verdict"), "Wrong")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.activeElement !== document.body")


def test_how_it_was_taken_is_announced(page: Page, scripted: ServerHandle) -> None:
    answered(page, scripted, {**SLOW, "times": 1}, CHEAP)
    ask(page, "don't count dear products")
    expect(page.locator("#announcer")).to_contain_text("Taken as a remark on the answer above")
    page.get_by_role("button", name="Ask it as a question instead").click()
    replaced = page.locator(".turn").nth(1)
    expect(replaced).to_contain_text("asked as a question below")
    expect(page.locator(".turn").last.locator("tbody tr").first).to_be_visible()
    replaced.locator(".replaced > summary").click()
    replaced.get_by_role("button", name="Edit").click()
    expect(page.locator("#question")).to_have_value("don't count dear products")


def test_a_question_can_be_made_a_remark_only_while_it_is_the_last(page: Page, scripted: ServerHandle) -> None:
    answered(page, scripted, CHEAP)
    was_remark = page.get_by_role("button", name="This was a remark on the answer above")
    ask(page, "Which are cheap?")
    expect(page.locator(".turn").nth(1).locator("tbody tr").first).to_be_visible()
    expect(was_remark).to_be_visible()
    ask(page, "Which are the cheapest?")
    expect(page.locator(".turn").nth(2).locator("tbody tr").first).to_be_visible()
    expect(page.locator(".turn").nth(1).get_by_role("button", name="This was a remark")).to_be_hidden()
    was_remark.last.click()
    expect(page.locator(".turn")).to_have_count(4)
    expect(page.locator(".turn").last).to_contain_text("Taken as a remark")


@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits(page: Page, scripted: ServerHandle, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    verdict = answered(page, scripted, CHEAP)
    button(verdict, "Wrong").click()
    verdict.get_by_label("What is wrong?").fill(REMARK)
    ask(page, "don't count dear products, and never those which nobody has ever ordered")
    expect(page.locator(".turn").last).to_contain_text("Taken as a remark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "document.querySelector('#scroll').scrollWidth <= document.querySelector('#scroll').clientWidth"
    )
