"""The Learning page in a real browser: charts under the page's own policy, and the bandit steered by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.conftest import session_of
from tests.browser.test_benchmark import SAMPLE
from tests.migrated import NewDataDir
from tests.processes import Site, running_site

# The first test's time includes that of a site of its own, which a busy machine takes a minute and more to set up.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ASKED = """
from accounts.models import User
from agent.errors import ErrorClass
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Text
from learning.models import Generation
from tests.learning.bandit.decided import ended
from tests.learning.overview.asked import ask, days_ago, judge
sample, user = Connection.objects.get(is_sample=True), User.objects.get(username="admin")
sample.episodes.all().delete()
sample.decisions.all().delete()
for number in range(12):
    asked = ask(sample, [ErrorClass.NO_SUCH_COLUMN] * (number % 3), at=days_ago(number), generation=number // 6)
    judge(asked, user, is_right=number % 4 > 0)
ended(sample)
evolved = changing.add(changing.seed_of(sample), Text("Answer."), "evolved")
changing.promote(evolved, user)
Generation.objects.filter(pk=evolved.pk).update(activated_at=days_ago(6))
"""

LABELS = "axes => axes.map(axis => [...axis.querySelectorAll('text')].map(text => text.textContent))"
"""What stands at each axis that is drawn."""


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir, scripted: ServerHandle) -> Iterator[Site]:
    """Of this module's own: what others asked and decided on theirs does not count here."""
    model = {"API_BASE_URL": scripted.base_url, "MODEL_NAME": "scripted"}
    with running_site(new_data_dir(), **model) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Site) -> str:
    return session_of(chromium, site)


@pytest.fixture
def page(blank_page: Page) -> Page:
    return blank_page


@pytest.fixture(scope="module")
def learning(site: Site) -> str:
    """The page's address; some questions have been asked, and one repair was decided on."""
    site.shell(ASKED)
    return f"{site.url}/databases/{site.shell(SAMPLE).split()[-1]}/learning/"


def colours(page: Page) -> set[str]:
    """Of the lines that are drawn."""
    found: list[str] = page.locator("[data-drawn] path[stroke]").evaluate_all(
        "paths => paths.map(path => path.getAttribute('stroke'))"
    )
    return set(found)


def test_every_chart_is_drawn_in_the_page_s_colours(page: Page, learning: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(learning)
    expect(page.locator("[data-drawn] svg")).to_have_count(6)
    expect(page.locator(".summary")).to_contain_text("of 13 questions in the last 90 days")
    expect(page.locator(".heat .best").first).to_be_visible()
    light = colours(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator(f"[data-drawn] path[stroke='{next(iter(light))}']")).to_have_count(0)
    assert colours(page).isdisjoint(light - {"transparent", "none"})


@pytest.mark.parametrize("days", [1, 30])
def test_no_axis_says_the_same_twice(page: Page, learning: str, days: int) -> None:
    page.goto(f"{learning}?days={days}")
    expect(page.locator("[data-drawn] svg")).to_have_count(6)
    axes = page.locator("[data-drawn] .role-axis-label").evaluate_all(LABELS)
    assert len(axes) == 12
    assert [axis for axis in axes if len(axis) > len(set(axis))] == []


def test_charts_mark_when_a_generation_was_put_to_use(page: Page, learning: str) -> None:
    page.goto(learning)
    expect(page.locator("[data-drawn] svg")).to_have_count(6)
    for chart in ("success", "attempts"):
        expect(page.locator(f"[data-chart={chart}] .mark-rule.role-mark line")).to_have_count(1)
    expect(page.locator("[data-drawn] .mark-rule.role-mark line")).to_have_count(2)


def test_seconds_are_called_so(page: Page, learning: str) -> None:
    page.goto(learning)
    expect(page.locator("[data-drawn] svg")).to_have_count(6)
    labels = page.locator("[data-chart=seconds][data-drawn] .role-axis-label").evaluate_all(LABELS)[1]
    assert labels[0] == "0 s"
    assert [label for label in labels if not re.fullmatch(r"[\d.]+ s", label)] == []


def test_a_refused_policy_leads_to_what_is_wrong_with_it(page: Page, learning: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text("{")
    page.goto(learning)
    page.get_by_text("Import a policy").click()
    field = page.get_by_label("Policy file")
    field.set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(field).to_be_focused()
    expect(page.locator("[data-drawn] svg")).to_have_count(6)
    expect(page.get_by_text("The file is not JSON")).to_be_in_viewport()


def test_a_phone_shows_it_without_scrolling_sideways(page: Page, learning: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(learning)
    expect(page.locator("[data-drawn] svg")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_chart_is_unfolded_as_a_table_by_keyboard(page: Page, learning: str) -> None:
    page.goto(learning)
    errors = page.get_by_role("region", name="What went wrong").first
    errors.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(errors.get_by_role("row", name="Wrong column")).to_be_visible()


def test_a_reset_is_undone_by_keyboard(page: Page, learning: str) -> None:
    page.goto(learning)
    expect(page.locator("main")).to_contain_text("It has learned from 1 decision")
    page.get_by_role("link", name="Reset…").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("It forgets what 1 decision taught it here")
    page.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("It was reset by admin")
    expect(page.locator("main")).to_contain_text("It has not decided anything on this database that counts.")
    page.get_by_role("button", name="Undo the reset").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The reset was taken back")
    expect(page.locator("main")).to_contain_text("It has learned from 1 decision")


def test_without_javascript_a_link_leads_to_everything(
    chromium: Browser, context: BrowserContext, learning: str
) -> None:
    plain = chromium.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(learning)
    page.get_by_role("link", name="Show it on a page that is loaded whole").click()
    page.locator("details summary", has_text="As a table").first.click()
    expect(page.get_by_role("columnheader", name="At the first attempt")).to_be_visible()
    expect(page.locator(".heat .best").first).to_be_visible()
    plain.close()
