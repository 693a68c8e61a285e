"""Every page in a browser that keeps to its policy: nothing is blocked, and nothing is missing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import complaints_of
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FOR_ANYBODY = ["/login/", "/account/password/reset/", "/env/docs", "/nowhere/"]
LISTED = "Array.from(document.querySelectorAll('a[href^=\"/\"]'), link => link.getAttribute('href'))"
MOST = 60


@pytest.fixture
def reader(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    complaints = complaints_of(page, "Security")
    yield page
    assert complaints == []


def test_pages_that_anybody_sees(chromium: Browser, site: Site) -> None:
    page = chromium.new_page()
    complaints = complaints_of(page, "Security")
    for path in FOR_ANYBODY:
        page.goto(site.url + path, wait_until="load")
    page.close()
    assert complaints == []


def test_pages_that_are_linked_from_the_first_one_and_from_those(reader: Page, site: Site) -> None:
    waiting, seen = ["/", "/admin/"], set[str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or not is_another_page(path, seen):
            continue
        seen.add(path)
        response = reader.goto(site.url + path, wait_until="load")
        assert response
        assert response.status < 400, path
        waiting += reader.evaluate(LISTED)
    assert len(seen) > 20


def is_another_page(path: str, seen: set[str]) -> bool:
    """Neither a file, nor a log-out, nor a list that was seen in another order, nor another row of a table."""
    whole = path.partition("?")[0].partition("#")[0]
    leaves = ("logout", "export", "download", ".csv", ".json", "/static/", "jsi18n")
    return not any(word in path for word in leaves) and whole not in {one.partition("?")[0] for one in seen}
