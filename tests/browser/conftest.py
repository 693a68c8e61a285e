"""A real Chromium in front of the real site; the model behind it is scripted."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from agent.scripted_server import ServerHandle, running_server
from tests.migrated import NewDataDir
from tests.processes import PASSWORD, USER, Site, running_site

CHROMIUM = Path("/usr/bin/chromium")
# For what is waited for, too: on a busy machine five seconds are not enough.
expect.set_options(timeout=15_000)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def scripted() -> Iterator[ServerHandle]:
    with running_server([]) as server:
        yield server


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, new_data_dir: NewDataDir, scripted: ServerHandle) -> Iterator[Site]:
    model = {"API_BASE_URL": scripted.base_url, "MODEL_NAME": "scripted"}
    with running_site(new_data_dir(), ALLOWED_DB_DIRS=str(tmp_path_factory.getbasetemp()), **model) as running:
        yield running


# Not of the session: while Playwright's event loop runs, no asynchronous test could.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("CI must run the browser tests: /usr/bin/chromium is missing.")
        pytest.skip("Chromium is not installed at /usr/bin/chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(chromium: Browser, site: Site) -> str:
    return session_of(chromium, site)


def session_of(chromium: Browser, site: Site) -> str:
    """The session of the first user, as the log-in form gives it."""
    page = chromium.new_page()
    log_in(page, site)
    page.wait_for_url("**/chat/**")
    [cookie] = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.close()
    return cookie["value"]


@pytest.fixture
def context(chromium: Browser, site: Site, signed_in: str) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "sessionid", "value": signed_in, "url": site.url}])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A fresh question. What the browser complains of (a refused script, a broken swap) fails the test."""
    page = context.new_page()
    complaints = complaints_of(page, "Security")
    page.goto(site.url)
    page.locator("#question").wait_for()
    yield page
    assert complaints == []


@pytest.fixture
def blank_page(context: BrowserContext) -> Iterator[Page]:
    """One that is nowhere yet. Whatever the browser complains of fails the test, but what a refused form answers."""
    page = context.new_page()
    complaints = complaints_of(page)
    yield page
    assert [complaint for complaint in complaints if "422" not in complaint] == []


def complaints_of(page: Page, about: str = "") -> list[str]:
    """What scripts throw, and the browser's own errors `about` something; the list grows while the page is used."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda message: found.append(message.text) if message.type == "error" and about in message.text else None,
    )
    return found


def log_in(page: Page, site: Site, password: str = PASSWORD, name: str = USER) -> None:
    page.goto(site.url)
    fill_in_login(page, password, name)


def fill_in_login(page: Page, password: str = PASSWORD, name: str = USER) -> None:
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
