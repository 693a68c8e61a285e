"""SQL by hand in a real browser: typed, completed, run, mended, formatted, explained, stopped, taken back, saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.conftest import complaints_of
from tests.browser.test_chat import GOOD, ask
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

BEGIN = """
from datasources.models import Connection
from learning.models import VerifiedQuery
from workbench.models import SqlRun
VerifiedQuery.objects.all().delete()
SqlRun.objects.all().delete()
sample = Connection.objects.get(is_sample=True)
sample.schema()
print(sample.pk)
"""
DEAREST = "SELECT name, price FROM products ORDER BY price DESC LIMIT 6"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT COUNT(*) FROM n"


@pytest.fixture
def address(site: Site) -> str:
    """Of the SQL tab, with nothing run yet."""
    return f"{site.url}/databases/{site.shell(BEGIN).split()[-1]}/sql/"


@pytest.fixture
def editor(blank_page: Page, address: str) -> Page:
    blank_page.goto(address)
    expect(blank_page.locator(".cm-content")).to_be_focused()
    return blank_page


def write(page: Page, sql: str) -> None:
    """In the place of what is there."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(sql)


def text(page: Page) -> str:
    return page.locator("#sql-text").input_value()


def test_names_are_completed_and_the_statement_runs(editor: Page) -> None:
    # Names come a moment after the page.
    with editor.expect_response("**/words.json*"):
        editor.reload()
    expect(editor.locator(".cm-content")).to_be_focused()
    editor.keyboard.type("SELECT p.name FROM products p WHERE p.pri", delay=20)
    option = editor.locator(".cm-tooltip-autocomplete [aria-selected=true]")
    expect(option).to_contain_text("price")
    # It takes no key before somebody can have read it.
    editor.wait_for_timeout(200)
    editor.keyboard.press("Enter")
    editor.keyboard.type(" > 100 ORDER BY p.price DESC LIMIT 3", delay=5)
    editor.keyboard.press("Escape")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result tbody tr")).to_have_count(3)
    expect(editor.locator("#announcer")).to_have_text("3 rows")
    expect(editor.locator(".sql-runs > li")).to_have_count(1)
    expect(editor.locator(".cm-content")).to_be_focused()


def test_an_error_is_marked_where_it_is_and_goes_when_it_is_mended(editor: Page) -> None:
    write(editor, "SELECT name,\n  'é🙂' AS x, prise\nFROM products LIMIT 2")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result [role=alert]")).to_contain_text("Line 2, column 14.")
    expect(editor.locator("#sql-result [role=alert]")).to_contain_text("no such column: prise")
    expect(editor.locator(".cm-lintRange-error")).to_have_text("prise")
    editor.get_by_role("button", name="Go to it").click()
    expect(editor.locator(".cm-content")).to_be_focused()
    for _ in range(5):
        editor.keyboard.press("Delete")
    editor.keyboard.type("price")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result tbody tr")).to_have_count(2)
    expect(editor.locator(".cm-lintRange-error")).to_have_count(0)


def test_what_is_selected_runs_alone(editor: Page) -> None:
    write(editor, "SELECT 1 AS one;\nSELECT 2 AS two")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result th")).to_have_text(["two"])
    editor.keyboard.press("Control+Home")
    editor.keyboard.press("Shift+End")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result th")).to_have_text(["one"])
    expect(editor.locator("#sql-result .facts")).to_contain_text("a part of what is written")


def test_escape_and_tab_leave_the_editor(editor: Page) -> None:
    write(editor, "SELECT 1")
    editor.keyboard.press("Home")
    editor.keyboard.press("Tab")
    assert text(editor).startswith("  SELECT")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Tab")
    expect(editor.get_by_role("button", name="Run")).to_be_focused()
    content = editor.get_by_role("textbox", name="SQL for sample")
    expect(content).to_have_attribute("aria-multiline", "true")
    expect(content).to_have_attribute("aria-describedby", "sql-keys")


def test_format_is_one_change_and_leaves_what_does_not_parse(editor: Page) -> None:
    write(editor, "select name -- what it is called\nfrom products")
    editor.get_by_role("button", name="Format").click()
    expect(editor.locator("#sql-note")).to_have_text("Formatted.")
    assert text(editor) == "SELECT\n  name /* what it is called */\nFROM products"
    editor.keyboard.press("Control+z")
    assert text(editor) == "select name -- what it is called\nfrom products"
    write(editor, "SELECT * FRM products")
    editor.get_by_role("button", name="Format").click()
    expect(editor.locator("#sql-note")).to_contain_text("It cannot be read: Syntax error")
    expect(editor.locator(".cm-lintRange-error")).to_have_text("products")
    assert text(editor) == "SELECT * FRM products"


def test_a_plan_is_a_list_within_a_list(editor: Page) -> None:
    write(editor, "SELECT name FROM products WHERE id IN (SELECT product_id FROM order_items)")
    editor.get_by_role("button", name="Explain").click()
    steps = editor.locator(".plan-steps")
    expect(steps).to_contain_text("products")
    expect(steps.locator("ul li").first).to_contain_text("order_items")
    expect(editor.locator(".sql-runs")).to_contain_text("explained")


def test_a_draft_survives_a_reload(editor: Page) -> None:
    write(editor, "SELECT 'half a thought'")
    editor.reload()
    expect(editor.locator(".cm-content")).to_contain_text("half a thought")
    expect(editor.locator("#sql-note")).to_have_text("Your draft was kept.")
    editor.keyboard.press("Control+a")
    editor.keyboard.press("Delete")
    editor.reload()
    expect(editor.locator(".cm-content")).to_be_focused()
    assert text(editor) == ""


def test_what_ran_comes_back_and_undo_brings_what_was_there(editor: Page) -> None:
    write(editor, "SELECT 11 AS first")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result th")).to_have_text(["first"])
    write(editor, "SELECT 22 AS second")
    editor.locator(".sql-runs summary").first.click()
    editor.get_by_role("link", name="Take into the editor").click()
    assert text(editor) == "SELECT 11 AS first"
    editor.keyboard.press("Control+z")
    assert text(editor) == "SELECT 22 AS second"
    editor.get_by_role("button", name="Delete", exact=True).click()
    expect(editor.locator("#sql-history")).to_contain_text("It is deleted from your history.")
    expect(editor.locator(".sql-runs > li")).to_have_count(0)
    assert text(editor) == "SELECT 22 AS second"


def test_rows_lead_on_to_a_chart_to_all_of_them_and_to_saving(editor: Page) -> None:
    complaints = complaints_of(editor, "Security")
    write(editor, DEAREST)
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-result tbody tr")).to_have_count(6)
    editor.get_by_role("button", name="Chart", exact=True).click()
    expect(editor.locator("#chart-run .drawing[data-drawn]")).to_be_visible()
    expect(editor.locator("#table-run")).to_be_hidden()
    expect(editor.locator("#announcer")).to_contain_text("price by name")
    editor.locator(".chart-change summary").click()
    editor.locator("select[name=type]").select_option("histogram")
    editor.locator("select[name=x]").select_option(label="price")
    expect(editor.get_by_role("button", name="Back to the suggestion")).to_be_visible()
    editor.get_by_role("button", name="Table", exact=True).click()
    expect(editor.locator("#table-run")).to_be_visible()

    editor.get_by_role("button", name="Save question…").click()
    expect(editor.get_by_label("SQL", exact=True)).to_have_value(DEAREST)
    editor.go_back()
    editor.locator(".cm-content").click()
    editor.keyboard.press("Control+Enter")
    editor.get_by_role("button", name="All rows, exports").click()
    expect(editor.locator("#grid-status")).to_contain_text("6 rows")
    expect(editor.locator("#result-code")).to_have_text(DEAREST)
    editor.get_by_role("link", name="Chart", exact=True).click()
    expect(editor.locator(".drawing[data-drawn]")).to_be_visible()
    assert complaints == []


def test_a_long_statement_is_stopped(editor: Page) -> None:
    write(editor, ENDLESS)
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#sql-doing-words")).to_contain_text("running, 1 s")
    expect(editor.get_by_role("button", name="Run")).to_be_disabled()
    editor.get_by_role("button", name="Stop").click()
    expect(editor.locator("#sql-result [role=alert]")).to_contain_text("The query was cancelled.")
    expect(editor.get_by_role("button", name="Run")).to_be_enabled()
    expect(editor.locator(".sql-runs")).to_contain_text("stopped")


def test_an_answer_is_put_right_and_that_is_taken_back(page: Page, address: str, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Open in editor").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("?")
    wrong = text(page)
    assert wrong.startswith("SELECT")
    write(page, "SELECT name FROM products WHERE price > 100 ORDER BY name LIMIT 4")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sql-result .table-scroll").first.locator("tbody tr")).to_have_count(4)
    expect(page.locator(".sql-compared summary")).to_contain_text("Differs from the answer in the filter")

    page.get_by_role("button", name="Save as verified query…").click()
    expect(page.get_by_role("heading", name="Save as a verified query")).to_be_focused()
    expect(page.get_by_label("What was wrong with the answer")).to_have_value(re.compile("The filter: the right query"))
    page.get_by_label("What was wrong with the answer").fill("Only dear products count.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="What it corrects")).to_be_visible()
    expect(page.locator(".correction")).to_contain_text("products.price")
    expect(page.locator(".correction q")).to_have_text("Only dear products count.")

    page.get_by_role("button", name="Take the correction back").click()
    expect(page.locator("main [role=status]").first).to_contain_text("The correction is taken back")
    expect(page.locator(".setup")).to_contain_text("Retired")
    page.get_by_role("link", name="Your answer").or_(page.get_by_role("link", name="Chat")).first.click()
    expect(page.locator(".verdict [aria-pressed=true]")).to_have_count(0)


def test_without_javascript_the_field_is_a_form(chromium: Browser, site: Site, signed_in: str, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": signed_in, "url": site.url}])
    page = context.new_page()
    page.goto(address)
    page.get_by_label("SQL for sample").fill("SELECT name FROM products LIMIT 2")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#sql-result tbody tr")).to_have_count(2)
    expect(page.get_by_label("SQL for sample")).to_have_value("SELECT name FROM products LIMIT 2")
    page.locator(".sql-runs summary").first.click()
    page.get_by_role("link", name="Take into the editor").click()
    expect(page.get_by_label("SQL for sample")).to_have_value("SELECT name FROM products LIMIT 2")
    context.close()
