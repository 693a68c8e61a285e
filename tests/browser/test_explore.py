"""The ER diagram and the Data tab in a real browser: nothing of them needs what the site's policy forbids."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

TABLES = 200
SVG = "{http://www.w3.org/2000/svg}"
ADD = (
    "from accounts.models import Team; from datasources.models import Connection; "
    "print(Connection.objects.create(team=Team.objects.first(), name='Größe & Co', path={!r}).pk)"
)


@pytest.fixture
def page(blank_page: Page) -> Page:
    return blank_page


@pytest.fixture(scope="module")
def large(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database of 200 tables, the first of which is referenced by most."""
    path = tmp_path_factory.mktemp("large") / "large.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute('CREATE TABLE t0 (id INTEGER PRIMARY KEY, "<b>&\'😀" TEXT)')
        for number in range(1, TABLES):
            joined = f", up INTEGER REFERENCES t{number % 7} (id), t{number // 2}_id INTEGER" if number > 7 else ""
            columns = ", ".join(f"column_{column} TEXT" for column in range(10))
            database.execute(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, {columns}{joined})")
        database.commit()
    return f"{site.url}/databases/{site.shell(ADD.format(str(path))).split()[-1]}"


@pytest.fixture(scope="module")
def sample(site: Site) -> str:
    code = "from datasources.models import Connection; print(Connection.objects.get(is_sample=True).pk)"
    return f"{site.url}/databases/{site.shell(code).split()[-1]}"


def open_diagram(page: Page, address: str) -> None:
    page.goto(f"{address}/diagram/")
    page.locator("#er[data-drawn=all]").wait_for()


def test_every_table_is_drawn_and_joined(page: Page, sample: str) -> None:
    open_diagram(page, sample)
    expect(page.locator(".card")).to_have_count(11)
    expect(page.locator(".card[data-table=orders] .column")).to_have_count(9)
    expect(page.locator('.edge[data-from=orders][data-to="customers"]')).to_have_count(1)
    expect(page.locator("#er-note")).to_be_hidden()


def test_a_click_on_a_table_shows_its_columns_and_rows(page: Page, sample: str) -> None:
    open_diagram(page, sample)
    page.locator(".card[data-table=orders]").click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="orders")).to_be_visible()
    expect(panel.locator("tbody tr")).to_have_count(8)
    expect(panel).to_contain_text("customer_id")
    expect(page).to_have_url(f"{sample}/diagram/orders/")
    panel.get_by_role("link", name="Browse its rows").click()
    expect(page).to_have_url(f"{sample}/data/orders/")


def test_the_list_is_another_way_to_every_table(page: Page, sample: str) -> None:
    open_diagram(page, sample)
    page.get_by_role("link", name="refunds", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.locator("#panel-title")).to_have_text("refunds")


def test_a_search_finds_tables_and_columns_and_jumps(page: Page, large: str) -> None:
    open_diagram(page, large)
    search = page.get_by_label("Search tables and columns")
    search.fill("t42_id")
    expect(page.locator("#er-found")).to_have_text("2 tables found")
    expect(page.locator(".card.found")).to_have_count(2)
    search.press("Enter")
    expect(page.locator("#panel-title")).to_have_text(re.compile("t8[45]"))
    expect(page.locator(".card.selected")).to_be_in_viewport()
    search.press("Escape")
    expect(page.locator(".card.found")).to_have_count(0)


def test_a_table_is_seen_alone_with_its_neighbours_and_back(page: Page, sample: str) -> None:
    open_diagram(page, sample)
    page.locator(".card[data-table=payments]").click()
    page.get_by_role("button", name="Only its neighbours").click()
    page.locator("#er[data-drawn=payments]").wait_for()
    expect(page.locator(".card")).to_have_count(2)
    page.reload()
    page.locator("#er[data-drawn=payments]").wait_for()
    page.get_by_role("button", name="Whole diagram").click()
    page.locator("#er[data-drawn=all]").wait_for()
    expect(page.locator(".card")).to_have_count(11)


def test_keys_wheel_and_buttons_move_the_drawing(page: Page, sample: str) -> None:
    open_diagram(page, sample)
    scene = page.locator(".er-scene")
    drawing = page.locator("#er-drawing")
    moves: list[Callable[[], None]] = [
        lambda: drawing.press("ArrowLeft"),
        lambda: drawing.press("+"),
        lambda: page.mouse.wheel(0, 200),
        lambda: page.get_by_role("button", name="Zoom in").click(),
        lambda: page.get_by_role("button", name="Show all of it").click(),
    ]
    for move in moves:
        before = scene.get_attribute("style") or ""
        drawing.hover(position={"x": 5, "y": 300})
        move()
        expect(scene).not_to_have_attribute("style", before)


def test_two_hundred_tables_are_drawn_with_their_keys(page: Page, large: str) -> None:
    open_diagram(page, large)
    expect(page.locator(".card")).to_have_count(TABLES)
    expect(page.locator("#er-detail")).to_have_value("keys")
    expect(page.locator(".edge.guess")).not_to_have_count(0)


def test_the_drawing_is_saved_as_a_file_that_stands_alone(page: Page, large: str, tmp_path: Path) -> None:
    open_diagram(page, large)
    page.locator("#er-detail").select_option("all")
    page.locator("#er[data-drawn=all]").wait_for()
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as SVG").click()
    assert started.value.suggested_filename == "groe-co-diagram.svg"
    started.value.save_as(tmp_path / "saved.svg")
    root = ElementTree.parse(tmp_path / "saved.svg").getroot()
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert {f"t{number}" for number in range(TABLES)} <= set(texts)
    assert "<b>&'😀" in texts
    assert "var(" not in (root.findtext(f"{SVG}style") or "var(")


def test_the_colours_follow_the_theme(page: Page, sample: str) -> None:
    open_diagram(page, sample)
    colour = "getComputedStyle(document.querySelector('.card .box')).fill"
    before = page.evaluate(colour)
    page.locator(".bar .menu summary").last.click()
    page.get_by_text("Dark", exact=True).click()
    assert page.evaluate(colour) != before


def test_without_javascript_the_list_and_the_panel_say_it(chromium: Browser, sample: str, signed_in: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": signed_in, "url": sample}])
    page = context.new_page()
    page.goto(f"{sample}/diagram/")
    expect(page.get_by_text("The drawing needs JavaScript.")).to_be_visible()
    page.get_by_role("link", name="orders", exact=True).click()
    expect(page.locator("#panel-title")).to_have_text("orders")
    expect(page.locator("#panel")).to_contain_text("Referenced by")
    page.goto(f"{sample}/data/orders/")
    page.locator("#filter-column").select_option("status")
    page.locator("#filter-value").fill("cancelled")
    page.locator("#filter-add").click()
    expect(page.locator(".chips li")).to_contain_text("status contains cancelled")
    context.close()


def test_rows_are_sorted_filtered_and_paged_and_back_goes_back(page: Page, sample: str) -> None:
    page.goto(f"{sample}/data/")
    page.get_by_role("link", name="orders").click()
    page.get_by_role("link", name="total_amount").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("total_amount")
    page.get_by_role("link", name="total_amount").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("total_amount")
    page.locator("#filter-column").select_option("status")
    page.locator("#filter-operator").select_option("eq")
    page.locator("#filter-value").fill("completed")
    page.locator("#filter-value").press("Enter")
    expect(page.locator(".chips li")).to_contain_text("status is completed")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("navigation", name="Pages").get_by_text("Rows 51 to 100")).to_be_visible()
    assert page.url.endswith("?c=status&op=eq&v=completed&sort=total_amount&desc=1&page=2")
    page.go_back()
    expect(page.get_by_role("navigation", name="Pages").get_by_text("Rows 1 to 50")).to_be_visible()
    expect(page.locator(".chips li")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chips li")).to_have_count(0)
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("total_amount")


def test_a_filter_that_needs_no_value_takes_none(page: Page, sample: str) -> None:
    page.goto(f"{sample}/data/orders/")
    page.locator("#filter-column").select_option("store_id")
    page.locator("#filter-operator").select_option("null")
    expect(page.locator("#filter-value")).not_to_be_editable()
    page.locator("#filter-add").click()
    expect(page.locator(".chips li")).to_contain_text("store_id is NULL")
    page.get_by_role("link", name="Remove this filter").click()
    expect(page.locator(".chips li")).to_have_count(0)


def test_a_reference_leads_to_its_row(page: Page, sample: str) -> None:
    page.goto(f"{sample}/data/orders/")
    link = page.locator("td a").first
    customer = link.inner_text()
    link.click()
    expect(page).to_have_url(f"{sample}/data/customers/?c=id&op=eq&v={customer}")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_statement_can_be_unfolded_and_stays_so(page: Page, sample: str) -> None:
    page.goto(f"{sample}/data/orders/")
    page.locator("#browse-sql summary").click()
    expect(page.locator("#browse-code")).to_contain_text("LIMIT 51")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#browse-code")).to_contain_text("OFFSET 50")
    expect(page.locator("#browse-code")).to_be_visible()


def test_the_list_of_tables_is_searched_as_one_types(page: Page, sample: str) -> None:
    page.goto(f"{sample}/data/")
    page.get_by_label("Search the tables").press_sequentially("order")
    expect(page.locator("#data-list tbody tr")).to_have_count(2)
