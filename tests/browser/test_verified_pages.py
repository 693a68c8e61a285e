"""Verified queries in a real browser: a curator edits, retires, restores and imports them, by keyboard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

FORGET = """
from datasources.models import Connection
from learning.models import VerifiedQuery
VerifiedQuery.objects.all().delete()
print(Connection.objects.get(is_sample=True).pk)
"""
QUESTION = "How many products are there?"
WRONG = "SELECT COUNT(*) AS n FROM prodducts"
RIGHT = "SELECT COUNT(*) AS n FROM products"


@pytest.fixture
def page(blank_page: Page) -> Page:
    return blank_page


@pytest.fixture
def overview(site: Site) -> str:
    """The address of the list, which is empty."""
    return f"{site.url}/databases/{site.shell(FORGET).split()[-1]}/verified/"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_a_query_is_added_mended_retired_and_restored(page: Page, overview: str) -> None:
    page.goto(overview)
    page.get_by_role("link", name="Add").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Question").fill(QUESTION)
    page.get_by_label("SQL").fill(WRONG)
    press(page, "Try it")
    expect(page.locator("#trial")).to_contain_text("no such table: prodducts")
    expect(page.get_by_role("button", name="Try it")).to_be_focused()

    press(page, "Save")
    expect(page.locator("#id_sql_error")).to_contain_text("The SQL does not run: no such table: prodducts")
    expect(page.get_by_label("SQL")).to_be_focused()
    expect(page.get_by_label("Question")).to_have_value(QUESTION)
    expect(page.get_by_label("SQL")).to_have_value(WRONG)

    page.get_by_label("SQL").fill(RIGHT)
    press(page, "Try it")
    expect(page.locator("#trial")).to_contain_text("1 row.")
    press(page, "Save")
    expect(page.get_by_role("status").first).to_have_text("It runs, and is added.")
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)

    press(page, "Retire")
    expect(page.get_by_role("alert")).to_contain_text("Say why it is retired")
    expect(page.get_by_label("Why")).to_be_focused()
    page.get_by_label("Why").fill("Products are counted elsewhere")
    page.keyboard.press("Enter")
    expect(page.locator(".setup")).to_contain_text("Products are counted elsewhere")
    press(page, "Restore")
    expect(page.locator(".setup")).to_contain_text("In use")


def test_a_file_is_tried_by_itself_and_added(page: Page, overview: str, tmp_path: Path) -> None:
    entries = [{"question": f"What is {number}?", "sql": f"SELECT {number}"} for number in range(30)]
    file = tmp_path / "queries.jsonl"
    file.write_text("\n".join(map(json.dumps, [*entries, {"question": "What?", "sql": "SELECT gone"}])))
    page.goto(overview + "import/")
    page.get_by_label("JSONL file").set_input_files(file)
    press(page, "Read it")
    expect(page.locator("#import")).to_contain_text("30 will be added")
    expect(page.locator("#import")).to_contain_text(re.compile("Line 31.*no such column: gone", re.DOTALL))
    press(page, "Add 30")
    expect(page.get_by_role("status").first).to_have_text("30 verified queries are added.")
    expect(page.locator(".verified-list > li")).to_have_count(25)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".verified-list > li")).to_have_count(5)
