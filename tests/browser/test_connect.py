"""A browser connects a database: an uploaded file, a server that cannot be, what is typed is never lost."""

import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.processes import Site
from tests.shop import SCHEMA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
    database.close()
    return path


@pytest.fixture
def form(page: Page) -> Page:
    """The form, by way of the chat's header."""
    page.get_by_role("link", name="Connect DB").click()
    expect(page.get_by_role("heading", name="Connect a database")).to_be_visible()
    return page


def outcome(page: Page) -> str:
    expect(page.locator("#outcome .message")).to_be_visible()
    return page.locator("#outcome").inner_text()


def test_an_uploaded_file_is_tested_connected_described_and_deleted(form: Page, shop_file: Path) -> None:
    form.get_by_label("Name").fill("my shop")
    form.locator("input[type=file]").set_input_files(shop_file)
    form.get_by_role("button", name="Test").click()
    assert "It works: SQLite" in outcome(form)
    form.get_by_role("button", name="Connect").click()
    expect(form.get_by_role("heading", name="my shop")).to_be_visible()
    expect(form.get_by_role("link", name="Chat")).to_be_visible()

    form.get_by_label("Notes, as Markdown").fill("Revenue is **net**.")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator("#preview strong")).to_have_text("net")
    form.get_by_role("button", name="Save the notes").click()
    expect(form.get_by_text("The notes are saved.")).to_be_visible()

    form.get_by_role("link", name="Delete…").click()
    form.get_by_label(re.compile("Type its name")).fill("my shop")
    form.get_by_role("button", name="Delete my shop").click()
    expect(form.get_by_text("my shop is deleted")).to_be_visible()


def test_a_test_that_fails_says_why_and_keeps_what_was_typed(form: Page) -> None:
    form.get_by_label("PostgreSQL or MySQL server").check()
    form.get_by_label("Name").fill("prod")
    for label, value in {"Host": "127.0.0.1", "Database": "shop", "User": "reader", "Password": "s3cret"}.items():
        form.get_by_label(label, exact=label == "Database").fill(value)
    form.get_by_role("button", name="Test").click()
    text = outcome(form)
    assert "Not allowed here" in text
    assert "ALLOWED_DB_HOSTS" in text
    expect(form.get_by_label("Host")).to_have_value("127.0.0.1")
    expect(form.get_by_label("Password")).to_have_value("s3cret")
    assert "s3cret" not in form.content()


def test_what_is_missing_is_marked(form: Page) -> None:
    form.get_by_label("PostgreSQL or MySQL server").check()
    form.get_by_label("Name").fill("prod")
    form.get_by_role("button", name="Test").click()
    assert "The host is missing." in outcome(form)
    expect(form.get_by_label("Host")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Host")).to_be_focused()


def test_only_the_fields_of_the_chosen_kind_are_shown(form: Page) -> None:
    expect(form.locator("input[type=file]")).to_be_visible()
    expect(form.get_by_label("Host")).to_be_hidden()
    form.get_by_label("PostgreSQL or MySQL server").check()
    expect(form.locator("input[type=file]")).to_be_hidden()
    expect(form.get_by_label("Host")).to_be_visible()


def test_an_upload_that_is_too_large_is_stopped_before_it_is_sent(form: Page, shop_file: Path) -> None:
    form.locator("#connect").evaluate("form => { form.dataset.most = 100; form.dataset.mostWords = '100 bytes'; }")
    form.get_by_label("Name").fill("big")
    form.locator("input[type=file]").set_input_files(shop_file)
    form.get_by_role("button", name="Connect").click()
    assert "MAX_UPLOAD_MB" in outcome(form)
    expect(form.get_by_label("Name")).to_have_value("big")


def test_tables_are_described_without_leaving_the_page(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Business notes")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("Find a table or a column").fill("stores")
    expect(page.locator(".tables > li > a")).to_have_count(1)
    page.get_by_role("link", name="stores").click()
    page.get_by_label("What stores holds").fill("Where we sell")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved: 1 text changed.")).to_be_visible()


def test_escape_closes_a_menu(page: Page) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Business notes")).to_be_visible()
    page.wait_for_load_state()
    menu = page.locator(".menu summary")
    menu.press("Enter")
    expect(page.get_by_role("link", name="All teams")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="All teams")).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_form_that_comes_into_the_page_works_at_once(page: Page) -> None:
    """Not only after htmx's usual 20 ms, in which it would be sent as a page of its own."""
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Business notes")).to_be_visible()
    page.wait_for_load_state()
    page.evaluate(
        "document.addEventListener('htmx:afterSwap', () => setTimeout(() => $('#save-products').click()), {once: true})"
    )
    page.get_by_role("link", name="products").press("Enter")
    expect(page.get_by_text("Saved: 0 texts changed.")).to_be_visible()
    expect(page.get_by_role("heading", name="Business notes")).to_be_visible()


def test_the_focus_stays_on_what_saves_a_description(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Business notes")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("link", name="products").press("Enter")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("Saved: 0 texts changed.")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_focused()


def test_connecting_works_without_javascript(context: BrowserContext, site: Site, signed_in: str) -> None:
    plain = context.browser.new_context(java_script_enabled=False) if context.browser else context
    plain.add_cookies([{"name": "sessionid", "value": signed_in, "url": site.url}])
    page = plain.new_page()
    page.goto(f"{site.url}/teams/1/databases/new/")
    page.get_by_label("Empty scratch database").check()
    page.get_by_label("Name").fill("scratch")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("It works")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("scratch")
    plain.close()


def test_a_column_is_made_private_beside_its_description(page: Page) -> None:
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Business notes")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("Find a table or a column").fill("stores")
    expect(page.locator(".tables > li > a")).to_have_count(1)
    page.get_by_role("link", name="stores").click()
    chosen = page.get_by_label("Values of name")
    expect(chosen).to_have_value("read")
    chosen.select_option("Private: values are not read")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 column made private: what was kept of the values is deleted.")).to_be_visible()
    expect(chosen).to_have_value("private")
