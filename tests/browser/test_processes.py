"""A browser before two web processes: it goes on at the other one when its own is killed, and when it was away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_chat import GOOD, ask, sql_on
from tests.cluster import Cluster, NewCluster
from tests.proxy import Proxy, proxy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ENDLESS = {"text": "```sql\nSELECT name, " + "price, " * 2000, "tokens_per_second": 8, "times": None}
SLOW = {"text": GOOD, "tokens_per_second": 3, "times": None}


@pytest.fixture(scope="module")
def cluster(new_cluster: NewCluster) -> Iterator[Cluster]:
    with new_cluster(webs=2) as running:
        yield running


@pytest.fixture
def before(cluster: Cluster) -> Iterator[Proxy]:
    with proxy(cluster.webs) as running:
        yield running


@pytest.fixture
def context(chromium: Browser, cluster: Cluster, before: Proxy) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "sessionid", "value": cluster.session(), "url": before.url}])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, cluster: Cluster, before: Proxy) -> Page:
    page = context.new_page()
    page.goto(f"{before.url}/chat/{cluster.conversation()}/")
    page.locator("#question").wait_for()
    return page


def test_an_answer_of_a_killed_process_becomes_interrupted_without_a_reload_and_is_retried(
    page: Page, cluster: Cluster
) -> None:
    cluster.model.set_script([ENDLESS])
    ask(page)
    expect(page.locator(".answer .sql code")).to_contain_text("price")
    cluster.webs[0].kill()
    cluster.model.set_script([{"text": GOOD}])
    expect(page.locator(".answer")).to_have_attribute("data-status", "interrupted", timeout=25_000)
    expect(page.locator("#connection")).to_be_hidden()
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".answer").last).to_have_attribute("data-status", "succeeded")
    cluster.webs[0].start()


def test_a_browser_that_was_away_comes_back_to_another_process_and_sees_every_letter(
    page: Page, context: BrowserContext, cluster: Cluster, before: Proxy
) -> None:
    cluster.model.set_script([SLOW])
    ask(page)
    expect(page.locator(".answer .sql code")).to_contain_text("SELECT")
    address = page.url
    page.goto("about:blank")
    before.order.reverse()
    page.goto(address)
    expect(page.locator(".answer .sql code")).to_contain_text("SELECT", timeout=3_000)
    expect(page.locator(".answer")).to_have_attribute("data-status", "running")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    assert sql_on(page).strip() == "SELECT name, price\nFROM products\nORDER BY price DESC\nLIMIT 3 OFFSET 1"
