"""Two teams in two browsers: neither sees the other's databases, questions or pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in
from tests.processes import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SECOND_TEAM = f"""
from accounts.models import Membership, Team, User
from datasources.models import Connection
sample = Connection.objects.get(is_sample=True)
team = Team.objects.create(name="Falcon team")
user = User.objects.create_user("falcon", password={PASSWORD!r})
Membership.objects.create(user=user, team=team, role="owner")
Connection.objects.create(team=team, name="falcon ledger", origin="upload", path=sample.path).refresh_schema()
"""


@pytest.fixture(scope="module")
def second_team(site: Site) -> None:
    site.shell(SECOND_TEAM)


@pytest.fixture
def falcon(chromium: Browser, site: Site, second_team: None) -> Iterator[Page]:
    """The owner of another team, in a browser of their own."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page, site, name="falcon")
    page.wait_for_url("**/chat/**")
    yield page
    context.close()


def test_neither_can_see_the_other(page: Page, falcon: Page) -> None:
    expect(page.locator(".bar")).to_contain_text("sample")
    expect(falcon.locator(".bar")).to_contain_text("falcon ledger")
    for mine, theirs, name in ((page, falcon, "falcon"), (falcon, page, "sample")):
        expect(mine.locator("body")).not_to_contain_text(name if mine is page else "My team")
        address = mine.url
        mine.goto(theirs.url)
        expect(mine.get_by_role("heading", level=1)).to_have_text("Not found")
        mine.goto(address)


def test_the_pages_of_the_other_s_database_are_not_found(page: Page, falcon: Page, site: Site) -> None:
    hrefs = falcon.locator(".tabs a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(hrefs) > 1
    for href in hrefs:
        falcon.goto(site.url + href)
        expect(falcon.get_by_role("heading", level=1).first).not_to_have_text("Not found")
        page.goto(site.url + href)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
