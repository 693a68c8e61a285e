"""The session ends while the page is open: the page says so, and what was typed is there after the next log-in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import fill_in_login, log_in
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

END = "from django.contrib.sessions.models import Session; Session.objects.filter(pk={!r}).delete()"


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A session of its own."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page, site)
    page.wait_for_url("**/chat/**")
    yield page
    context.close()


def end_session(page: Page, site: Site) -> None:
    [session] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    site.shell(END.format(session))


def test_a_question_after_the_session_s_end_is_kept_until_the_next_log_in(page: Page, site: Site) -> None:
    end_session(page, site)
    page.locator("#question").fill("How many products?")
    page.keyboard.press("Enter")
    expect(page.locator("#logged-out")).to_have_text(
        re.compile(r"You have been logged out\.\s+Log in again\s+to go on; your question is kept\.")
    )
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator("#question")).to_have_value("How many products?")
    conversation = page.url
    page.get_by_role("link", name="Log in again").click()
    fill_in_login(page)
    expect(page).to_have_url(conversation)
    expect(page.locator("#question")).to_have_value("How many products?")


def test_a_socket_that_reconnects_after_the_session_s_end_says_so(page: Page, site: Site) -> None:
    end_session(page, site)
    site.restart()
    expect(page.locator("#logged-out")).to_be_visible(timeout=30_000)
    expect(page.locator("#connection")).to_be_hidden()


def test_searching_after_the_session_s_end_goes_to_the_log_in_and_back(page: Page, site: Site) -> None:
    conversation = page.url
    end_session(page, site)
    page.get_by_label("Search the conversations").fill("products")
    page.wait_for_url("**/login/**")
    expect(page.locator("#left")).to_have_count(0)
    fill_in_login(page)
    expect(page).to_have_url(conversation)


def test_what_the_page_asks_for_by_itself_takes_nobody_to_the_log_in(page: Page, site: Site) -> None:
    conversation = page.url
    end_session(page, site)
    page.locator("#question").fill("How many")
    page.evaluate("htmx.trigger(document.body, 'answered')")
    expect(page.locator("#logged-out")).to_be_visible()
    expect(page).to_have_url(conversation)
    expect(page.locator("#question")).to_have_value("How many")
