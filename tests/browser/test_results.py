"""A whole result in a browser: the grid, its panels, what goes out of it."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.processes import Site

pytestmark = pytest.mark.browser

ROWS = 20_000
_MAKE = """
from accounts.models import User
from datasources.models import Connection
from workbench.models import Result
user = User.objects.get(username="admin")
connection, _ = Connection.objects.get_or_create(
    team=user.teams.first(), name="sales", defaults={{"path": {path!r}, "origin": "path"}}
)
print(Result.objects.of(user, connection, "SELECT * FROM sales ORDER BY id", "What was sold?").pk)
"""


@pytest.fixture(scope="module")
def address(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sales") / "sales.sqlite3"
    with sqlite3.connect(path) as database:
        columns = ", ".join(f"extra_{number} INTEGER" for number in range(20))
        database.execute(f"CREATE TABLE sales (id INTEGER, customer TEXT, amount REAL, note TEXT, {columns})")
        rows = (
            (number, f"Customer {number % 7}", number / 4, ("=1+1", None, "<b>bold</b>", "")[number % 4], *range(20))
            for number in range(1, ROWS + 1)
        )
        database.executemany(f"INSERT INTO sales VALUES ({', '.join('?' * 24)})", rows)
    database.close()
    return f"{site.url}/results/{site.shell(_MAKE.format(path=str(path))).strip()}/"


@pytest.fixture
def result(blank_page: Page, address: str) -> Page:
    blank_page.goto(address)
    expect(blank_page.locator("#grid-status")).to_have_text("20,000 rows")
    blank_page.locator(".grid-row:not(.pending)").first.wait_for()
    return blank_page


def cell(page: Page, row: int, at: int) -> Locator:
    return page.locator(f"#cell-{row}-{at}")


def head(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader", name=name, exact=True)


def open_menu(page: Page, name: str) -> Locator:
    head(page, name).locator(".more").click()
    menu = page.get_by_role("dialog")
    expect(menu).to_be_visible()
    return menu


def width(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["width"]


def active(page: Page) -> str:
    """The text of the cell that has the focus's attention."""
    return str(
        page.evaluate(
            "document.activeElement.id === 'grid'"
            " && document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).textContent"
        )
    )


def test_only_what_is_in_sight_is_drawn_wherever_one_scrolls_to(result: Page) -> None:
    expect(result.get_by_role("grid")).to_have_attribute("aria-rowcount", "20001")
    assert result.locator(".grid-row").count() < 80
    result.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
    expect(cell(result, ROWS - 1, 1)).to_have_text("20000")
    assert result.locator(".grid-row").count() < 80
    result.locator("#grid").evaluate("grid => { grid.scrollLeft = grid.scrollWidth; }")
    expect(head(result, "extra_19")).to_be_visible()
    assert result.locator("#grid-head .grid-cell").count() < 24


def test_values_are_texts_and_nothing_else(result: Page) -> None:
    expect(cell(result, 1, 4)).to_have_text("<b>bold</b>")
    expect(result.locator("#grid-body b")).to_have_count(0)


def test_a_click_sorts_and_another_turns_it_round(result: Page) -> None:
    head(result, "amount").locator(".name").click()
    expect(head(result, "amount")).to_have_attribute("aria-sort", "ascending")
    head(result, "amount").locator(".name").click()
    expect(head(result, "amount")).to_have_attribute("aria-sort", "descending")
    expect(cell(result, 0, 1)).to_have_text("20000")
    expect(result.locator("#grid-status")).to_have_text("20,000 rows, sorted by amount down")


def test_a_filter_is_set_shown_and_taken_away(result: Page) -> None:
    menu = open_menu(result, "amount")
    menu.get_by_role("textbox", name="From").fill("10")
    menu.get_by_role("textbox", name="To").fill("11")
    menu.get_by_role("button", name="Filter", exact=True).click()
    expect(result.locator("#grid-status")).to_have_text("5 of 20,000 rows")
    expect(cell(result, 0, 1)).to_have_text("40")
    result.get_by_role("button", name=re.compile("Remove the filter: amount is from 10 to 11")).click()
    expect(result.locator("#grid-status")).to_have_text("20,000 rows")
    assert result.evaluate("document.activeElement.id") == "grid"


def test_a_filter_that_makes_no_sense_keeps_what_was_typed(result: Page) -> None:
    menu = open_menu(result, "amount")
    menu.get_by_role("textbox", name="From").fill("many")
    menu.get_by_role("button", name="Filter", exact=True).click()
    expect(menu.get_by_role("alert")).to_have_text("amount holds numbers. Write one, like 12.5.")
    expect(menu.get_by_role("textbox", name="From")).to_have_value("many")


def test_the_keyboard_reaches_everything_and_the_focus_stays(result: Page) -> None:
    result.locator("#grid").focus()
    result.keyboard.press("ArrowDown")
    assert active(result) == "1"
    result.keyboard.press("Control+End")
    expect(cell(result, ROWS - 1, 24)).to_have_text("19")
    assert active(result) == "19"
    result.keyboard.press("Control+Home")
    result.keyboard.press("ArrowRight")
    assert active(result) == "1"
    result.keyboard.press("ArrowUp")
    result.keyboard.press("Enter")
    expect(head(result, "id")).to_have_attribute("aria-sort", "ascending")
    result.keyboard.press("m")
    expect(result.get_by_role("dialog", name="id")).to_be_visible()
    result.keyboard.press("Escape")
    assert result.evaluate("document.activeElement.id") == "grid"


def test_marked_cells_are_copied(context: BrowserContext, result: Page, site: Site) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    cell(result, 0, 1).click()
    result.keyboard.press("Shift+ArrowDown")
    result.keyboard.press("Shift+ArrowRight")
    expect(result.locator("#grid [aria-selected=true]")).to_have_count(4)
    result.keyboard.press("Control+c")
    expect(result.locator("#grid-status")).to_have_text("4 cells copied")
    assert result.evaluate("navigator.clipboard.readText()") == "1\tCustomer 1\n2\tCustomer 2"
    result.locator("#copy-menu summary").click()
    result.get_by_label("With the columns' names").check()
    result.get_by_role("button", name="As Markdown").click()
    expect(result.locator("#copy-menu")).not_to_have_attribute("open", "")
    expect(result.locator("#grid-status")).to_have_text("4 cells copied")
    result.wait_for_timeout(300)
    assert str(result.evaluate("navigator.clipboard.readText()")).startswith("| id | customer |\n| ---: | --- |")


def test_a_row_with_all_that_it_holds(result: Page) -> None:
    cell(result, 1, 1).click()
    result.keyboard.press("Enter")
    panel = result.get_by_role("complementary", name="Row 2")
    expect(panel.locator("dd").nth(3)).to_have_text("<b>bold</b>")
    panel.get_by_role("button", name="The next row").click()
    expect(result.get_by_role("complementary", name="Row 3").locator("dd").first).to_have_text("3")
    result.keyboard.press("Escape")
    expect(result.locator("#panel")).to_be_hidden()
    assert active(result) == "3"


def test_what_a_column_holds(result: Page) -> None:
    open_menu(result, "customer").get_by_role("button", name="Statistics").click()
    panel = result.get_by_role("complementary", name="customer")
    expect(panel.locator("dd").nth(2)).to_have_text("7")
    expect(panel.get_by_role("row")).to_have_count(8)
    assert float(panel.locator("rect").first.get_attribute("width") or 0) > 100


def test_columns_that_are_hidden_pinned_and_resized_stay_so(result: Page) -> None:
    open_menu(result, "amount").get_by_role("button", name="Hide").click()
    expect(head(result, "amount")).to_have_count(0)
    open_menu(result, "note").get_by_role("button", name="Pin", exact=True).click()
    expect(cell(result, 0, 1)).to_have_text("NULL")
    before = width(head(result, "customer"))
    grip = head(result, "customer").locator(".grip").bounding_box()
    assert grip
    result.mouse.move(grip["x"] + 2, grip["y"] + 10)
    result.mouse.down()
    result.mouse.move(grip["x"] + 102, grip["y"] + 10)
    result.mouse.up()
    expect(result.locator("#grid-status")).to_have_text("20,000 rows")  # not sorted by letting go
    result.reload()
    expect(cell(result, 0, 1)).to_have_text("NULL")
    expect(head(result, "amount")).to_have_count(0)
    assert width(head(result, "customer")) == pytest.approx(before + 100, abs=4)
    result.locator("#columns-menu summary").click()
    result.get_by_role("button", name="Show all").click()
    expect(head(result, "amount")).to_have_count(1)


def test_an_export_comes_and_is_told_of(result: Page, tmp_path: Path) -> None:
    result.locator("#export-menu summary").click()
    with result.expect_download() as download:
        result.get_by_role("link", name="JSON").click()
    assert download.value.suggested_filename == "what-was-sold.json"
    download.value.save_as(tmp_path / "a.json")
    found = json.loads((tmp_path / "a.json").read_text())
    assert (found["row_count"], found["truncated"], found["rows"][0]["note"]) == (ROWS, False, None)
    expect(result.locator("#exports li").first).to_contain_text("20,000 rows")


def test_rows_are_read_again_and_it_says_when(result: Page) -> None:
    before = result.locator("#grid-note").inner_text()
    assert before.startswith("Rows read at ")
    result.wait_for_timeout(1_100)
    result.get_by_role("button", name="Read again").click()
    expect(result.locator("#grid-note")).not_to_have_text(before)
    expect(result.locator("#grid-status")).to_have_text("20,000 rows")


def test_on_a_phone_a_tap_opens_the_menu_of_a_column(result: Page) -> None:
    result.set_viewport_size({"width": 390, "height": 800})
    head(result, "id").click()
    box = result.get_by_role("dialog", name="id").bounding_box()
    assert box
    assert (round(box["x"]), round(box["width"]), round(box["y"] + box["height"])) == (0, 390, 800)
    result.keyboard.press("Escape")
    assert result.evaluate("document.documentElement.scrollWidth") <= 390
