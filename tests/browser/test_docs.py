"""The API's documentation in a browser, by somebody who has not logged in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import complaints_of
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(params=[1440, 390])
def reading(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page on a wide screen and on a phone. Whatever the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": request.param, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints = complaints_of(page)
    page.goto(site.url + "/env/docs")
    yield page
    context.close()
    assert complaints == []


def test_it_is_read_copied_from_and_gone_through_by_keyboard(reading: Page, site: Site) -> None:
    assert reading.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(reading.get_by_role("heading", level=1)).to_have_text("For agents")

    copy = reading.get_by_role("button", name="Copy: Python, with the official client")
    copy.click()
    expect(copy).to_have_text(re.compile("Copied|Press Ctrl"))
    expect(reading.locator("#client-code")).to_contain_text(site.url)

    reading.get_by_role("navigation", name="On this page").get_by_role("link", name="Shapes").click()
    expect(reading.get_by_role("heading", name="Shapes")).to_be_in_viewport()
    reading.get_by_role("link", name="Observation").first.press("Enter")
    heading = reading.get_by_role("heading", name="Observation")
    expect(heading).to_be_in_viewport()
    bar, there = reading.locator(".bar").bounding_box(), heading.bounding_box()
    assert bar
    assert there
    assert there["y"] >= bar["y"] + bar["height"]
