"""An answer as a chart, in a real browser: drawn under the page's policy, changed by keyboard, remembered, saved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import complaints_of
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ANSWERED = """
from accounts.models import User
from chat.models import Conversation
from datasources.engine import ResultSet
from datasources.models import Connection
from learning.results import to_json
from tests.chat.answers import answered
user, sample = User.objects.get(username="admin"), Connection.objects.get(is_sample=True)
conversation = Conversation.objects.create(user=user, connection=sample, title="Charts")
months = [(f"2024-{month:02}", 1000.0 * month) for month in range(1, 13)]
rows = [(month, region, size * revenue) for month, revenue in months for region, size in (("North", 1), ("South", 2))]
result = to_json(ResultSet(("month", "region", "revenue"), tuple(rows), False, 0.01))
episode = answered(conversation, "Revenue by month and region?", result=result, user=user)
print(conversation.pk, episode.pk)
"""


class Answer:
    """One on the page of its conversation."""

    def __init__(self, page: Page, site: Site) -> None:
        conversation, self.id = site.shell(ANSWERED).split()
        self.page, self.address = page, f"{site.url}/chat/{conversation}/"
        self.own_address = f"{site.url}/answers/{self.id}/chart/"
        page.goto(self.address, wait_until="domcontentloaded")

    @property
    def chart(self) -> Locator:
        return self.page.locator(f"#chart-{self.id}")

    @property
    def drawing(self) -> Locator:
        return self.chart.locator(".drawing[data-drawn]")

    def show(self) -> None:
        self.page.locator(f"#as-chart-{self.id}").click()
        expect(self.drawing).to_be_visible()


@pytest.fixture
def answer(context: BrowserContext, site: Site) -> Answer:
    page = context.new_page()
    page.emulate_media(color_scheme="light")
    return Answer(page, site)


def colours(drawing: Locator) -> set[str]:
    found: list[str] = drawing.locator("path[stroke]").evaluate_all("all => all.map(one => one.getAttribute('stroke'))")
    return set(found)


def test_a_chart_is_drawn_only_when_it_is_wanted(answer: Answer) -> None:
    page = answer.page
    complaints = complaints_of(page)
    page.wait_for_load_state("load")
    assert page.evaluate("typeof vega") == "undefined"
    answer.show()
    expect(page.locator(f"#table-{answer.id}")).to_be_hidden()
    expect(answer.drawing).to_have_attribute("role", "img")
    expect(answer.chart.locator(".chart-said")).to_contain_text("Highest South, Dec 2024 with 24,000")
    expect(answer.drawing.locator("> div")).to_have_attribute("aria-hidden", "true")
    assert "North" in answer.drawing.inner_text()
    assert complaints == []


def test_it_is_remembered_and_so_is_the_table(answer: Answer) -> None:
    answer.show()
    answer.page.reload(wait_until="domcontentloaded")
    expect(answer.drawing).to_be_visible()
    with answer.page.expect_response(re.compile("chart/shown")):
        answer.page.locator(f"#as-table-{answer.id}").click()
    expect(answer.page.locator(f"#table-{answer.id}")).to_be_visible()
    with answer.page.expect_response(re.compile("charts/shown")):
        answer.page.reload(wait_until="domcontentloaded")
    expect(answer.page.locator(f"#table-{answer.id}")).to_be_visible()
    expect(answer.chart).to_be_hidden()


def test_it_is_changed_by_keyboard_and_the_focus_stays(answer: Answer) -> None:
    answer.show()
    page = answer.page
    page.locator(f"#chart-change-{answer.id} summary").focus()
    page.keyboard.press("Enter")
    kind = page.locator(f"#chart-type-{answer.id}")
    kind.focus()
    page.keyboard.type("Stacked b")
    expect(answer.chart.locator(".chart-said")).to_contain_text("Stacked bars of revenue by month")
    expect(kind).to_be_focused()
    expect(page.locator(f"#chart-change-{answer.id}")).to_have_attribute("open", "")
    page.reload(wait_until="domcontentloaded")
    expect(answer.chart.locator(".chart-said")).to_contain_text("Stacked bars")
    page.locator(f"#chart-suggested-{answer.id}").press("Enter")
    expect(answer.chart.locator(".chart-said")).to_contain_text("Line of revenue by month")
    expect(page.locator(f"#chart-change-{answer.id} summary")).to_be_focused()


def test_what_cannot_be_drawn_is_said_beside_the_form(answer: Answer) -> None:
    answer.show()
    answer.page.locator(f"#chart-change-{answer.id} summary").click()
    answer.page.locator(f"#chart-type-{answer.id}").select_option("scatter")
    answer.page.locator(f"#chart-x-{answer.id}").select_option(label="region")
    expect(answer.page.get_by_role("alert").filter(has_text="“region” holds categories")).to_be_visible()
    expect(answer.page.locator(f"#chart-type-{answer.id}")).to_have_value("scatter")
    expect(answer.chart.locator(".chart-said")).to_contain_text("Line of revenue by month")


def test_it_is_drawn_anew_in_the_colours_of_the_other_theme(answer: Answer) -> None:
    answer.show()
    assert "#1a6654" in colours(answer.drawing)
    answer.page.emulate_media(color_scheme="dark")
    expect(answer.drawing.locator("path[stroke='#62c4a8']").first).to_be_attached()
    assert "#1a6654" not in colours(answer.drawing)


def test_it_is_saved_as_a_picture(answer: Answer, tmp_path: Path) -> None:
    answer.page.emulate_media(color_scheme="dark")
    answer.show()
    for kind, begin in (("png", b"\x89PNG"), ("svg", b"<svg")):
        with answer.page.expect_download() as download:
            answer.page.locator(f"#chart-{kind}-{answer.id}").click()
        assert download.value.suggested_filename == f"revenue-by-month-divided-by-region.{kind}"
        download.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(begin)
    assert "#1a6654" in (tmp_path / "svg").read_text(), "on white the colours are the light theme's"
    answer.page.locator(f"#chart-white-{answer.id}").uncheck()
    with answer.page.expect_download() as download:
        answer.page.locator(f"#chart-svg-{answer.id}").click()
    download.value.save_as(tmp_path / "dark")
    assert "#62c4a8" in (tmp_path / "dark").read_text()


def test_its_own_page_shows_it_and_its_data(answer: Answer) -> None:
    answer.page.goto(answer.own_address, wait_until="domcontentloaded")
    expect(answer.drawing).to_be_visible()
    answer.page.locator(f"#chart-data-{answer.id} summary").click()
    table = answer.page.get_by_role("region", name="The chart's data")
    expect(table.locator("tbody tr")).to_have_count(12)
    assert json.dumps(table.locator("thead th").all_inner_texts()) == '["month", "North", "South"]'
