"""What a person does: log in, ask, watch it stream and repair itself, stop, reload, come back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.conftest import log_in
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SQL = "SELECT name, price\nFROM products\nORDER BY price DESC\nLIMIT 3 OFFSET 1"
GOOD = f"```sql\n{SQL}\n```"
WRONG_COLUMN = "```sql\nSELECT title FROM products\n```"
SLOW = {"text": GOOD, "tokens_per_second": 6, "times": None}


def ask(page: Page, question: str = "What are the three dearest products?") -> None:
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")


def rows(page: Page) -> list[str]:
    return page.locator(".answer tbody tr").all_inner_texts()


def sql_on(page: Page) -> str:
    return page.locator(".answer .sql code").last.inner_text()


def test_a_wrong_password_is_told(chromium: Browser, site: Site) -> None:
    page = chromium.new_page()
    log_in(page, site, password="wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page).to_have_url(re.compile("login"))
    page.close()


def test_an_empty_conversation_offers_five_questions_and_answers_the_one_clicked(
    page: Page, scripted: ServerHandle
) -> None:
    scripted.set_script([{"text": GOOD}])
    examples = page.locator(".welcome li button")
    expect(examples).to_have_count(5)
    question = examples.first.inner_text().strip()
    examples.first.click()
    expect(page.locator(".question")).to_have_text(question)
    expect(page.locator(".answer tbody tr")).to_have_count(3)


def test_sql_streams_then_the_rows_appear(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD, "tokens_per_second": 15}])
    ask(page)
    expect(page.locator(".answer .sql code")).to_contain_text("FROM")
    assert page.locator(".answer table").count() == 0
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    assert sql_on(page).strip() == SQL
    expect(page.locator(".answer .facts")).to_contain_text("3 rows")


def test_the_box_is_emptied_once_the_question_is_taken(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator("#question")).to_be_focused()


def test_a_failed_attempt_folds_with_its_error_and_the_repair_that_the_bandit_chose(
    page: Page, scripted: ServerHandle
) -> None:
    scripted.set_script([{"text": WRONG_COLUMN}, {"text": GOOD}])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    fold = page.locator("details.attempt")
    expect(fold).to_have_count(1)
    expect(fold.locator("summary")).to_contain_text("Wrong column")
    expect(fold.locator("summary")).to_contain_text(re.compile(r"\d+\s%"))
    fold.locator("summary").click()
    expect(fold).to_contain_text("no such column: title")
    expect(fold.locator(".bars li")).to_have_count(8)
    expect(fold.locator(".bars li.chosen")).to_have_count(1)


def test_a_reload_goes_on_where_the_answer_is(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([SLOW])
    ask(page)
    expect(page.locator(".answer .sql code")).to_contain_text("name")
    page.reload()
    expect(page.locator("[data-stop]")).to_be_visible()
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    assert sql_on(page).strip() == SQL


def test_stop_ends_the_answer_and_keeps_the_question(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([SLOW])
    ask(page)
    page.locator("[data-stop]").click()
    expect(page.locator(".answer")).to_have_attribute("data-status", "stopped")
    expect(page.locator(".question")).to_have_text("What are the three dearest products?")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_escape_stops_too(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([SLOW])
    ask(page)
    page.locator("[data-stop]").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".answer")).to_have_attribute("data-status", "stopped")


def test_a_failure_says_what_to_do_and_the_question_can_be_edited(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"status": 401, "error": "no", "times": None}])
    ask(page, "How many?")
    expect(page.locator(".no-answer")).to_contain_text("refused the key")
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("#question")).to_have_value("How many?")


def test_retry_asks_again(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"status": 401, "error": "no"}, {"text": GOOD}])
    ask(page)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".answer tbody tr")).to_have_count(3)


def test_a_question_that_is_too_long_stays_in_the_box(page: Page, scripted: ServerHandle) -> None:
    page.locator("#question").fill("x" * 20_000)
    page.keyboard.press("Enter")
    expect(page.locator(".ask")).to_contain_text("4,000")
    assert len(page.locator("#question").input_value()) == 20_000


def test_what_was_typed_survives_a_reload(page: Page, scripted: ServerHandle) -> None:
    page.locator("#question").fill("How many orders were")
    page.reload()
    expect(page.locator("#question")).to_have_value("How many orders were")


def test_a_restart_of_the_server_loses_nothing(page: Page, site: Site, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    page.locator("#question").fill("What are the")
    site.stop()
    expect(page.locator("#connection")).to_be_visible()
    expect(page.locator("#question")).to_have_value("What are the")
    site.start()
    expect(page.locator("#connection")).to_be_hidden(timeout=30_000)
    page.locator("#question").press_sequentially(" dearest products?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer tbody tr")).to_have_count(3)


def test_a_follow_up_joins_the_conversation(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD, "times": None}])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    ask(page, "And the cheapest?")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".answer tbody tr")).to_have_count(6)


def test_the_title_comes_from_the_first_question_and_can_be_changed(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page, "Which tents are dear?")
    expect(page.locator("#conversation-title")).to_have_text("Which tents are dear?")
    page.get_by_role("button", name="Rename this conversation").click()
    page.get_by_label("Title").fill("Tents")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation-title")).to_have_text("Tents")
    expect(page.locator("#conversations [aria-current]")).to_have_text("Tents")


def test_a_conversation_is_deleted_after_a_question(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page, "Delete me")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Delete this conversation").click()
    page.locator("#delete").get_by_role("button", name="Delete").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#conversations")).not_to_contain_text("Delete me")


def test_a_conversation_is_deleted_while_it_is_being_answered(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([SLOW])
    ask(page, "Delete me at once")
    page.locator("[data-stop]").wait_for()
    page.get_by_role("button", name="Delete this conversation").click()
    page.locator("#delete").get_by_role("button", name="Delete").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#conversations")).not_to_contain_text("Delete me at once")
    assert scripted.requests()[-1].ended == "closed"


def test_columns_sort_on_click(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    by_price = rows(page)
    page.locator("th button", has_text="name").click()
    assert rows(page) == sorted(by_price) != by_price


def test_the_end_of_an_answer_is_announced(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page)
    expect(page.locator("#announcer")).to_have_text("3 rows")


def test_the_keyboard_reaches_the_box_and_the_list_of_keys(page: Page, scripted: ServerHandle) -> None:
    page.locator("#question").blur()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()


def test_on_a_phone_the_box_is_in_reach_and_the_columns_are_drawers(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    expect(page.locator("#question")).to_be_in_viewport()
    expect(page.locator("#left")).not_to_be_in_viewport()
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#left")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 1024])
def test_the_header_leads_everywhere_at_every_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    bar = page.locator(".middle .bar")
    for name in ("ER diagram", "Data", "Settings", "Connect DB"):
        expect(bar.get_by_role("link", name=name)).to_be_in_viewport()
    expect(bar.get_by_role("button", name="Delete this conversation")).to_be_in_viewport()
    assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
    bar.get_by_role("link", name="Data").click()
    expect(page.get_by_role("heading", name="Tables of sample")).to_be_visible()


def test_dark_follows_the_choice_and_is_remembered(page: Page) -> None:
    page.locator(".menu.up summary").click()
    page.get_by_text("Dark", exact=True).click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
