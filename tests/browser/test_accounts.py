"""An owner invites by a link, and somebody new comes in by it: two browsers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import complaints_of, log_in
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def open_page(chromium: Browser) -> Page:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    return context.new_page()


@pytest.fixture
def browsers(chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """An owner's and a stranger's. What either browser complains of fails the test."""
    pages = open_page(chromium), open_page(chromium)
    complaints = [complaints_of(page, "Security") for page in pages]
    yield pages
    for page in pages:
        page.context.close()
    assert complaints == [[], []]


def test_an_owner_invites_and_somebody_new_comes_in(browsers: tuple[Page, Page], site: Site) -> None:
    owner, stranger = browsers
    log_in(owner, site)
    owner.wait_for_url("**/chat/**")

    owner.locator(".menu summary").last.click()
    owner.get_by_role("link", name="All teams").click()
    owner.get_by_label("Name").fill("Analysts")
    owner.get_by_role("button", name="Make the team").click()
    expect(owner.get_by_role("status").first).to_contain_text("“Analysts” is there")
    owner.get_by_label("As", exact=True).select_option("Curator")
    owner.get_by_role("button", name="Make a link").click()
    link = owner.locator("#new-link").inner_text()
    copy = owner.locator(".copyable button")
    copy.click()
    expect(copy).to_have_text(re.compile("Copied|Press Ctrl"))

    stranger.goto(link)
    stranger.get_by_label("User name").fill("nora")
    stranger.get_by_label("Password", exact=True).fill("blue-tent-91")
    stranger.get_by_label("Password again").fill("blue-tent-92")
    stranger.get_by_role("button", name="Make an account and join").click()
    expect(stranger.get_by_text("You must type the same password each time.")).to_be_visible()
    expect(stranger.get_by_label("User name")).to_have_value("nora")
    stranger.get_by_label("Password", exact=True).fill("blue-tent-91")
    stranger.get_by_label("Password again").fill("blue-tent-91")
    stranger.get_by_role("button", name="Make an account and join").click()
    expect(stranger.get_by_text("Welcome to “Analysts”.")).to_be_visible()
    expect(stranger.get_by_role("row", name="nora")).to_contain_text("Curator")
    expect(stranger.get_by_role("button", name="Make a link")).to_have_count(0)

    owner.goto(owner.url.replace("invitations/", ""))
    expect(owner.get_by_role("row", name="nora")).to_be_visible()
    owner.get_by_role("button", name="Remove nora").click()
    owner.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(owner.get_by_text("nora is not in “Analysts” any more.")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Not found")
