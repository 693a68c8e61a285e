"""The Benchmark tab in a real browser: a run is followed question by question, cancelled, and compared with another."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from agent.scripted_server import ServerHandle
from learning.benchmark.tasks import Part, Task, built_in
from tests.processes import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

EASY = built_in(Part.BENCHMARK, ["easy"])
SAMPLE = "from datasources.models import Connection; print(Connection.objects.get(is_sample=True).pk)"
FORGET = f"from learning.models import Evaluation; Evaluation.objects.all().delete(); {SAMPLE}"


@pytest.fixture
def page(blank_page: Page) -> Page:
    return blank_page


@pytest.fixture(scope="module")
def thinker(site: Site) -> Iterator[None]:
    """The worker that asks."""
    options = ["--queue-name=model", "--interval=0.1", "--no-startup-delay", "--no-reload", "-v", "0"]
    command = [sys.executable, "manage.py", "db_worker", *options]
    worker = subprocess.Popen(command, cwd=ROOT, env=site.environment, start_new_session=True)
    yield
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.fixture
def overview(site: Site, thinker: None) -> str:
    """The tab's address; there are no runs yet."""
    return f"{site.url}/databases/{site.shell(FORGET).split()[-1]}/benchmark/"


def right(task: Task, **how: Any) -> dict[str, Any]:
    return {"when": task.question, "text": f"```sql\n{task.gold[0]}\n```", **how}


def wrong(task: Task) -> dict[str, Any]:
    return {"when": task.question, "text": "```sql\nSELECT 'nobody knows' AS answer, -1 AS more\n```"}


def start_easy(page: Page, overview: str) -> None:
    """With the keyboard only."""
    page.goto(overview)
    for difficulty in ("medium", "hard"):
        page.get_by_label(difficulty).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Run").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/benchmark/[0-9a-f-]{36}/$"))


def row(page: Page, number: int) -> Any:
    return page.locator(f"#question-{number}")


def test_a_run_is_followed_opened_and_cancelled(page: Page, overview: str, scripted: ServerHandle) -> None:
    late = [right(task, first_token_delay=3) for task in EASY[4:8]]
    never = [right(task, hang=True) for task in EASY[8:]]
    scripted.set_script([right(EASY[0]), wrong(EASY[1]), *map(right, EASY[2:4]), *late, *never])
    start_easy(page, overview)
    expect(row(page, 1)).to_contain_text("Right")
    expect(row(page, 2)).to_contain_text("Wrong")
    expect(row(page, 12)).to_contain_text("Waiting")

    page.locator("#summary-2").focus()
    page.keyboard.press("Enter")
    expect(row(page, 2)).to_contain_text("nobody knows")
    expect(row(page, 2)).to_contain_text("Gold SQL")
    expect(row(page, 8)).to_contain_text("Right")
    expect(page.locator(".run-state")).to_contain_text("8 of 12")
    expect(page.locator("#announcer")).to_contain_text("8 of 12, 7 right")
    expect(row(page, 2).locator("details").first).to_have_attribute("open", "")
    expect(page.locator("#summary-2")).to_be_focused()

    expect(row(page, 9)).to_contain_text("Asking")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".run-state")).to_contain_text("Stopped after 8 of 12. Cancelled by admin.")
    expect(page.get_by_role("button", name="Go on where it stopped")).to_be_visible()


def test_focus_is_never_lost_while_its_surroundings_change(page: Page, overview: str, scripted: ServerHandle) -> None:
    scripted.set_script([*map(right, EASY[:8]), *[right(task, first_token_delay=3) for task in EASY[8:]]])
    start_easy(page, overview)
    page.locator("#cancel-run").focus()
    expect(page.locator(".run-state")).to_contain_text("8 of 12")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    expect(page.locator(".run-state")).to_contain_text("Done")
    expect(page.locator("#cancel-run")).to_be_focused()


def test_two_runs_are_compared(page: Page, overview: str, scripted: ServerHandle) -> None:
    scripted.set_script([*map(right, EASY[:11]), wrong(EASY[11])])
    start_easy(page, overview)
    expect(page.locator(".run-state")).to_contain_text("Done")
    scripted.set_script([wrong(EASY[0]), *map(right, EASY[1:])])
    start_easy(page, overview)
    expect(page.locator(".run-state")).to_contain_text("Done")

    page.goto(overview)
    expect(page.get_by_role("img", name="Accuracy of finished runs by generation")).to_be_visible()
    page.get_by_role("button", name="Compare before with after").click()
    expect(page.locator(".verdict")).to_contain_text("1 won, 1 lost")
    page.get_by_text(EASY[0].question).click()
    expect(page.locator(".beside").first).to_contain_text("nobody knows")
    expect(page.locator(".beside").first).to_contain_text("Gold SQL")


def test_the_overview_follows_the_run_under_way(
    context: BrowserContext, page: Page, overview: str, scripted: ServerHandle
) -> None:
    scripted.set_script([*map(right, EASY[:8]), *[right(task, hang=True) for task in EASY[8:]]])
    start_easy(page, overview)
    watching = context.new_page()
    watching.goto(overview)
    expect(watching.locator("#under-way")).to_contain_text("8 of 12 asked, 8 right")
    page.get_by_role("button", name="Cancel").click()
    expect(watching.locator("#under-way")).to_contain_text("Stopped: 8 of 8 right")
    watching.get_by_role("link", name="Start another").click()
    expect(watching.get_by_role("button", name="Run")).to_be_visible()


def test_without_javascript_everything_is_a_link_or_a_form(
    context: BrowserContext, page: Page, overview: str, scripted: ServerHandle
) -> None:
    scripted.set_script([wrong(EASY[0]), *map(right, EASY[1:])])
    start_easy(page, overview)
    expect(page.locator(".run-state")).to_contain_text("Done")
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state()).new_page()
    plain.goto(page.url)
    plain.get_by_role("link", name="wrong 1").click()
    expect(plain.locator(".questions > li:visible")).to_have_count(1)
    plain.locator("#summary-1").click()
    plain.get_by_role("link", name="Look at question 1").click()
    expect(plain.locator(".answered")).to_contain_text("nobody knows")
    plain.context.close()


def test_on_a_phone_only_tables_scroll_sideways(page: Page, overview: str, scripted: ServerHandle) -> None:
    scripted.set_script([wrong(EASY[0]), *map(right, EASY[1:])])
    page.set_viewport_size({"width": 390, "height": 800})
    for _ in range(2):
        start_easy(page, overview)
        expect(page.locator(".run-state")).to_contain_text("Done")
    page.locator("#summary-1").click()
    expect(page.locator(".answered")).to_be_visible()
    run = page.url
    page.goto(overview)
    page.get_by_role("button", name="Compare before with after").click()
    for address in (page.url, run, f"{run}questions/1/", overview):
        page.goto(address)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (address, sideways) == (address, 0)
