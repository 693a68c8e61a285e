"""axe-core finds no serious fault on any page, in light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from agent.scripted_server import ServerHandle
from tests.browser.places import EXPECTED, LOGGED_IN, LOGGED_OUT, Places, furnished
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SERIOUS = {"serious", "critical"}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

SETTLED = """() => Promise.all(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => null))
)"""
"""The admin's colours change by and by."""


@pytest.fixture(scope="module")
def places(site: Site, scripted: ServerHandle) -> Places:
    return furnished(site, scripted)


@pytest.fixture
def stranger(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.mark.parametrize("path", LOGGED_OUT)
def test_pages_before_one_is_logged_in(stranger: BrowserContext, places: Places, path: str) -> None:
    assert faults(stranger.new_page(), places, path) == []


@pytest.mark.parametrize("path", LOGGED_IN)
def test_pages_of_the_site(context: BrowserContext, places: Places, path: str) -> None:
    assert faults(context.new_page(), places, path) == []


def test_what_is_wrong_is_found(stranger: BrowserContext) -> None:
    page = stranger.new_page()
    page.set_content("<html lang=en><title>A page</title><main><img src='x'><p style='color: #bbb'>pale</main>")
    told = "\n".join(found(page))
    assert "image-alt (critical)" in told
    assert "color-contrast (serious)" in told


def test_a_chat_in_which_everything_is_open(context: BrowserContext, places: Places) -> None:
    page = context.new_page()
    page.goto(places.address("/chat/{conversation}/"))
    page.locator("#question").wait_for()
    page.evaluate("() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    assert found(page) == []


def test_a_token_that_has_just_been_made(context: BrowserContext, places: Places) -> None:
    page = context.new_page()
    page.goto(places.address("/account/tokens/"))
    page.get_by_label("Name").fill("axe")
    page.get_by_role("button", name="Make a token").click()
    page.locator("#new-token").wait_for()
    assert found(page) == []


def test_a_form_that_was_refused(context: BrowserContext, places: Places) -> None:
    page = context.new_page()
    page.goto(places.address("/account/tokens/"))
    page.get_by_label("Ask and read databases").uncheck()
    page.get_by_label("Name").fill("axe")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_text("Choose at least one thing").wait_for()
    assert found(page) == []


def faults(page: Page, places: Places, path: str) -> list[str]:
    answered = page.goto(places.address(path))
    assert answered
    assert answered.status == EXPECTED.get(path, 200)
    return found(page)


def found(page: Page) -> list[str]:
    """In light all that axe looks for; in dark the colours, as nothing else differs."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    light = told("light", Axe().run(page))
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate(SETTLED)
    return light + told("dark", Axe().run(page, options=COLOURS))


def told(colours: str, results: Any) -> list[str]:
    return [
        f"{colours}: {one['id']} ({one['impact']}): {node['target']}: {node['failureSummary']}"
        for one in results.response["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
